"""Something is broken and no rule finds the cause: what was seen, and what would settle it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import broken, described
from smokegate.diagnosis.model import Confidence, Finding, Owner
from smokegate.diagnosis.rule import remedy
from smokegate.diagnosis.wording import seen

if TYPE_CHECKING:
    from collections.abc import Collection

    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.outcome import TestOutcome

CODE = "undetermined"
TITLE = "Something is broken, but the cause is not known"
SYMPTOM = "An expectation fails in a way that fits no known cause."
STEPS = (
    "Check the first line of the evidence and repeat that request with the report's curl command.",
    (
        "Read the application's log at that time: if the request is not there,"
        " something in front of the app answered it."
    ),
    "On the server, in `{directory}`: `{compose} ps` and `{compose} logs --tail 100 {service}`.",
    "When you know the cause, add a rule for it in `smokegate/diagnosis/rules/`.",
)
SETTLES = (
    "the application's log at that time shows whether the request reached it",
    "the same request from another network shows whether the network path matters",
)
WORDS_AT_MOST = 5
OWN_CODE = "check.failed"
OWN_TITLE = "Your own check fails: {check}"
OWN_SYMPTOM = "All of the suite's checks pass, but one of your own in `tests/smoke` fails."
OWN_STEPS = (
    "Read in the evidence what the check expected and found; repeat its request with the report's curl command.",
    "If the check is right, find out what the last deploy changed; fix it or roll back.",
    "If it is out of date, correct it in `tests/smoke`.",
)
OWN_COMPETING = ("a check that is out of date",)


def undetermined(case: Case, advised: Collection[str] = ()) -> Finding | None:
    """Return the finding that names no cause, or None where nothing is broken.

    Args:
        case: what was seen.
        advised: the exchanges of which a warning says what is odd: without a check that fails they are not broken.
    """
    wrong = tuple(each for each in broken(case) if each.name not in advised or case.failures_on(each.name))
    evidence = tuple(described(exchange, case) for exchange in wrong) or _failed(case)
    if not evidence:
        return None
    failed = _gating(case)
    if failed and all(each.is_own for each in failed):
        return _own(case, failed)
    return Finding(
        code=CODE,
        title=TITLE,
        owner=Owner.APP,
        confidence=Confidence.POSSIBLE,
        evidence=evidence[:WORDS_AT_MOST],
        competing=SETTLES,
        steps=remedy(STEPS, case.names),
        exchanges=tuple(exchange.name for exchange in wrong),
        symptom=SYMPTOM,
    )


def _own(case: Case, failed: tuple[TestOutcome, ...]) -> Finding:
    """Return the finding that only checks of the team's own fail: what each states is not so, whatever the reason."""
    shown = [exchange for each in failed if (exchange := case.exchange(each.failed_on))]
    return Finding(
        code=OWN_CODE,
        title=OWN_TITLE.format(check=failed[0].label),
        owner=Owner.APP,
        confidence=Confidence.LIKELY,
        evidence=_failed(case)[:WORDS_AT_MOST],
        competing=OWN_COMPETING,
        steps=remedy(OWN_STEPS, case.names),
        exchanges=tuple(dict.fromkeys(exchange.name for exchange in shown)),
        symptom=OWN_SYMPTOM,
    )


def _gating(case: Case) -> tuple[TestOutcome, ...]:
    """Return the checks that failed; an error of ours, or a worker that was lost, says nothing of the deployment."""
    red = (each for each in case.results if each.outcome in {"failed", "error"})
    return tuple(each for each in red if not each.advisory and not each.internal)


def _failed(case: Case) -> tuple[str, ...]:
    """Return what the checks say that failed, each with the exchange on which it did so, if there is one."""
    found = []
    for each in _gating(case):
        exchange = case.exchange(each.failed_on)
        found.append("; ".join([f"{each.label}: {each.why or each.promise}", *([seen(exchange)] if exchange else [])]))
    return tuple(found)
