"""The rounds of a watch: when each begins, what it has shown, what all of them come to."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from smokegate.commands.alerts import Alerts, Change
from smokegate.commands.common import run_checks
from smokegate.commands.suite_process import Request, SuiteError
from smokegate.diagnosis.verdict import Verdict, exit_code
from smokegate.environment.model import Environment
from smokegate.report.console import Console
from smokegate.report.containers import span
from smokegate.report.history import append
from smokegate.report.plain import stamp
from smokegate.report.terminal import COLOURS, TerminalLine, safe

NEVER = threading.Event()
"""Is not set: to wait for it is to wait, interruptibly, for the time that is given."""
UP = {Verdict.PASS, Verdict.WARN}
DOWN = {Verdict.FAIL, Verdict.OUTAGE}


class Round(Struct, frozen=True):
    """The result of one round."""

    started: datetime
    verdict: Verdict
    cause: str | None = None
    """The cause's code, unless the verdict is PASS."""
    latency: float | None = None
    """Seconds of the health check's answer."""
    seconds: float = 0.0
    version: str | None = None
    reason: str = ""
    """The verdict's reason in a sentence; empty where it is PASS."""


class Tally(Struct):
    """What the rounds come to."""

    rounds: list[Round] = field(default_factory=list)
    changes: int = 0

    def add(self, one: Round) -> Round | None:
        """Take a round over; returns the one before, if this one differs from it."""
        before = self.rounds[-1] if self.rounds else None
        self.rounds.append(one)
        if before is None or (before.verdict, before.cause) == (one.verdict, one.cause):
            return None
        self.changes += 1
        return before

    @property
    def availability(self) -> float | None:
        """The share of the judged rounds in which it worked, None where none was judged."""
        judged = [each for each in self.rounds if each.verdict in UP | DOWN]
        return sum(each.verdict in UP for each in judged) / len(judged) if judged else None

    @property
    def longest_outage(self) -> float:
        """Seconds from the first round in which it was down to the next that worked, or to the last one."""
        longest, since = 0.0, None
        for each in self.rounds:
            if each.verdict in DOWN:
                since = since or each.started
            if since is not None:
                longest = max(longest, (each.started - since).total_seconds())
            if each.verdict in UP:
                since = None
        return longest

    def lines(self) -> list[str]:
        """Return the summary."""
        if not self.rounds:
            return ["no round was completed"]
        kinds = {v.name: sum(each.verdict is v for each in self.rounds) for v in Verdict}
        share = self.availability
        down = any(each.verdict in DOWN for each in self.rounds)
        plural = "" if len(self.rounds) == 1 else "s"
        return [
            f"{len(self.rounds)} round{plural}: " + ", ".join(f"{n} {word}" for word, n in kinds.items() if n),
            f"changes: {self.changes}",
            "availability: " + ("nothing was judged" if share is None else f"{share:.2%} of the judged rounds"),
            "longest outage: " + (f"{span(self.longest_outage)}, as seen between rounds" if down else "none"),
        ]


def watch(  # noqa: PLR0913 - all but the first three are by name
    environment: Environment,
    console: Console,
    history: Path,
    *,
    every: float,
    count: int | None = None,
    journey: bool = False,
    alerts: Alerts | None = None,
    pause: Callable[[float], object] = NEVER.wait,
    clock: Callable[[], float] = time.monotonic,
) -> int:
    """Check repeatedly until `count` rounds are done or Ctrl-C; returns the worst verdict's exit code.

    Every round is a line at the console and a line of JSON in the history. It is `every` seconds from start to start,
    and a round that takes longer is followed at once. With `journey` signing in is checked also where that creates an
    account every time. `pause` is interrupted by Ctrl-C.
    """
    creating = _creating(environment, console, journey=journey)
    tally = Tally()
    began, due = clock(), 0
    try:
        while count is None or len(tally.rounds) < count:
            left = began + due * every - clock()
            if left > 0:
                pause(left)
            one = _round(environment, console, creating=creating)
            if one is None:
                break
            change = _report(environment.name, tally, one, console, history)
            if change is not None and alerts is not None:
                for problem in alerts.announce(change):
                    console.note(problem)
            due = max(due + 1, int((clock() - began) // every))
    except KeyboardInterrupt:
        pass
    console.write(TerminalLine(safe(line)) for line in ("", *tally.lines()))
    return exit_code(each.verdict for each in tally.rounds)


def _round(environment: Environment, console: Console, *, creating: bool) -> Round | None:
    """Make one round; None where it was interrupted. A round that returned no result could not be judged."""
    began = datetime.now(UTC)
    try:
        seen = run_checks(Request(environment, watching=True, creating=creating), console)
    except SuiteError as broken:
        console.note(f"the suite returned no result, which is an error inside smokegate: {broken}")
        return Round(began, Verdict.UNKNOWN)
    if seen.interrupted:
        return None
    report, health = seen.report, seen.report.observation.exchanges.get("health")
    latency = (health.warm_seconds or health.seconds) if health is not None and health.answer is not None else None
    headline, red = report.diagnosis.headline, report.verdict is not Verdict.PASS
    cause, reason = headline.code if headline and red else None, report.summary if red else ""
    return Round(seen.started, report.verdict, cause, latency, seen.seconds, report.version, reason)


def _creating(environment: Environment, console: Console, *, journey: bool) -> bool:
    """Return whether accounts are created every round: only where that was requested."""
    sign_in = environment.sign_in
    if sign_in is not None and sign_in.creates_accounts and not journey:
        console.note(
            "sign-in is skipped, because it would create an account in every round: --journey includes it, "
            "or declare an existing account (docs/environments.md, sign_in.standing)"
        )
    return journey


def _report(name: str, tally: Tally, one: Round, console: Console, history: Path) -> Change | None:
    """Print a round's line; its reason only where it is a new one. Returns the change, if it is one."""
    first, before = not tally.rounds, tally.add(one)
    latency = "no answer" if one.latency is None else f"{one.latency * 1000:.0f} ms"
    cause = f"  {one.cause}" if one.cause else ""
    was = f"  (was {' '.join(filter(None, (before.verdict.name, before.cause)))})" if before else ""
    text = f"{one.started:%Y-%m-%d %H:%M:%S}Z  {one.verdict.name:<7}  {latency:>9}{cause}{was}"
    lines = [TerminalLine(safe(text), COLOURS[one.verdict.name], bold=before is not None)]
    if one.reason and (before or first):
        lines.append(TerminalLine(safe(f"  {one.reason}")))
    console.write(lines)
    append(history, _entry(one, changed=before is not None))
    if before is None:
        return None
    console.bell()
    return Change(name, one.verdict.name, before.verdict.name, one.cause or "", one.reason or "It works again.")


def _entry(one: Round, *, changed: bool) -> dict[str, Any]:
    return {
        "schema": 1,
        "source": "watch",
        "started": stamp(one.started),
        "verdict": one.verdict.name,
        "cause": one.cause,
        "health_ms": None if one.latency is None else round(one.latency * 1000, 1),
        "seconds": round(one.seconds, 3),
        "version": one.version,
        "changed": changed,
    }
