"""The requests over time, as what the page draws: from the exchanges of the run's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PHASES = {"dns": "name", "connect": "connect", "tls": "TLS", "wait": "wait", "download": "download"}
SHOWN = 14
"""How many requests of one environment are drawn; the table below has all of them."""
WIDTH = 1000


@dataclass(frozen=True)
class Bar:
    """One request: what the row says, and its phases as (class, x, width)."""

    name: str
    status: str
    good: bool
    milliseconds: float
    parts: tuple[tuple[str, float, float], ...]
    end: float


@dataclass(frozen=True)
class Timeline:
    """One environment's requests; `rest` of them are not drawn."""

    span: float
    bars: tuple[Bar, ...]
    rest: int


def timeline(environment: dict[str, Any]) -> Timeline | None:
    """Return the requests that were sent, the failed and the slow ones first to be drawn; None without any."""
    sent = [each for each in environment["exchanges"] if _sent(each)]
    if not sent:
        return None
    first = min(each["started"] for each in sent)
    span = max(each["started"] + each["seconds"] for each in sent) - first or 1.0
    telling = sorted(sent, key=lambda each: (_good(each), -each["seconds"]))[:SHOWN]
    bars = tuple(_bar(each, first, span) for each in sent if each in telling)
    return Timeline(span * 1000, bars, len(sent) - len(bars))


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


def _bar(exchange: dict[str, Any], first: float, span: float) -> Bar:
    at = (exchange["started"] - first) / span * WIDTH
    parts = []
    offsets = exchange["phases"].get("offsets", {})
    for phase in PHASES:
        seconds = exchange["phases"].get(phase)
        if seconds:
            at = (offsets.get(phase, exchange["started"]) - first) / span * WIDTH
            parts.append((phase, round(at, 2), round(seconds / span * WIDTH, 2)))
            at += seconds / span * WIDTH
    status = str(exchange["answer"]["status"]) if exchange.get("answer") else "no answer"
    name = f"{exchange['request']['method']} {exchange['name']}"
    return Bar(name, status, _good(exchange), exchange["seconds"] * 1000, tuple(parts), round(at, 2))
