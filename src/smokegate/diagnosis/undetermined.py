"""Something is broken and no rule finds the cause: what was seen, and what would settle it."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import broken, described
from smokegate.diagnosis.model import Confidence, Finding, Owner
from smokegate.diagnosis.rule import remedy
from smokegate.diagnosis.wording import seen
from smokegate.knowledge.causes import CauseText, cause_text

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.outcome import TestOutcome

CODE, OWN_CODE = "undetermined", "check.failed"
WORDS_AT_MOST = 5


def undetermined(case: Case, advised: Collection[str] = ()) -> Finding | None:
    """Return the finding that names no cause, or None where nothing is broken.

    Of the `advised` exchanges a warning says what is odd: without a check that fails they are not broken.
    """
    wrong = tuple(each for each in broken(case) if each.name not in advised or case.failures_on(each.name))
    evidence = tuple(described(exchange, case) for exchange in wrong) or _failed(case)
    if not evidence:
        return None
    failed = _gating(case)
    own = bool(failed) and all(each.is_own for each in failed)
    if own:  # what each of them states is not so, whatever the reason
        wrong, evidence = tuple(filter(None, (case.exchange(each.failed_on) for each in failed))), _failed(case)
    text = text_of(OWN_CODE if own else CODE)
    return Finding(
        code=OWN_CODE if own else CODE,
        title=text.title.format(check=failed[0].label if own else ""),
        owner=Owner(text.owner),
        confidence=Confidence.LIKELY if own else Confidence.POSSIBLE,
        evidence=evidence[:WORDS_AT_MOST],
        competing=text.competing,
        steps=remedy(text.steps, case.names),
        exchanges=tuple(dict.fromkeys(exchange.name for exchange in wrong)),
        symptom=text.symptom,
    )


def text_of(code: str) -> CauseText:
    """Return what is said where no cause is known, or where only checks of the team's own fail."""
    return cause_text(code if code == OWN_CODE else f"check.{code}")


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
