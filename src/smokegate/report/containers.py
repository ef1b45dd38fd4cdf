"""What a terminal shows of the server: containers, database, port, disks, and the log lines that matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from smokegate.diagnosis.service_state import troubled
from smokegate.environment.model import Compose
from smokegate.observation.server import ServerView, ServiceView
from smokegate.report.terminal import TerminalLine, safe
from smokegate.report.terminal_text import table

LOG_LINES = 8
"""How many lines of a log are shown at most."""
ERROR_LINE = re.compile(
    r"error|exception|fatal|critical|traceback|panic|refused|denied|failed|no space|killed|emerg|not found"
    r"|in use|timed out|unhealthy|missing",
    re.IGNORECASE,
)
HEADER = ("service", "state", "health", "exit", "restarts", "since")
MINUTE, HOUR, DAY = 60, 3600, 86400


def container_lines(view: ServerView, compose: Compose, *, logs: bool) -> Iterator[TerminalLine]:
    """Return the lines about the server; `logs` asks for those of the services in trouble."""
    yield TerminalLine("")
    yield TerminalLine(safe(f"From the server ({view.host})"), bold=True)
    if view.failure is not None:
        yield TerminalLine(safe(f"  {view.failure}"))
    if view.services:
        for line in table(HEADER, [_row(view, each) for each in view.services], right={3, 4}):
            yield TerminalLine(line)
    yield from _facts(view, compose)
    if logs:
        for service in troubled(view, compose):
            yield from _log(service)


def _row(view: ServerView, service: ServiceView) -> tuple[str, ...]:
    if not service.exists:
        return (service.name, "no container", "-", "-", "-", "-")
    state = "restarting" if service.crash_looping else service.state
    name = service.name if service.expected else f"{service.name} (not expected)"
    ended = not service.running or service.crash_looping
    since = service.finished_at if not service.running else service.started_at
    return (
        name,
        state,
        service.health or "-",
        str(service.exit_code) if ended else "-",
        str(service.restart_count),
        _since(since, view.now),
    )


def _since(moment: datetime | None, now: datetime | None) -> str:
    if moment is None:
        return "never started"
    if now is None:
        return f"{moment:%Y-%m-%d %H:%M:%S}Z"
    return f"{span((now - moment).total_seconds())} ago"


def span(seconds: float) -> str:
    """Return a duration in the two units that say most."""
    whole = max(0, round(seconds))
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE} min {whole % MINUTE} s"
    if whole < DAY:
        return f"{whole // HOUR} h {whole % HOUR // MINUTE} min"
    return f"{whole // DAY} d {whole % DAY // HOUR} h"


def _facts(view: ServerView, compose: Compose) -> Iterator[TerminalLine]:
    if view.database is not None:
        yield TerminalLine(safe(f"  database  {view.database.service}: {view.database.detail}"))
    if view.failure is None or not view.unreachable:
        holders = ", ".join(str(each) for each in view.listeners) or "no one listens"
        yield TerminalLine(safe(f"  port {compose.port}  {holders}"))
    for each in view.origin:
        came = f"status {each.status}" if each.status is not None else f"no answer: {each.problem}"
        yield TerminalLine(safe(f"  origin    {each.path} {came}, {each.seconds * 1000:.0f} ms"))
    for disk in view.disks:
        if disk.full:
            where = f"in {disk.service}" if disk.service else "of the host"
            yield TerminalLine(safe(f"  disk      {disk.mount} {where} is full: {disk.free // 2**20} MiB left"))
    for problem in view.problems:
        yield TerminalLine(safe(f"  not seen  {problem}"))


def _log(service: ServiceView) -> Iterator[TerminalLine]:
    lines = log_excerpt(service)
    if lines:
        yield TerminalLine("")
        yield TerminalLine(safe(f"Log of {service.name}"), bold=True)
        for line in lines:
            yield TerminalLine(safe(f"  {line}"))
    elif service.log_problem:
        yield TerminalLine(safe(f"  log of {service.name}: {service.log_problem}"))


def log_excerpt(service: ServiceView) -> tuple[str, ...]:
    """Return the lines of a log that matter most: those of errors since the last start, else the last ones.

    In a crash loop the last start may have written nothing yet, so the runs before it count, too.
    """
    log = service.log_since_start
    if service.crash_looping or len(log) < LOG_LINES:
        log = service.log
    texts = [line.text for line in log if line.text.strip()]
    found = [text for text in texts if ERROR_LINE.search(text)]
    kept = list(dict.fromkeys(found))[-LOG_LINES:] or texts[-LOG_LINES:]
    return tuple(kept)
