"""The few lines that a person reads first: per environment the verdict, cause, evidence and first step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from smokegate.diagnosis.model import Finding
from smokegate.diagnosis.verdict import Verdict
from smokegate.observation.evidence.sink import line as safe
from smokegate.observation.evidence.sink import shown as safe_lines
from smokegate.report.model import EnvironmentReport, RunReport

COLOURS = {
    Verdict.PASS: "green",
    Verdict.WARN: "yellow",
    Verdict.FAIL: "red",
    Verdict.OUTAGE: "red",
    Verdict.UNKNOWN: "yellow",
}

__all__ = ["COLOURS", "TerminalLine", "safe", "safe_lines", "summary"]


@dataclass(frozen=True)
class TerminalLine:
    """A line and how it looks."""

    text: str
    colour: str | None = None
    bold: bool = False


def summary(run: RunReport, page: str | None) -> Iterator[TerminalLine]:
    """Return the lines of the summary."""
    for report in run.environments:
        yield from _environment(report)
    if page:
        yield TerminalLine(f"report: {page}")


def _environment(report: EnvironmentReport) -> Iterator[TerminalLine]:
    counts = ", ".join(
        f"{report.count(*words)} {label}"
        for label, words in {
            "passed": ("passed",),
            "failed": ("failed", "error"),
            "blocked": ("blocked",),
            "advisory": ("advisory",),
            "not judged": ("skipped", "not run", "not judged"),
        }.items()
        if report.count(*words)
    )
    version = f" · commit {report.version}" if report.version else ""
    url = report.environment.backend.url
    yield TerminalLine(
        f"{report.verdict.name} {report.name} {safe(url)}{safe(version)} · {counts or 'nothing checked'}",
        COLOURS[report.verdict],
        bold=True,
    )
    headline = report.diagnosis.headline
    if headline is not None and report.verdict is not Verdict.PASS:
        yield from _finding(headline)
        for other in report.diagnosis.others:
            yield TerminalLine(safe(f"  also      {other.code}: {other.title} ({other.confidence.value})"))
    for reason in report.reasons:
        yield TerminalLine(safe(f"  note      {reason}"))
    if report.not_covered:
        yield TerminalLine("  not covered: " + ", ".join(report.not_covered))


def _finding(headline: Finding) -> Iterator[TerminalLine]:
    how_sure_and_whose = f"{headline.confidence.value}, {headline.owner.value}"
    yield TerminalLine(safe(f"  cause     {headline.code}: {headline.title} ({how_sure_and_whose})"))
    for line in headline.evidence[:2]:
        yield TerminalLine(safe(f"  evidence  {line}"))
    if headline.steps:
        yield TerminalLine(safe(f"  first do  {headline.steps[0]}"))
    yield TerminalLine(f"  runbook   {headline.runbook}")
