"""The frontend's page does not come, is not the app's, or looks like one of something in front of it."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec.structs import replace

from smokegate.diagnosis.exchange_names import host_of
from smokegate.diagnosis.identity import LIST_OF_FILES
from smokegate.diagnosis.names import dialed
from smokegate.diagnosis.rule import Case, Confidence, Level, Owner, Rule, Signs
from smokegate.diagnosis.wording import body, quote, seen
from smokegate.observation.evidence.application_marks import visible
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.predicates import page_faults
from smokegate.observation.exchange import NoAnswer, NotSent
from smokegate.observation.transport.causes import Stage, WireCause

SERVER_ERROR = 500


def judge(case: Case) -> Signs | None:
    """The page has no answer, an error, or nothing of what it promises."""
    exchange = case.exchange("page")
    answer, frontend = case.answer("page"), case.environment.frontend
    if exchange is None or frontend is None or _with_backend(case):
        return None
    outcome = exchange.outcome
    if isinstance(outcome, NotSent) or (answer and not page_faults(answer, frontend.contains)):
        return None
    edge = case.edge("page")
    details = [quote(edge.sign)] if edge and edge.sign.startswith("x-") else []
    if answer is not None and answer.status == 200 and not is_html(answer):
        details.append("it is no page")
    # A platform's own error has no log of the team's: its dashboard says more.
    error = answer is not None and answer.status >= SERVER_ERROR
    failed = error and not details
    if answer is not None:
        details.append(f"it says {quote(visible(answer.body.start))}" if error and is_html(answer) else body(answer))
    signs = Signs(
        (seen(exchange, *details),),
        ("page",),
        names={"target": host_of(exchange.request.url), "request": f"GET {exchange.request.url}"},
    )
    if isinstance(outcome, NoAnswer):
        return _unreached(signs, exchange.request.url, outcome)
    if answer is None or not failed:
        return signs
    names = {**signs.names, "status": str(answer.status)}
    return replace(signs, variant="server-error", owner=Owner.APP, names=names)


def _unreached(signs: Signs, url: str, outcome: NoAnswer) -> Signs:
    """Return the signs with the steps for the name or the certificate, where that is why there is no answer."""
    variant = {Stage.NAME: "name", Stage.TLS: "certificate"}.get(outcome.cause.stage, "")
    hostname = urlsplit(url).hostname or ""
    names = {**signs.names, "reason": outcome.cause.title, "hostname": hostname, "where": dialed(url)}
    unsure = outcome.cause in {WireCause.NAME_SERVER, WireCause.TLS_UNTRUSTED, WireCause.TLS_HANDSHAKE}
    return replace(signs, variant=variant, names=names, confidence=Confidence.LIKELY if unsure else Confidence.CERTAIN)


def judge_likeness(case: Case) -> Signs | None:
    """The page keeps what it promises, and is one that a gateway, a host or a parked domain shows, too."""
    exchange, answer, frontend = case.exchange("page"), case.answer("page"), case.environment.frontend
    edge = case.edge("page")
    if exchange is None or answer is None or frontend is None or _with_backend(case):
        return None
    listing = edge is None and LIST_OF_FILES.search(answer.body.start[:2000]) is not None
    if page_faults(answer, frontend.contains) or case.failures_on("page") or not (edge or listing):
        return None
    sign = "" if edge is None else quote(edge.sign) if edge.header else edge.sign
    return Signs(
        (seen(exchange, *filter(None, [sign]), body(answer)),),
        ("page",),
        Confidence.POSSIBLE,
        variant="file-list" if listing else "",
        names={"target": host_of(exchange.request.url), "request": f"GET {exchange.request.url}"},
    )


def _with_backend(case: Case) -> bool:
    """Return whether the backend's host, which serves the page too, is away altogether."""
    page = case.exchange("page")
    same = page is not None and host_of(page.request.url) == case.names["host"]
    return same and (case.wire("health") is not None or case.edge("health") is not None)


RULES = (
    Rule("frontend.down", Level.FRONTEND, judge, after=("runner",), unless=("render.static-asset-missing",)),
    Rule("frontend.page-in-doubt", Level.FRONTEND, judge_likeness, after=("runner",), advisory=True),
)
