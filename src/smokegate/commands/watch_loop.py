"""The rounds of a watch: when each begins, what it reports, and the summary."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from smokegate.commands.alerts import Alerts, Change
from smokegate.commands.common import run_checks
from smokegate.commands.suite_process import SuiteError
from smokegate.commands.watch_rounds import Round, Tally, round_of
from smokegate.diagnosis.verdict import Verdict, exit_code
from smokegate.environment.model import Environment
from smokegate.report.console import Console
from smokegate.report.history import append
from smokegate.report.plain import stamp
from smokegate.report.terminal import COLOURS, TerminalLine, safe

NEVER = threading.Event()
"""Is not set: to wait for it is to wait, interruptibly, for the time that is given."""


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

    Args:
        environment: with the addresses that it really has.
        console: gets a line for every round.
        history: a line of JSON is appended for every round.
        every: seconds from start to start; a round that takes longer is followed at once.
        count: how many rounds; None: until Ctrl-C.
        journey: sign in also where that creates an account every time.
        alerts: where changes are announced.
        pause: waits some seconds, and is interrupted by Ctrl-C.
        clock: returns the current time in seconds.
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
            if (change := _report(tally, one, console, history)) is not None and alerts is not None:
                for problem in alerts.announce(replace(change, environment=environment.name)):
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
        seen = run_checks(environment, console, watching=True, creating=creating)
    except SuiteError as broken:
        console.note(f"the suite returned no result, which is an error inside smokegate: {broken}")
        return Round(began, Verdict.UNKNOWN, None, None, 0.0, None)
    return None if seen.interrupted else round_of(seen)


def _creating(environment: Environment, console: Console, *, journey: bool) -> bool:
    """Return whether accounts are created every round: only where that was requested."""
    sign_in = environment.sign_in
    if sign_in is not None and sign_in.creates_accounts and not journey:
        console.note(
            "sign-in is skipped, because it would create an account in every round: --journey includes it, "
            "or declare an existing account (docs/environments.md, sign_in.standing)"
        )
    return journey


def _report(tally: Tally, one: Round, console: Console, history: Path) -> Change | None:
    """Print a round's line; its reason only where it is a new one. Returns the change, if it is one."""
    before = tally.rounds[-1] if tally.rounds else None
    changed = tally.add(one)
    latency = "no answer" if one.latency is None else f"{one.latency * 1000:.0f} ms"
    cause = f"  {one.cause}" if one.red_cause else ""
    was = (
        f"  (was {before.verdict.name}{f' {before.red_cause}' if before.red_cause else ''})"
        if changed and before
        else ""
    )
    text = f"{one.started:%Y-%m-%d %H:%M:%S}Z  {one.verdict.name:<7}  {latency:>9}{cause}{was}"
    lines = [TerminalLine(safe(text), COLOURS[one.verdict.name], bold=changed)]
    if one.reason and (changed or before is None):
        lines.append(TerminalLine(safe(f"  {one.reason}")))
    console.write(lines)
    if changed:
        console.bell()
    append(history, _entry(one, changed=changed))
    if not changed or before is None:
        return None
    return Change("", one.verdict.name, before.verdict.name, one.red_cause or "", one.reason or "It works again.")


def _entry(one: Round, *, changed: bool) -> dict[str, Any]:
    return {
        "schema": 1,
        "source": "watch",
        "started": stamp(one.started),
        "verdict": one.verdict.name,
        "cause": one.red_cause,
        "health_ms": None if one.latency is None else round(one.latency * 1000, 1),
        "seconds": round(one.seconds, 3),
        "version": one.version,
        "changed": changed,
    }
