"""Repairs step by step: act, wait until ready, check again, and stop at the first check that is healthy."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from smokegate.commands.common import CheckResult
from smokegate.commands.fix.executor import Executor
from smokegate.commands.fix.lock import LockedError
from smokegate.commands.fix.plan import Action, Plan, plan
from smokegate.commands.fix.remedies import Kind, Refusal
from smokegate.diagnosis.service_state import lasting
from smokegate.diagnosis.verdict import Verdict
from smokegate.observation.evidence.sink import encoded
from smokegate.report.model import EnvironmentReport

HEALTHY = {Verdict.PASS, Verdict.WARN}
MAX_ACTIONS = 6
"""The most actions of one call, even where each of them leads to another cause."""
SETTLED = 30.0
"""Seconds that the edge gets after the services are healthy: nginx answers 502 for some seconds longer."""

Word = Literal["nothing to fix", "refused", "dry run", "verified", "did not help", "declined", "interrupted"]

State = Literal["refused", "planned", "applied", "failed", "did not help", "verified", "interrupted", "nothing to fix"]
"""The outcome of an action; `applied`: its commands succeeded, `verified`: a check found it healthy."""


class Journal:
    """The record of what was done to servers: `reports/fixes.jsonl`, a line for each step, never rewritten.

    It appends to the file, whose directory is made where it is missing, and keeps what this fix wrote.
    """

    def __init__(self, path: Path, environment: str, host: str) -> None:
        self._path = path
        self._fixed: dict[str, Any] = {"fix": secrets.token_hex(4), "environment": environment, "host": host}
        self.entries: list[dict[str, Any]] = []

    def write(self, state: State, **facts: Any) -> None:
        """Append one line; a crash right after it loses nothing."""
        at = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
        entry = {"schema": 1, "at": at, **self._fixed, "state": state, **facts}
        line = encoded(entry)
        self.entries.append(entry)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            os.write(descriptor, line.encode("utf-8", "replace") + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


class Repair(Struct):
    """The state of a repair, and its outcome."""

    last: CheckResult
    word: Word
    reason: str = ""
    entries: list[dict[str, Any]] = []
    """What the record has of it."""
    tried: list[Action] = []
    exit: int | None = None
    """The exit code, where it is not the verdict's."""

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"result": self.word, "reason": self.reason, "steps": self.entries}


class Tools(Struct, frozen=True):
    """What a repair works with."""

    executor: Executor
    journal: Journal
    check_again: Callable[[float | None], CheckResult]
    """Checks after waiting up to this many seconds for the health check to pass."""
    agree: Callable[[Action, tuple[str, ...]], bool]
    """Asks the user whether an action may be taken."""
    say: Callable[[str], None]
    plan: Callable[[EnvironmentReport, Collection[Action]], Plan | Refusal] = plan
    """Returns what to do next, without what was tried already."""


def repair(first: CheckResult, tools: Tools) -> Repair:
    """Apply the remedies of the cause until a check is healthy, or until nothing is left to try.

    Each action is followed by a new diagnosis, which decides the next one. No action is taken twice.
    """
    state = Repair(first, "did not help", entries=tools.journal.entries)
    decision = tools.plan(state.last.report, state.tried)
    if isinstance(decision, Plan):
        announce(decision, tools)
    while isinstance(decision, Plan) and len(state.tried) < MAX_ACTIONS:
        action = decision.actions[0]
        commands = tools.executor.commands(action)
        if not tools.agree(action, commands):
            state.word, state.reason = "declined", f"{action.title}: declined by the user"
            return state
        if _apply(action, commands, state, tools):
            return state
        before, decision = decision, tools.plan(state.last.report, state.tried)
        if isinstance(decision, Plan) and decision.cause != before.cause:
            tools.say(f"the cause is a different one now: {decision.cause}")
            announce(decision, tools)
    if isinstance(decision, Refusal):
        state.reason = decision.reason
        tools.journal.write("refused", cause=_cause(state.last.report), reason=decision.reason)
        if not state.tried:
            state.word = "refused"
    return state


def announce(decision: Plan, tools: Tools) -> None:
    """Show what will be done, and record it."""
    tools.say(f"plan for {decision.cause}, up to the first action that helps:")
    for facts in listed(decision, tools.executor, tools.say):
        tools.journal.write("planned", **facts)


def listed(decision: Plan, executor: Executor, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """Show each action with its commands; yield what is recorded of it."""
    for number, action in enumerate(decision.actions, 1):
        commands = executor.commands(action)
        say(f"  {number}. {action.title}")
        for command in commands:
            say(f"       {command}")
        yield {"cause": decision.cause, "action": action.title, "commands": commands}


def _apply(action: Action, commands: tuple[str, ...], state: Repair, tools: Tools) -> bool:
    """Take one action and check again; returns whether that ends the repair."""
    cause = _cause(state.last.report)
    facts: dict[str, Any] = {"cause": cause, "action": action.title, "commands": commands}
    state.tried.append(action)
    tools.say(f"{action.title} …")
    try:
        began = time.monotonic()
        failure = tools.executor.do(action)
        took = time.monotonic() - began
        word: Literal["applied", "failed"] = "failed" if failure else "applied"
        tools.journal.write(word, **facts, seconds=round(took, 1), said=failure or "")
        tools.say(f"{action.title}: {word} in {took:.1f} s" + (f": {failure}" if failure else ""))
        state.last = _verify(action, state.last.report, tools, applied=not failure)
    except (KeyboardInterrupt, LockedError) as end:
        state.word, state.reason = "interrupted", str(end) or "interrupted"
        tools.journal.write("interrupted", **facts, reason=state.reason)
        return True
    report = state.last.report
    healthy = report.verdict in HEALTHY and not state.last.interrupted
    after = {"verdict": report.verdict.name, "cause_after": _cause(report)}
    tools.journal.write("verified" if healthy else "did not help", **facts, **after)
    tools.say(f"{action.title}: " + ("verified" if healthy else f"did not help ({report.summary})"))
    if healthy:
        state.word = "verified"
    elif state.last.interrupted:
        state.word, state.reason = "interrupted", "interrupted"
    elif action.kind is Kind.RELOAD and failure:
        # A web server whose new configuration is invalid keeps serving the old one: it must not be restarted.
        state.reason = f"{action.title} failed, so nothing else is tried: {failure}"
        return True
    return healthy or state.last.interrupted


def _verify(action: Action, before: EnvironmentReport, tools: Tools, *, applied: bool) -> CheckResult:
    """Wait until the services that were touched are ready, then run the same checks as before."""
    limit, compose, view = before.environment.backend.wait, before.environment.compose, before.observation.server
    if not applied:
        return tools.check_again(None)
    awaited, all_checked = action.services, True
    if compose is not None:
        awaited = awaited or lasting(view, compose)
        all_checked = set(awaited) <= {each.name for each in view.services if each.check is not None}
    why = tools.executor.settle(awaited, limit)
    if why is not None:
        tools.say(f"not ready: {why}")
        return tools.check_again(None)
    return tools.check_again(min(SETTLED, limit) if all_checked else limit)


def _cause(report: EnvironmentReport) -> str | None:
    headline = report.diagnosis.headline
    return headline.code if headline else None
