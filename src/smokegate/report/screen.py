"""What `smokegate diagnose` shows of one environment: tables, then the cause, at the end the verdict."""

from __future__ import annotations

from collections.abc import Iterator

from smokegate.diagnosis.case import Case
from smokegate.diagnosis.model import Finding
from smokegate.diagnosis.verdict import Verdict
from smokegate.observation.exchange import Exchange, NoAnswer, NotSent
from smokegate.observation.model import Readiness
from smokegate.report.containers import container_lines
from smokegate.report.gate import COUNTED
from smokegate.report.history import short
from smokegate.report.model import EnvironmentReport
from smokegate.report.terminal import COLOURS, TerminalLine, safe
from smokegate.report.terminal_text import table

FAILED, ADVISORY, UNJUDGED, PASSED, UNSENT = ORDER = ("FAILED", "failed (advisory)", "-", "passed", "not sent")
"""What the checks made of an exchange, in the order in which a reader needs it."""
BAD = {Verdict.FAIL, Verdict.OUTAGE, Verdict.UNKNOWN}


def screen(report: EnvironmentReport) -> Iterator[TerminalLine]:
    """Return the lines that hold everything that a person needs."""
    observation = report.observation
    commit = f" · commit {short(report.version)}" if report.version else ""
    facts = f"{observation.requests} requests in {observation.seconds:.1f} s"
    yield TerminalLine(safe(f"{report.environment.title} · {report.environment.backend.url}{commit} · {facts}"))
    yield from _waiting(observation.readiness)
    if observation.server is not None and report.environment.compose is not None:
        yield from container_lines(observation.server, report.environment.compose, logs=report.verdict in BAD)
    yield from _exchanges(report)
    findings = report.diagnosis.findings if report.verdict is not Verdict.PASS else ()
    for index, finding in enumerate(findings):
        yield TerminalLine("")
        yield from _finding(finding, headline=index == 0)
    yield TerminalLine("")
    yield from _verdict(report)


def _waiting(readiness: Readiness | None) -> Iterator[TerminalLine]:
    if readiness is not None:
        came = "it got ready" if readiness.ready else readiness.gave_up or "it did not get ready"
        yield TerminalLine(safe(f"waited {readiness.waited:.1f} s: {came}"))


def _exchanges(report: EnvironmentReport) -> Iterator[TerminalLine]:
    case = Case(report.environment, report.observation, report.outcomes)
    rows = [(each.name, _came(each), _milliseconds(each), *_result(case, each)) for each in case.exchanges]
    rows.sort(key=lambda row: ORDER.index(row[3]))
    if rows:
        yield TerminalLine("")
        yield TerminalLine("From the edge", bold=True)
        head, *lines = table(("exchange", "status", "ms", "result", ""), rows, right={2})
        yield TerminalLine(head)
        for line, row in zip(lines, rows, strict=True):
            yield TerminalLine(line, {FAILED: "red", ADVISORY: "yellow"}.get(row[3]))


def _came(exchange: Exchange) -> str:
    outcome = exchange.outcome
    if isinstance(outcome, NotSent):
        return "-"
    return "none" if isinstance(outcome, NoAnswer) else str(outcome.status)


def _milliseconds(exchange: Exchange) -> str:
    return "-" if isinstance(exchange.outcome, NotSent) else f"{exchange.seconds * 1000:.0f}"


def _result(case: Case, exchange: Exchange) -> tuple[str, str]:
    """Return what the checks that read an exchange found, and what is wrong if they failed."""
    failures = case.failures_on(exchange.name)
    if failures:
        first = next((each for each in failures if not each.advisory), failures[0])
        if exchange.no_answer is not None:
            wrong = exchange.no_answer.cause.title
        else:
            unmet = case.unmet_of(exchange.name)
            wrong = str(unmet[0]) if unmet else first.why
        return ADVISORY if first.advisory else FAILED, wrong
    if isinstance(exchange.outcome, NotSent):
        return UNSENT, f"needs {exchange.outcome.because}"
    judged = any(exchange.name in each.exchanges for each in case.results if each.outcome == "passed")
    return (PASSED if judged else UNJUDGED), ""


def _finding(finding: Finding, *, headline: bool) -> Iterator[TerminalLine]:
    word = "Cause" if headline else "Also found"
    certainty = f"{finding.confidence.value}, owner: {finding.owner.value}"
    yield TerminalLine(safe(f"{word}: {finding.title}"), bold=True)
    yield TerminalLine(safe(f"  {finding.code} ({certainty})"))
    if not headline:
        return
    for title, lines in (
        ("evidence", finding.evidence),
        ("against it", finding.against),
        ("not excluded", finding.competing),
    ):
        for index, line in enumerate(lines):
            yield TerminalLine(safe(f"  {title if not index else '':<12}  {line}"))
    for number, step in enumerate(finding.steps, 1):
        yield TerminalLine(safe(f"  {number:>2}. {step}"))
    yield TerminalLine(safe(f"  runbook: {finding.runbook}"))


def _verdict(report: EnvironmentReport) -> Iterator[TerminalLine]:
    counts = {
        "passed": ("passed",),
        "failed": ("failed", "error"),
        "blocked": ("blocked",),
        "advisory": ("advisory",),
        "not judged": ("skipped", "not run", "not judged"),
    }
    checks = ", ".join(f"{n} {word}" for word, words in counts.items() if (n := report.count(*words)))
    yield TerminalLine(
        safe(f"{report.verdict.name} {report.name} · {report.decision} · checks: {checks or 'none ran'}"),
        COLOURS[report.verdict.name],
        bold=True,
    )
    for reason in (each for each in report.reasons if not COUNTED.fullmatch(each)):
        yield TerminalLine(safe(f"  {reason}"))
    if report.not_covered:
        yield TerminalLine("  not covered: " + ", ".join(report.not_covered))
