"""Turns pytest's reports into results of checks: passed, failed, blocked, advisory, skipped or error."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict

from smokegate.diagnosis.outcome import TestOutcome, Word
from smokegate.internal_error import described
from smokegate.observation.evidence.sink import line, shown
from smokegate.plugin.check import Check
from smokegate.plugin.collect import case_of, check_in, environment_in
from smokegate.plugin.failures import Blocked, ExplainedFailure, Misuse, NotApplicable, NotJudged
from smokegate.plugin.fixtures import Case
from smokegate.plugin.run_key import RUN
from smokegate.plugin.session import Run
from smokegate.plugin.suite_location import PACKAGE, is_in_suite

#: Attribute of a pytest report that holds the outcome, as plain data so that it crosses pytest-xdist's pipe.
ATTRIBUTE = "smokegate"
LETTERS = {
    "blocked": ("blocked", "b", "BLOCKED"),
    "advisory": ("advisory", "w", "WARN"),
    "not judged": ("not judged", "?", "NOT JUDGED"),
    "not applicable": ("not applicable", "-", "N/A"),
}


BLOCKER = pytest.StashKey[str]()
"""The code of the check that a test is blocked by."""
FAILED_ON = pytest.StashKey[str]()
"""The name of the exchange on which a test failed."""


def note(item: pytest.Item, call: pytest.CallInfo[Any], report: pytest.TestReport) -> None:
    """Attach its outcome to the report of a check, and take the secrets out of all that it says."""
    run, case = item.config.stash[RUN], case_of(item)
    if (case is None and not run.settings.explicit) or (report.passed and report.when != "call"):
        return
    name, error = case and case.environment, call.excinfo and call.excinfo.value
    if isinstance(error, NotApplicable):
        setattr(report, ATTRIBUTE, {"environment": name, "outcome": "not applicable", "id": item.nodeid})
        return
    stated = check_in(item)
    advisory = case is not None and _is_advisory(run, case, stated)
    internal = _is_internal(item, call)
    outcome: Word = "error" if internal else _word(report, error, advisory=advisory)
    why = line(described(error)) if internal and error else _why(report, call)
    if (crash := getattr(report.longrepr, "reprcrash", None)) is not None:
        crash.message = why  # what pytest's own summary and JUnit show in one line
    if outcome == "advisory":
        # To pytest a failed advisory check is not a failure: it must not end a run under -x, nor fail it.
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.location[1] or 0, f"WARN: {report.longreprtext}")
    noted = TestOutcome(
        id=item.nodeid,
        outcome=outcome,
        advisory=advisory,
        why=why,
        promise=expectation_of(item),
        seconds=round(call.duration, 6),
        exchanges=tuple(dict.fromkeys(run.touched)),
        code=stated.code,
        parameter=(case.label if case else None) or "",
        failed_on=item.stash.get(FAILED_ON, ""),
        blocked_by=item.stash.get(BLOCKER, ""),
        internal=internal,
    )
    observed = run.deployments.get(name or "")
    if observed is not None and (took := observed.slowest(noted.exchanges)) is not None:
        report.duration = took  # in JUnit and pytest-html: how long the deployment took, not how long the test waited
    # To the item, not to this report: JUnit takes the properties from that of the teardown.
    properties = {"code": noted.label, **({"environment": name} if name else {})}
    item.user_properties += [each for each in properties.items() if each not in item.user_properties]
    setattr(report, ATTRIBUTE, {"environment": name, **asdict(noted)})


def _is_advisory(run: Run, case: Case, stated: Check) -> bool:
    environment = run.environment(case.environment)
    endpoint = None if case.endpoint is None else environment.backend.endpoints[case.endpoint]
    return stated.is_advisory(environment, endpoint)


def expectation_of(item: pytest.Item) -> str:
    """Return what a test states: the first line of its docstring, else its name in words."""
    doc = getattr(getattr(item, "function", None), "__doc__", None)
    if doc and doc.strip():
        return str(doc.strip().splitlines()[0])
    return item.name.split("[")[0].removeprefix("test_").replace("_", " ")


def _is_internal(item: pytest.Item, call: pytest.CallInfo[Any]) -> bool:
    """Whether a check ended in an error of ours: a finding is an assertion or an outcome, a misuse is the team's."""
    expected = (AssertionError, Misuse, pytest.UsageError)  # outcomes and interrupts are not `Exception`
    if call.excinfo is None or not isinstance(call.excinfo.value, Exception) or call.excinfo.errisinstance(expected):
        return False
    return is_in_suite(item.path) or _is_raised_below_us(call.excinfo.traceback, item.config.rootpath)


def _is_raised_below_us(trace: Iterable[Any], project: Path) -> bool:
    """Whether an error comes from what the project's own code called of us, and not from that code itself."""
    ours = False
    for each in trace:
        path = Path(each.path)
        if path.is_relative_to(PACKAGE):
            ours = True
        elif path.is_relative_to(project) and "site-packages" not in path.parts:
            ours = False
    return ours


def _word(report: pytest.TestReport, error: BaseException | None, *, advisory: bool) -> Any:
    if isinstance(error, Blocked | NotJudged):
        return "blocked" if isinstance(error, Blocked) else "not judged"
    if report.failed and report.when != "call":
        return "error"
    if report.failed:
        return "advisory" if advisory else "failed"
    return report.outcome


def _why(report: pytest.TestReport, call: pytest.CallInfo[Any]) -> str:
    if call.excinfo is None:
        return ""
    if isinstance(call.excinfo.value, Blocked | NotJudged | ExplainedFailure):
        return shown(call.excinfo.value.summary)
    if report.skipped and isinstance(report.longrepr, tuple):
        return shown(report.longrepr[2])
    return line(call.excinfo.exconly(tryshort=True).strip())


def gather(run: Run, report: pytest.TestReport) -> None:
    """Take a report's outcome over into the run; a worker that crashed leaves a report without one.

    A test that is about no environment, and fails, is about each: no verdict may be green beside it.
    """
    noted = getattr(report, ATTRIBUTE, None)
    if noted is not None and noted["outcome"] == "not applicable":
        run.discard(noted["environment"], noted["id"])
    elif noted is not None:
        data = dict(noted)
        name = data.pop("environment")
        outcome = TestOutcome(**{**data, "exchanges": tuple(data["exchanges"])})
        if name is not None:
            _keep(run, name, outcome)
        elif outcome.outcome in {"failed", "error"}:
            for each in run.outcomes:
                _keep(run, each, outcome)
    elif report.failed and run.settings.explicit:
        name = environment_in(report.nodeid, run.planned)
        why = report.longreprtext.strip() or "the test ended without a report"
        # A worker that was killed says nothing of the deployment.
        crashed = report.when not in {"setup", "call", "teardown"}
        why = why.splitlines()[-1].partition(" while running ")[0] if crashed else why
        for each in run.outcomes if name is None else (name,):
            _keep(run, each, TestOutcome(id=report.nodeid, outcome="error", why=why, internal=crashed))


def _keep(run: Run, name: str, outcome: TestOutcome) -> None:
    kept = run.outcomes[name].get(outcome.id)
    if kept is None or outcome.outcome in {"error", "failed"}:
        run.outcomes[name][outcome.id] = outcome
