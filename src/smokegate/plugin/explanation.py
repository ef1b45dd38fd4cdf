"""The text of a failed check: what must hold, where, expected and actual, cause, and a line that reproduces it."""

from __future__ import annotations

import pytest

from smokegate.diagnosis.model import Diagnosis, Finding
from smokegate.observation.evidence.sink import line, shown
from smokegate.observation.exchange import Exchange
from smokegate.plugin.collect import check_in, environment_of
from smokegate.plugin.failures import ExpectationFailed, ExplainedFailure
from smokegate.plugin.outcomes import FAILED_ON, expectation_of
from smokegate.plugin.run_key import RUN


def explain(item: pytest.Item, broken: AssertionError) -> ExplainedFailure | None:
    """Return what a person should read instead of a traceback, None where the test is not a check."""
    run, name = item.config.stash[RUN], environment_of(item)
    if name is None:
        return None
    if isinstance(broken, ExpectationFailed):
        exchange = broken.exchange
    else:  # the last one that the check read
        exchange = run.deployment(name).observer.exchange(run.touched[-1]) if run.touched else None
    if exchange is not None:
        item.stash[FAILED_ON] = exchange.name
    lines = [("check", f"{check_in(item).code}: {expectation_of(item)}")]
    if exchange is not None:
        lines.append(("where", f"{exchange.request.method} {exchange.request.url}"))
    if isinstance(broken, ExpectationFailed):
        lines += [("expected", broken.expected), ("actual", broken.actual)]
    else:
        lines.append(("failed", str(broken) or "the test's assertion does not hold"))
    lines += _cause(exchange, run.diagnosis(name))
    if exchange is not None:
        lines.append(("try", exchange.request.curl()))
        trace, trace_id = run.environment(name).trace, exchange.request.trace_id
        if trace is not None and trace_id is not None:
            lines.append(("trace", trace.link.replace("{trace_id}", trace_id) if trace.link else trace_id))
    text = "\n".join(f"{label:<9}" + shown(words).replace("\n", "\n" + " " * 9) for label, words in lines)
    return ExplainedFailure(text, line(" ".join(str(broken).split())))


def _cause(exchange: Exchange | None, diagnosis: Diagnosis) -> list[tuple[str, str]]:
    fitting: Finding | None = next(
        (f for f in diagnosis.findings if exchange is not None and exchange.name in f.exchanges),
        diagnosis.headline,
    )
    if fitting is None:
        return [("cause", "undetermined: no rule explains this; the evidence is in the report")]
    lines = [("cause", f"{fitting.code}: {fitting.title} ({fitting.confidence.value})")]
    if fitting.evidence:
        lines.append(("evidence", fitting.evidence[0]))
    if fitting.steps:
        lines.append(("do", fitting.steps[0]))
    lines.append(("runbook", fitting.runbook))
    return lines
