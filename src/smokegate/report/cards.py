"""The report's words: the gate sentence, a card per environment, and why one of them is broken."""

from __future__ import annotations

from html import escape

from smokegate.diagnosis.model import Finding
from smokegate.diagnosis.verdict import Verdict
from smokegate.observation.evidence import sink
from smokegate.report.json import stamp
from smokegate.report.model import EnvironmentReport, RunReport

TONE = {
    Verdict.PASS: "good",
    Verdict.WARN: "warn",
    Verdict.FAIL: "bad",
    Verdict.OUTAGE: "bad",
    Verdict.UNKNOWN: "warn",
}


def text(value: object) -> str:
    """Return foreign text as harmless HTML."""
    return escape(sink.plain(str(value)))


def gate(run: RunReport) -> str:
    """Return the sentence that answers the question: may this deploy go on?"""
    total = len(run.environments)
    red = [r for r in run.environments if r.verdict in {Verdict.FAIL, Verdict.OUTAGE, Verdict.UNKNOWN}]
    warned = [r for r in run.environments if r.verdict is Verdict.WARN]
    if red:
        tone, words = "bad", f"Do not go on: {len(red)} of {total} environments not OK"
    elif warned:
        tone, words = "warn", f"Go on, with warnings: {len(warned)} of {total} environments"
    else:
        tone, words = "good", f"Go on: {total} of {total} environments live and working"
    words = words.replace("1 of 1 environments", "the environment is") if total == 1 and red else words
    facts = (
        f"{run.requests} requests · took <b>{run.seconds:.1f} s</b> · "
        f"started <b>{stamp(run.started)}</b> · exit code <b>{run.exit}</b>"
    )
    return f'<p class="gate {tone}"><strong>{words}</strong><span>{facts}</span></p>'


def card(report: EnvironmentReport) -> str:
    """Return one environment's verdict."""
    counts = "".join(
        f"<span>{report.count(*words)} {label}</span>"
        for label, words in (
            ("passed", ("passed",)),
            ("failed", ("failed", "error")),
            ("blocked", ("blocked",)),
            ("warnings", ("advisory",)),
            ("not checked", ("skipped", "not run")),
        )
        if report.count(*words)
    )
    commit = f" · commit <code>{text(report.version)}</code>" if report.version else ""
    notes = "".join(f'<p class="dim">{text(reason)}</p>' for reason in report.reasons if reason != report.summary)
    uncovered = (
        f'<p class="dim">Not declared, so not checked: {text(", ".join(report.not_covered))}</p>'
        if report.not_covered
        else ""
    )
    name, verdict = text(report.name), report.verdict.name
    return (
        f'<article class="card {TONE[report.verdict]}" data-environment="{name}" data-verdict="{verdict}">'
        f'<h2><span class="word">{verdict}</span><span class="name">{name}</span></h2>'
        f'<p class="summary">{text(report.summary)}</p>'
        f"<p><code>{text(report.environment.backend.url or 'no address')}</code>{commit}</p>"
        f'<p class="counts">{counts or "nothing was checked"}</p>{notes}{uncovered}</article>'
    )


def cause(report: EnvironmentReport) -> str:
    """Return why an environment is not all well, empty where it is."""
    headline = report.diagnosis.headline
    if headline is None:
        return ""
    also = "".join(
        f"<li><code>{text(f.code)}</code> {text(f.title)} ({f.confidence.value})</li>" for f in report.diagnosis.others
    )
    name = text(report.name)
    return (
        f'<section aria-label="Why {name} is not well"><h3>Why {name}: {text(headline.title)}</h3>'
        f'<p class="dim">Cause <code>{text(headline.code)}</code> · '
        f"confidence: {headline.confidence.value} · to be mended in: {headline.owner.value} · "
        f"{report.count('blocked')} dependent checks were not judged · "
        f'<a href="{text(headline.runbook)}">runbook</a></p>'
        f"{_evidence(headline)}{_steps(headline)}"
        f"{f'<h4>Also found</h4><ul>{also}</ul>' if also else ''}</section>"
    )


def _evidence(headline: Finding) -> str:
    kinds = [("decisive", line) if not index else ("", line) for index, line in enumerate(headline.evidence)]
    kinds += [("against", line) for line in headline.against]
    lines = "".join(f'<li class="{kind}">{marked(line)}</li>' for kind, line in kinds)
    shown = f'<h4>Evidence</h4><ul class="evidence">{lines}</ul>' if lines else ""
    competing = "".join(f"<li>{marked(line)}</li>" for line in headline.competing)
    if competing:
        shown += f"<h4>Not excluded</h4><ul>{competing}</ul>"
    return shown


def _steps(headline: Finding) -> str:
    if not headline.steps:
        return ""
    steps = "".join(f"<li>{marked(line)}</li>" for line in headline.steps)
    return f"<h4>What to do</h4><ol>{steps}</ol>"


def marked(line: str) -> str:
    """Return a line as HTML, what stands in backticks as code."""
    parts = text(line).split("`")
    return "".join(f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(parts))
