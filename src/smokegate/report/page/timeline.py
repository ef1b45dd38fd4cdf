"""The requests over time, as what the page draws: from the exchanges of the run's JSON."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, log10
from typing import Any

from msgspec import Struct

from smokegate.report.page.outcomes import exchange_outcome

PHASES = {
    "queued": "queued",
    "dns": "DNS",
    "connect": "connect",
    "tls": "TLS",
    "wait": "wait (TTFB)",
    "download": "download",
}
WIDTH = 1000
SEEN = 0.5
"""The least width that is drawn; of a request that took less, its wait."""


class Bar(Struct, frozen=True):
    """One request: what the row says, what the checks made of it, and its phases as (class, x, width)."""

    exchange: dict[str, Any]
    outcome: str
    step: int | None
    """Its place in the sign-in journey."""
    name: str
    sample: str
    """Which sample of how many, where there are several: `2 of 5`."""
    status: str
    good: bool
    milliseconds: float
    parts: tuple[tuple[str, float, float], ...]
    end: float
    budget: float | None
    """Where the time is over that the answer may take; None without a budget, or where it lies beyond the axis."""


class Timeline(Struct, frozen=True):
    """One environment's requests, in the order in which they were sent."""

    span: float
    ticks: tuple[tuple[float, str], ...]
    """Places of the axis, of 1000, and what stands there."""
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
    samples = _samples([each["name"] for each in every])
    bars = tuple(_bar(environment, each, samples.get(each["name"], ""), (first, span)) for each in ordered)
    return Timeline(span * 1000, _ticks(span), bars)


def _samples(names: list[str]) -> dict[str, str]:
    """Return of each request that was sent several times which one it is: `health 2` follows `health`."""
    groups: dict[str, list[str]] = {name: [name] for name in names}
    for name in names:
        base, _, number = name.rpartition(" ")
        if number.isdecimal() and base in groups:
            groups[base].append(name)
    found = {}
    for group in (each for each in groups.values() if len(each) > 1):
        found.update({name: f"{number} of {len(group)}" for number, name in enumerate(group, 1)})
    return found


def _base(name: str) -> str:
    base, _, number = name.rpartition(" ")
    return base if base and number.isdecimal() else name


def _ticks(span: float) -> tuple[tuple[float, str], ...]:
    """Return the axis in steps of 1, 2 or 5 times a power of ten: at most six, so that their texts do not meet."""
    step = 10.0 ** floor(log10(span / 5))
    step *= next(factor for factor in (1, 2, 5, 10) if step * factor >= span / 5)
    found = [step * number for number in range(int(span / step + 1e-9) + 1)]
    return tuple((round(each / span * WIDTH, 1), f"{each * 1000:g}" + (" ms" if not each else "")) for each in found)


def rows(environment: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of the table of all exchanges, times in milliseconds."""
    for each in environment["exchanges"]:
        times = [_seconds(each, phase) for phase in PHASES]
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


def _seconds(exchange: dict[str, Any], phase: str) -> float | None:
    """Return how long a phase took; before the first one a request waits for a free connection."""
    if phase != "queued":
        seconds: float | None = exchange["phases"].get(phase)
        return seconds
    offsets = exchange["phases"].get("offsets")
    return min(offsets.values()) - exchange["started"] if offsets else None


def _bar(environment: dict[str, Any], exchange: dict[str, Any], sample: str, axis: tuple[float, float]) -> Bar:
    first, span = axis
    at = (exchange["started"] - first) / span * WIDTH
    parts = []
    offsets = exchange["phases"].get("offsets") or {}
    for phase in PHASES:
        seconds = _seconds(exchange, phase)
        width = (seconds or 0.0) / span * WIDTH
        if width > SEEN or (seconds and phase == "wait"):
            at = (offsets[phase] - first) / span * WIDTH if phase in offsets else at
            parts.append((phase, round(at, 2), round(max(width, 1.5), 2)))
            at += width
    return Bar(
        exchange=exchange,
        outcome=exchange_outcome(environment, exchange),
        step=exchange.get("step"),
        name=f"{exchange['request']['method']} {_base(exchange['name']) if sample else exchange['name']}",
        sample=sample,
        status=_status(exchange),
        good=_good(exchange),
        milliseconds=exchange["seconds"] * 1000,
        parts=tuple(parts),
        end=round(at, 2),
        budget=_budget(exchange, first, span),
    )


def _budget(exchange: dict[str, Any], first: float, span: float) -> float | None:
    if not exchange.get("budget") or not _sent(exchange):
        return None
    offsets = exchange["phases"].get("offsets") or {}
    at = (offsets.get("wait", exchange["started"]) + exchange["budget"] - first) / span * WIDTH
    return round(at, 2) if at <= WIDTH else None


def _status(exchange: dict[str, Any]) -> str:
    if exchange.get("answer"):
        return str(exchange["answer"]["status"])
    return "no answer" if exchange.get("no_answer") else ""
