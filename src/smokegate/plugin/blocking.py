"""One cause, one red: a check whose prerequisite failed is blocked, not failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

import pytest

from smokegate.diagnosis.outcome import TestOutcome
from smokegate.environment.model import Environment
from smokegate.plugin.check import Check
from smokegate.plugin.collect import case_of, check_in
from smokegate.plugin.failures import Blocked, ExplainedFailure
from smokegate.plugin.outcomes import BLOCKER
from smokegate.plugin.session import Run

BLOCKING = {"failed", "advisory", "blocked"}


def blocker(
    check: Check, parameter: str, environment: Environment, outcomes: Iterable[TestOutcome], checks: Mapping[str, Check]
) -> str | None:
    """Return the code of the check that keeps another from being judged, None where none does.

    It is the first in the row that failed: what a blocked prerequisite is blocked by itself. A prerequisite
    that was deselected blocks nothing; what comes before it still does.

    Args:
        check: the one that must be judged.
        parameter: which of its cases; of a prerequisite with cases the same one counts.
        environment: with the addresses that it really has.
        outcomes: what was found until now.
        checks: every check that there is, by its code.
    """
    results: dict[str, list[TestOutcome]] = {}
    for outcome in outcomes:
        results.setdefault(outcome.code, []).append(outcome)
    left, seen = list(check.prerequisites(environment)), set[str]()
    while left:
        code = left.pop(0)
        if code in seen:
            continue
        seen.add(code)
        same = [each for each in results.get(code, ()) if not each.parameter or each.parameter == parameter]
        failed = next((each for each in same if each.outcome in BLOCKING), None)
        if failed is not None:
            return failed.blocked_by or failed.code
        if not same and code in checks:
            left += checks[code].prerequisites(environment)
    return None


def block(item: pytest.Item, run: Run) -> None:
    """Let a check whose prerequisite failed not run.

    Raises:
        Blocked: it did.
        ExplainedFailure: one that it states does not exist.
    """
    case = case_of(item)
    if case is None:
        return
    check = check_in(item)
    if run.codes and (unknown := [code for code in check.after if code not in run.codes]):
        near = get_close_matches(unknown[0], sorted(run.codes), 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        text = f"{check.code} states after={check.after!r}, and no check has the code {unknown[0]!r}{hint}"
        raise ExplainedFailure(text, text)
    outcomes, environment = run.outcomes[case.environment].values(), run.environment(case.environment)
    code = blocker(check, case.label or "", environment, outcomes, run.checks)
    if code is not None:
        item.stash[BLOCKER] = code
        raise Blocked(f"blocked by {code}")
