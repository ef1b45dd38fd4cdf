"""The requests over time: where the time went, and what did not answer."""

from __future__ import annotations

from smokegate.observation.model import Answer, Exchange, NotSent
from smokegate.report.cards import text
from smokegate.report.model import EnvironmentReport, RunReport

PHASES = ("dns", "connect", "tls", "wait", "download")
LABELS = {"dns": "name", "connect": "connect", "tls": "TLS", "wait": "wait", "download": "download"}
SHOWN = 14


def requests_section(run: RunReport) -> str:
    """Return the section of all environments' requests."""
    key = "".join(
        f'<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="{p}" width="10" height="10"/></svg>'
        f"{LABELS[p]}</li>"
        for p in PHASES
    )
    tables = "".join(_environment(report) for report in run.environments)
    return f'<section aria-label="Requests"><h3>Requests</h3><ul class="key">{key}</ul>{tables}{_table(run)}</section>'


def _environment(report: EnvironmentReport) -> str:
    asked = [e for n, e in report.observation.exchanges.items() if n == e.name and not isinstance(e.outcome, NotSent)]
    if not asked:
        return f'<p class="dim">{text(report.name)}: no request was sent</p>'
    first = min(e.started for e in asked)
    span = max(e.started + e.seconds for e in asked) - first or 1.0
    shown = sorted(asked, key=lambda e: (isinstance(e.outcome, Answer) and e.outcome.status < 400, -e.seconds))[:SHOWN]
    rows = "".join(_row(e, first, span) for e in asked if e in shown)
    rest = (
        f'<p class="dim">{len(asked) - len(shown)} quicker ones are in the table below</p>'
        if len(asked) > len(shown)
        else ""
    )
    return (
        f'<h4>{text(report.name)} <span class="dim">over {span * 1000:.0f} ms</span></h4>'
        f'<table class="requests"><tbody>{rows}</tbody></table>{rest}'
    )


def _row(exchange: Exchange, first: float, span: float) -> str:
    answer = exchange.answer
    status = str(answer.status) if answer else "×"  # noqa: RUF001 - the cross is meant: no answer
    tone = "status-good" if answer and answer.status < 400 else "status-bad"
    name = text(f"{exchange.request.method} {exchange.name}")
    label = f"{name}: {status}, {exchange.seconds * 1000:.0f} ms"
    return (
        f'<tr><td><span class="{tone}">{status}</span> {name}</td>'
        f'<td class="bar">{_bar(exchange, first, span, label)}</td>'
        f'<td class="ms">{exchange.seconds * 1000:.0f} ms</td></tr>'
    )


def _bar(exchange: Exchange, first: float, span: float, label: str) -> str:
    at = (exchange.started - first) / span * 1000
    parts = []
    for phase in PHASES:
        seconds = getattr(exchange.phases, phase)
        if seconds:
            at = (exchange.phases.offsets.get(phase, exchange.started) - first) / span * 1000
            parts.append(f'<rect class="{phase}" x="{at:.2f}" width="{seconds / span * 1000:.2f}" height="12"/>')
            at += seconds / span * 1000
    if exchange.answer is None:
        parts.append(f'<path class="none" d="M{at:.2f} 1v10"/>')
    return (
        f'<svg viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" aria-label="{label}">{"".join(parts)}</svg>'
    )


def _table(run: RunReport) -> str:
    head = "".join(
        f'<th scope="col">{word}</th>'
        for word in ("Environment", "Request", "Answer", "Start", *LABELS.values(), "All")
    )
    rows = "".join(_cells(report.name, e) for report in run.environments for e in report.observation.exchanges.values())
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    return (
        f'<details><summary>Timings as a table (ms)</summary><div class="scroll" tabindex="0">{table}</div></details>'
    )


def _cells(environment: str, exchange: Exchange) -> str:
    outcome = exchange.outcome
    came = (
        str(outcome.status)
        if isinstance(outcome, Answer)
        else getattr(getattr(outcome, "cause", None), "title", "not asked")
    )
    times = [f"{exchange.started * 1000:.0f}", *(_milliseconds(getattr(exchange.phases, p)) for p in PHASES)]
    words = [
        environment,
        f"{exchange.request.method} {exchange.name}",
        came,
        *times,
        f"{exchange.seconds * 1000:.1f}",
    ]
    return f"<tr>{''.join(f'<td>{text(word)}</td>' for word in words)}</tr>"


def _milliseconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds * 1000:.1f}"  # noqa: RUF001 - the dash of tables: no value
