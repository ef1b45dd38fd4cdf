"""A file that the page needs is not there, or is not what it claims to be: the page stays white."""

from __future__ import annotations

from urllib.parse import urlsplit

from smokegate.diagnosis.rule import REACHED, Case, Confidence, Judge, Level, Rule, Signs
from smokegate.diagnosis.wording import header, seen
from smokegate.observation.model import PageFile

PLACES = {
    "script": "the page names it",
    "module": "a script of the page imports it",
    "chunk": "a script of the page loads it",
    "style": "the page names it",
    "precached": "the page's service worker keeps it",
    "settings": "a script of the page loads its settings from it",
}


def kind_of(file: PageFile) -> str:
    """Return the code of what is wrong with a file."""
    if file.role == "settings":
        return "frontend.settings-missing"
    if file.role == "precached":
        return "frontend.worker-outdated"
    if file.problem.startswith("a web page"):
        return "frontend.file-is-page"
    return "frontend.file-missing" if file.problem.startswith("answered") else "frontend.file-broken"


def _not_arrived(case: Case) -> Signs | None:
    """A script comes to no end, or not at all, where its page came."""
    found = [
        (each, each.no_answer)
        for each in case.frontend
        if each.name.startswith("script ") and each.no_answer is not None and case.failures_on(each.name)
    ]
    if not found or case.wire("page") is not None:
        return None
    exchange, why = found[0]
    return Signs(
        tuple(seen(each) for each, _ in found[:3]),
        tuple(each.name for each, _ in found),
        names={"missing": urlsplit(exchange.request.url).path, "problem": why.cause.title},
        variant="not-arrived",
    )


def _having(code: str) -> Judge:
    def judge(case: Case) -> Signs | None:
        if code == "frontend.file-broken" and (signs := _not_arrived(case)):
            return signs
        page = case.observation.page
        found = [each for each in page.broken if kind_of(each) == code] if page is not None else []
        if not found or case.edge(found[0].exchange) is not None:
            return None
        lines = []
        for each in found[:3]:
            exchange, answer = case.exchange(each.exchange), case.answer(each.exchange)
            if exchange is not None and answer is not None:
                # A status is in each line already.
                why = () if each.problem.startswith("answered") else (each.problem, header(answer, "content-type"))
                lines.append(seen(exchange, *why, PLACES.get(each.role, "")))
        name = urlsplit(case.observation.exchanges[found[0].exchange].request.url).path
        return Signs(
            tuple(lines),
            tuple(each.exchange for each in found),
            Confidence.CERTAIN if found[0].certain and found[0].role != "precached" else Confidence.LIKELY,
            names={"missing": name, "problem": found[0].problem},
        )

    return judge


RULES = tuple(
    Rule(code, Level.FRONTEND, _having(code), after=REACHED, unless=("frontend.down", "render.static-asset-missing"))
    for code in (
        "frontend.file-missing",
        "frontend.file-is-page",
        "frontend.file-broken",
        "frontend.settings-missing",
        "frontend.worker-outdated",
    )
)
