"""One cause, one red: a check whose prerequisite failed is blocked, not failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.plugin.collect import case_of, check_in
from smokegate.plugin.failures import Blocked
from smokegate.plugin.outcomes import BLOCKER

if TYPE_CHECKING:
    import pytest

    from smokegate.diagnosis.outcome import TestOutcome
    from smokegate.plugin.session import Run

BLOCKING = {"failed", "advisory", "blocked"}


def blocker_of(item: pytest.Item, run: Run) -> str | None:
    """Return the code of the check that keeps a test from being judged, None where none does.

    It is the first in the row that failed: what a blocked prerequisite is blocked by itself. A prerequisite
    that was deselected blocks nothing; what comes before it still does.
    """
    case = case_of(item)
    if case is None:
        return None
    environment = run.environment(case.environment)
    results: dict[str, list[TestOutcome]] = {}
    for outcome in run.outcomes[case.environment].values():
        results.setdefault(outcome.code, []).append(outcome)
    left, seen = list(check_in(item).prerequisites(environment)), set()
    while left:
        code = left.pop(0)
        if code in seen:
            continue
        seen.add(code)
        same = [each for each in results.get(code, ()) if not each.parameter or each.parameter == case.label]
        failed = next((each for each in same if each.outcome in BLOCKING), None)
        if failed is not None:
            return failed.blocked_by or failed.code
        if not same and code in run.checks:
            left += run.checks[code].prerequisites(environment)
    return None


def block(item: pytest.Item, run: Run) -> None:
    """Let a check whose prerequisite failed not run.

    Raises:
        Blocked: it did.
    """
    code = blocker_of(item, run)
    if code is not None:
        item.stash[BLOCKER] = code
        raise Blocked(f"blocked by {code}")
