"""The text of a broken promise: promise, where, expected and actual, cause, and a line that reproduces it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from smokegate.plugin.collect import environment_of
from smokegate.plugin.outcomes import TOUCHED, promise_of
from smokegate.plugin.seen import Broken, CheckFailure
from smokegate.plugin.session import RUN
from smokegate.report.terminal import safe, safe_lines

if TYPE_CHECKING:
    from smokegate.diagnosis.model import Finding
    from smokegate.observation.model import Exchange
    from smokegate.plugin.deployment import Deployment


def explain(item: pytest.Item, broken: AssertionError) -> CheckFailure | None:
    """Return what a person should read instead of a traceback, None where the test is no smoke test."""
    run = item.config.stash.get(RUN, None)
    name = environment_of(item)
    if run is None or name is None:
        return None
    deployment = run.deployment(name)
    exchange = _exchange(item, broken, deployment)
    lines = [("promise", promise_of(item))]
    if exchange is not None:
        lines.append(("where", f"{exchange.request.method} {exchange.request.url}"))
    if isinstance(broken, Broken):
        lines += [("expected", broken.expected), ("actual", broken.actual)]
    else:
        lines.append(("broken", str(broken) or "the test's assertion does not hold"))
    lines += _cause(exchange, deployment)
    if exchange is not None:
        lines.append(("try", exchange.request.curl()))
    text = "\n".join(f"{label:<9}{_indent(safe_lines(words))}" for label, words in lines)
    return CheckFailure(run.redact(text), run.redact(safe(" ".join(str(broken).split()))))


def _indent(text: str) -> str:
    return text.replace("\n", "\n" + " " * 9)


def _exchange(item: pytest.Item, broken: AssertionError, deployment: Deployment) -> Exchange | None:
    if isinstance(broken, Broken) and broken.exchange is not None:
        return broken.exchange
    touched = item.stash.get(TOUCHED, [])
    return deployment.observer.exchange(touched[-1]) if touched else None


def _cause(exchange: Exchange | None, deployment: Deployment) -> list[tuple[str, str]]:
    diagnosis = deployment.diagnosis
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
