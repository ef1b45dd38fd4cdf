"""Turns pytest's reports into outcomes of promises: passed, failed, blocked, advisory, skipped or error."""

from __future__ import annotations

from dataclasses import asdict
from functools import reduce
from typing import TYPE_CHECKING, Any

import pytest

from smokegate.diagnosis.outcome import TestOutcome
from smokegate.plugin.collect import environment_in, environment_of
from smokegate.plugin.seen import Blocked, CheckFailure, NotApplicable
from smokegate.plugin.session import RUN, Run
from smokegate.report.terminal import safe

if TYPE_CHECKING:
    from smokegate.environment.model import Environment

#: Attribute of a pytest report that holds the outcome, as plain data so that it crosses pytest-xdist's pipe.
ATTRIBUTE = "smokegate"
LETTERS = {
    "blocked": ("blocked", "b", "BLOCKED"),
    "advisory": ("advisory", "w", "WARN"),
    "not applicable": ("not applicable", "-", "N/A"),
}


def is_advisory(item: pytest.Item, environment: Environment) -> bool:
    """Whether a broken promise of this test is a warning: by its marker, or by its severity in the file."""
    marker = item.get_closest_marker("advisory")
    if marker is not None:
        by = marker.kwargs.get("by")
        severity = reduce(getattr, by.split("."), environment) if by else "advisory"
        return bool(severity == "advisory")
    index = getattr(item, "callspec", None) and item.callspec.params.get("endpoint_index")  # type: ignore[attr-defined]
    return index is not None and environment.backend.endpoints[index].severity == "advisory"


def note(item: pytest.Item, call: pytest.CallInfo[Any], report: pytest.TestReport) -> None:
    """Attach its outcome to the report of a smoke test, and take the secrets out of all that it tells."""
    run = item.config.stash.get(RUN, None)
    name = environment_of(item)
    if run is None or name is None:
        return
    _redact(run, report)
    if report.passed and report.when != "call":
        return
    if call.excinfo is not None and call.excinfo.errisinstance(NotApplicable):
        setattr(report, ATTRIBUTE, {"environment": name, "outcome": "not applicable", "id": item.nodeid})
        return
    environment = next(e for e in run.environments if e.name == name)
    advisory = is_advisory(item, environment)
    outcome = _word(report, call, advisory=advisory)
    why = _why(run, report, call)
    if (crash := getattr(report.longrepr, "reprcrash", None)) is not None:
        crash.message = why  # what pytest's own summary and JUnit show in one line
    if outcome == "advisory":
        # To pytest a broken advisory promise is no failure: it must not end a run under -x, nor fail it.
        report.outcome = "skipped"
        report.longrepr = (str(item.path), item.location[1] or 0, f"WARN: {report.longreprtext}")
    touched: list[str] = item.stash.get(TOUCHED, [])
    noted = TestOutcome(
        id=item.nodeid,
        outcome=outcome,
        advisory=advisory,
        why=why,
        promise=promise_of(item),
        seconds=round(call.duration, 6),
        exchanges=tuple(touched),
    )
    setattr(report, ATTRIBUTE, {"environment": name, **asdict(noted)})


TOUCHED = pytest.StashKey[list[str]]()


def promise_of(item: pytest.Item) -> str:
    """Return the promise that a test states: the first line of its docstring, else its name in words."""
    doc = getattr(getattr(item, "function", None), "__doc__", None)
    if doc and doc.strip():
        return str(doc.strip().splitlines()[0])
    return item.name.split("[")[0].removeprefix("test_").replace("_", " ")


def _word(report: pytest.TestReport, call: pytest.CallInfo[Any], *, advisory: bool) -> Any:
    if call.excinfo is not None and call.excinfo.errisinstance(Blocked):
        return "blocked"
    if report.failed and report.when != "call":
        return "error"
    if report.failed:
        return "advisory" if advisory else "failed"
    return report.outcome


def _why(run: Run, report: pytest.TestReport, call: pytest.CallInfo[Any]) -> str:
    if call.excinfo is None:
        return ""
    if isinstance(call.excinfo.value, Blocked | CheckFailure):
        return call.excinfo.value.summary
    if report.skipped and isinstance(report.longrepr, tuple):
        return report.longrepr[2]
    return run.redact(safe(call.excinfo.exconly(tryshort=True).strip()))


def _redact(run: Run, report: pytest.TestReport) -> None:
    text = report.longreprtext
    clean = run.redact(text)
    if clean != text and isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        report.longrepr = (path, line, run.redact(reason))
    elif clean != text:
        report.longrepr = clean
    report.sections = [(title, run.redact(content)) for title, content in report.sections]


def gather(run: Run, report: pytest.TestReport) -> None:
    """Take a report's outcome over into the run; a worker that crashed leaves a report without one."""
    noted = getattr(report, ATTRIBUTE, None)
    if noted is not None and noted["outcome"] == "not applicable":
        run.planned[noted["environment"]].discard(noted["id"])
    elif noted is not None:
        data = dict(noted)
        _keep(run, data.pop("environment"), TestOutcome(**{**data, "exchanges": tuple(data["exchanges"])}))
    elif report.failed:
        name = environment_in(report.nodeid, run.planned)
        if name is not None:
            why = report.longreprtext.strip() or "the test ended without a report"
            _keep(run, name, TestOutcome(id=report.nodeid, outcome="error", advisory=False, why=why))


def _keep(run: Run, name: str, outcome: TestOutcome) -> None:
    kept = run.outcomes[name].get(outcome.id)
    if kept is None or outcome.outcome in {"error", "failed"}:
        run.outcomes[name][outcome.id] = outcome
