"""A file that the page needs is not there, or is not what it claims to be: the page stays white."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs, Step
from smokegate.diagnosis.wording import header, seen

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.rule import Judge
    from smokegate.observation.model import PageFile

PLACES = {
    "script": "the page names it",
    "module": "a script of the page imports it",
    "chunk": "a script of the page loads it",
    "style": "the page names it",
    "settings": "a script of the page loads its settings from it",
}


def kind_of(file: PageFile) -> str:
    """Return the code of what is wrong with a file."""
    if file.role == "settings":
        return "frontend.settings-missing"
    if file.problem.startswith("a web page"):
        return "frontend.file-is-page"
    return "frontend.file-missing" if file.problem.startswith("answered") else "frontend.file-broken"


def _having(code: str) -> Judge:
    def judge(case: Case) -> Signs | None:
        page = case.observation.page
        found = [each for each in page.broken if kind_of(each) == code] if page is not None else []
        if not found or case.edge(found[0].exchange) is not None:
            return None
        lines = []
        for each in found[:3]:
            exchange, answer = case.exchange(each.exchange), case.answer(each.exchange)
            if exchange is not None and answer is not None:
                lines.append(seen(exchange, each.problem, header(answer, "content-type"), PLACES.get(each.role, "")))
        name = urlsplit(case.observation.exchanges[found[0].exchange].request.url).path
        return Signs(
            evidence=tuple(lines),
            exchanges=tuple(each.exchange for each in found),
            confidence=Confidence.CERTAIN if found[0].certain else Confidence.LIKELY,
            names={"missing": name, "problem": found[0].problem},
        )

    return judge


def _rule(code: str, title: str, symptom: str, steps: tuple[Step, ...], competing: tuple[str, ...]) -> Rule:
    return Rule(
        code=code,
        title=title,
        level=Level.FRONTEND,
        owner=Owner.CONFIGURATION,
        symptom=symptom,
        reads=("the answers to the page's scripts, styles, modules and settings",),
        judge=_having(code),
        steps=steps,
        competing=competing,
        after=REACHED,
        unless=("frontend.down", "render.static-asset-missing"),
    )


AGAIN: Step = "Deploy the frontend again, all of its files at once, and clear the cache in front of it."
MIXED = (
    "a page and files of different builds",
    "an upload that did not finish",
    "a cache that keeps the old page",
)

RULES = (
    _rule(
        "frontend.file-missing",
        "The frontend's page needs the file {missing}, which is not there",
        "A white page, or one that breaks on a click; the browser's console says that a script failed to load.",
        (
            (
                "Compare the page's file names with those of the last build: page and files are of different builds,"
                " or the upload is not complete."
            ),
            "Keep the files of the last builds for a while: open tabs and caches still name them.",
            AGAIN,
        ),
        MIXED,
    ),
    _rule(
        "frontend.file-is-page",
        "The frontend's host answers with its page in place of the script or style {missing}",
        "A white page; the browser's console says 'Unexpected token <', or that a module's MIME type is `text/html`.",
        (
            (
                "The file is not there, and the single-page fallback answers in its place: compare the page's file"
                " names with those of the last build."
            ),
            "Take the folder of the built files out of the fallback, so that a file that is missing is a 404.",
            AGAIN,
        ),
        MIXED,
    ),
    _rule(
        "frontend.file-broken",
        "Browsers cannot use the frontend's script {missing}: {problem}",
        "A white page; the browser's console shows a syntax error, or an empty or refused module.",
        (
            "Compare the file's size with that of the build: an upload or a proxy may have cut it.",
            AGAIN,
        ),
        ("an upload that did not finish", "a proxy or a full disk that cuts the file", "a build that failed half-way"),
    ),
    _rule(
        "frontend.settings-missing",
        "The frontend's run-time settings {missing} cannot be read: {problem}",
        "A white page, or one that loads for ever: without its settings it knows no API address.",
        (
            "Check what writes `{missing}` when the frontend starts or is deployed: it did not run, or failed.",
            "Take `{missing}` out of the single-page fallback, so that a missing file is a 404.",
        ),
        ("a file that the deploy leaves out", "a start that does not write it"),
    ),
)
