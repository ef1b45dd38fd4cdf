"""The requests over time, as what the page draws: from the exchanges of the run's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from smokegate.report.page.outcomes import exchange_outcome

PHASES = {"dns": "DNS", "connect": "connect", "tls": "TLS", "wait": "wait (TTFB)", "download": "download"}
WIDTH = 1000


@dataclass(frozen=True)
class Bar:
    """One request: what the row says, what the checks made of it, and its phases as (class, x, width)."""

    exchange: dict[str, Any]
    outcome: str

    name: str
    status: str
    good: bool
    milliseconds: float
    parts: tuple[tuple[str, float, float], ...]
    end: float


@dataclass(frozen=True)
class Timeline:
    """One environment's requests, in the order in which they were sent."""

    span: float
    bars: tuple[Bar, ...]


def timeline(environment: dict[str, Any]) -> Timeline | None:
    """Return the requests; None where there is none."""
    every = environment["exchanges"]
    if not every:
        return None
    sent = [each for each in every if _sent(each)]
    first = min((each["started"] for each in sent), default=0.0)
    span = max((each["started"] + each["seconds"] for each in sent), default=first) - first or 1.0
    ordered = sorted(every, key=lambda each: (not _sent(each), each["started"] if _sent(each) else 0.0))
    return Timeline(span * 1000, tuple(_bar(environment, each, first, span) for each in ordered))


def rows(environment: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of the table of all exchanges, times in milliseconds."""
    for each in environment["exchanges"]:
        times = [each["phases"].get(phase) for phase in PHASES]
        yield (
            f"{each['request']['method']} {each['name']}",
            _came(each),
            f"{each['started'] * 1000:.0f}",
            *("" if seconds is None else f"{seconds * 1000:.1f}" for seconds in times),
            f"{each['seconds'] * 1000:.1f}",
        )


def _sent(exchange: dict[str, Any]) -> bool:
    return "answer" in exchange or "no_answer" in exchange


def _good(exchange: dict[str, Any]) -> bool:
    return bool(exchange.get("answer")) and exchange["answer"]["status"] < 400


def _came(exchange: dict[str, Any]) -> str:
    if exchange.get("answer"):
        return str(exchange["answer"]["status"])
    return f"no answer: {exchange['no_answer']['cause']}" if exchange.get("no_answer") else "not sent"


def _bar(environment: dict[str, Any], exchange: dict[str, Any], first: float, span: float) -> Bar:
    at = (exchange["started"] - first) / span * WIDTH
    parts = []
    offsets = exchange["phases"].get("offsets") or {}
    for phase in PHASES:
        seconds = exchange["phases"].get(phase)
        if seconds:
            at = (offsets.get(phase, exchange["started"]) - first) / span * WIDTH
            parts.append((phase, round(at, 2), round(max(seconds / span * WIDTH, 1.5), 2)))
            at += seconds / span * WIDTH
    return Bar(
        exchange=exchange,
        outcome=exchange_outcome(environment, exchange),
        name=f"{exchange['request']['method']} {exchange['name']}",
        status=_status(exchange),
        good=_good(exchange),
        milliseconds=exchange["seconds"] * 1000,
        parts=tuple(parts),
        end=round(at, 2),
    )


def _status(exchange: dict[str, Any]) -> str:
    if exchange.get("answer"):
        return str(exchange["answer"]["status"])
    return "no answer" if exchange.get("no_answer") else ""
