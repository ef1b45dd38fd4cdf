"""Something answers under the hostname, and it is not the service that was meant."""

from __future__ import annotations

from smokegate.diagnosis.database_texts import spoken
from smokegate.diagnosis.identity import ERROR_PAGE, KINDS, is_unidentified, strangers
from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rules.application.health_missing import arrived_as
from smokegate.diagnosis.wording import body, header, seen, seen_whole
from smokegate.observation.evidence.application_marks import has_mark
from smokegate.observation.evidence.html import is_html
from smokegate.observation.exchange import Answer, Exchange

NOT_FOUND = {404, 405, 501}
ANY_SERVERS = frozenset({"date", "content-length", "connection", "keep-alive", "transfer-encoding", "server"})
SEVERAL = 3
"""So many different paths that are all missing are no mistake in one of them."""


def judge(case: Case) -> Signs | None:
    """The health check names another service, or answers with a page where the application's answer belongs."""
    exchange, answer = case.exchange("health"), case.app("health")
    if exchange is None or answer is None or 300 <= answer.status < 400:
        return None
    health = case.environment.backend.health
    names = strangers(health, answer)
    if not names and not case.unmet_of("health"):
        return _of_no_kind(case, exchange)
    if (nothing := _another_program(case)) is not None:
        return nothing
    own = answer.status in NOT_FOUND and has_mark(answer)  # the application's, for a path that it does not have
    kind = names[0].actual if names else ""
    if kind == ERROR_PAGE and any(spoken([exchange])):
        return None  # the page says why, which another rule reads
    page = is_html(answer) and answer.status < 500 and (bool(health.json_) or names) and not own
    if not page and kind not in KINDS and not (_is_object(answer) and any(e.actual != "no such key" for e in names)):
        return None
    wrong = [f"{each.what} should be {each.expected} and is {each.actual}" for each in names]
    came = [] if kind in KINDS else ["a page came where JSON was expected"]
    return Signs(
        (seen(exchange, *(came or wrong if page else wrong), body(answer)),),
        ("health",),
        Confidence.LIKELY if page or kind in KINDS else Confidence.CERTAIN,
        variant=kind if kind in KINDS else "",
    )


def _is_object(answer: Answer) -> bool:
    return answer.body.is_json and isinstance(answer.body.json, dict)


def _of_no_kind(case: Case, exchange: Exchange) -> Signs | None:
    """Nothing is promised of the answer, and it is of no kind: whether an application gave it is open."""
    health, answer = case.environment.backend.health, exchange.answer
    if answer is None or health.json_ or health.text_rules or health.headers:
        return None
    if not is_unidentified(answer) and not _all_empty(case):
        return None
    kind = [header(answer, "content-type")] if "content-type" in answer.headers else []
    return Signs(
        (seen(exchange, *kind, body(answer)),),
        ("health",),
        Confidence.LIKELY,
        advisory=True,
        against=("its status is the one that is expected",),
        variant="no-sign",
    )


def _all_empty(case: Case) -> bool:
    """Whether each of several paths is a success of nothing, without a header of its own: it shows no application."""
    answers = {e.request.url: e.answer for e in case.backend if e.answer and e.request.method == "GET"}
    if len(answers) < 2 or any(each.status != 200 or each.body.start.strip() for each in answers.values()):
        return False
    return not any(has_mark(each) or set(each.headers) - ANY_SERVERS for each in answers.values())


def _another_program(case: Case) -> Signs | None:
    """Nothing that the file names is there: each of several paths is a "not found", and pages at that."""
    answers = {e.request.url: e for e in case.backend if not e.no_answer and e.answer}
    found = [each for each in answers.values() if (a := case.app(each.name)) and a.status in NOT_FOUND]
    pages = [each for each in found if each.answer and is_html(each.answer)]
    if len(found) < SEVERAL or len(found) < len(answers) or len(pages) < len(found):
        return None
    if arrived_as(found[0]) is not None:
        return None  # the application says that the path reached it without its prefix
    first = found[0].answer
    line = [header(first, "server")] if first and first.headers.get("server") else []
    return Signs(
        (seen_whole(found[0], *line), f"none of the {len(found)} paths that the file names is there"),
        tuple(each.name for each in found),
        Confidence.LIKELY,
        variant="no-path",
    )


RULES = (Rule("app.wrong-service", Level.SERVICE, judge),)
