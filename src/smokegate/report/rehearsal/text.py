"""Shows a rehearsal: a table for the terminal, plain data and a page for files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from smokegate.report.json import write_whole
from smokegate.report.plain import plain
from smokegate.report.rehearsal.model import FaultResult, Mutant, Rehearsal, Score
from smokegate.report.terminal import TerminalLine, safe, safe_lines

SCHEMA = 1
HEAD = ("", "fault", "caught by", "cause named", "expected", "time")


def lines(rehearsal: Rehearsal) -> Iterator[TerminalLine]:
    """Return what the terminal shows in the end: a table per environment, what is wrong, and the totals."""
    for environment in dict.fromkeys(each.trial.environment for each in rehearsal.tried):
        mine = [each for each in rehearsal.tried if each.trial.environment == environment]
        yield TerminalLine("")
        yield TerminalLine(f"{environment}: {rehearsal.healthy.get(environment, 'none')} without a fault", bold=True)
        yield from _table(mine)
    for score in rehearsal.scores:
        yield TerminalLine("")
        yield from _score(score)
    yield TerminalLine("")
    yield from _wrong(rehearsal)
    yield from totals(rehearsal)


def _table(tried: Sequence[FaultResult]) -> Iterator[TerminalLine]:
    colours = [None, *("red" if each.problems else None for each in tried)]
    yield from map(TerminalLine, _aligned([HEAD, *map(_row, tried)]), colours)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        safe("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()) for row in rows
    ]


def _row(each: FaultResult) -> tuple[str, ...]:
    mark = "-" if each.left_out else "✗" if each.problems else "✓"
    by = (each.left_out and "not rehearsed here") or ", ".join(map(brief, each.caught_by)) or "nothing"
    expected = " or ".join(each.trial.causes)
    return (mark, each.trial.fault, by, each.cause or "", expected, f"{each.seconds:.1f} s")


def brief(test: str) -> str:
    """Return a test's id without its file."""
    return test.partition("::")[2].removeprefix("test_") or test


def _score(score: Score) -> Iterator[TerminalLine]:
    if score.trouble:
        yield TerminalLine(f"{score.environment}: no score", "red", bold=True)
        yield TerminalLine(safe_lines(score.trouble))
        return
    summary = f"{score.environment}: {score.noticed} of {len(score.mutants)} broken answers noticed"
    yield TerminalLine(f"{summary} ({score.healthy} as it is)", "red" if score.holes else "green", bold=True)
    rows = [("", "broken", "noticed by", "cause named", "time"), *map(_mutant, score.mutants)]
    yield from map(TerminalLine, _aligned(rows), ("red" if row[0] == "✗" else None for row in rows))
    for each in score.overshadowed:
        yield TerminalLine(safe(f"  never red by itself: {each}: another check was red each time"))
    for each in score.not_rehearsable:
        yield TerminalLine(safe(f"  not rehearsed: {each}"))


def _mutant(mutant: Mutant) -> tuple[str, ...]:
    by = ", ".join(map(brief, mutant.red[:2])) + (f" and {len(mutant.red) - 2} more" if len(mutant.red) > 2 else "")
    return (
        "✓" if mutant.noticed else "✗",
        mutant.name,
        by or "nothing",
        mutant.cause or "",
        f"{mutant.seconds:.1f} s",
    )


def _wrong(rehearsal: Rehearsal) -> Iterator[TerminalLine]:
    for trouble in rehearsal.trouble:
        yield TerminalLine(safe_lines(trouble), "red")
    for each in rehearsal.tried:
        for problem in each.problems:
            yield TerminalLine(safe_lines(f"✗ {each.trial.environment} {each.trial.fault}: {problem}"), "red")
    for score in rehearsal.scores:
        for hole in score.holes:
            yield TerminalLine(safe(f"✗ hole in {score.environment}: {hole}"), "red")
    for each in rehearsal.tried:
        if each.left_out:
            yield TerminalLine(
                safe(f"- {each.trial.environment} {each.trial.fault}: not rehearsed here: {each.left_out}")
            )


def totals(rehearsal: Rehearsal) -> Iterator[TerminalLine]:
    """Return the last line."""
    words = []
    if rehearsal.tried:
        left_out = sum(each.left_out is not None for each in rehearsal.tried)
        words.append(f"{len(rehearsal.tried) - left_out} faults: {rehearsal.missed} missed")
        words.append(f"{rehearsal.misdiagnosed} misdiagnosed" + (f", {left_out} not rehearsed" if left_out else ""))
    words += [f"{score.environment}: {len(score.holes)} holes" for score in rehearsal.scores]
    word = "PROVEN" if rehearsal.proven else "NOT PROVEN"
    summary = f"{word} · {', '.join(words) or 'nothing was rehearsed'} · {rehearsal.seconds:.0f} s"
    yield TerminalLine(summary, "green" if rehearsal.proven else "red", bold=True)


def document(rehearsal: Rehearsal) -> dict[str, Any]:
    """Return a rehearsal as plain data."""
    return {
        "schema": SCHEMA,
        "healthy": dict(rehearsal.healthy),
        "faults": [_fault(each) for each in rehearsal.tried],
        "deployments": [_deployment(score) for score in rehearsal.scores],
        "missed": rehearsal.missed,
        "misdiagnosed": rehearsal.misdiagnosed,
        "holes": sum(len(score.holes) for score in rehearsal.scores),
        "trouble": list(rehearsal.trouble),
        "seconds": round(rehearsal.seconds, 1),
        "exit": rehearsal.exit,
    }


def _fault(each: FaultResult) -> dict[str, Any]:
    trial = each.trial
    return {
        "environment": trial.environment,
        "fault": trial.fault,
        "title": trial.title,
        "caught": each.caught,
        "caught_by": list(each.caught_by),
        "red": list(each.red),
        "cause": each.cause,
        "also": list(each.also),
        "expected": list(trial.causes),
        "verdict": each.verdict or None,
        "expected_verdict": trial.verdict,
        "seconds": round(each.seconds, 2),
        "problems": list(each.problems),
        "not_rehearsed": each.left_out,
    }


def _deployment(score: Score) -> dict[str, Any]:
    mutants = [
        {
            "mutant": each.name,
            "promise": each.promise,
            "title": each.title,
            "noticed": each.noticed,
            "noticed_by": list(each.red),
            "verdict": each.verdict or None,
            "cause": each.cause,
            "seconds": round(each.seconds, 2),
            "trouble": each.trouble,
        }
        for each in score.mutants
    ]
    counts = {"noticed": score.noticed, "of": len(score.mutants), "holes": list(score.holes)}
    return {**plain(score), **counts, "mutants": mutants}


def write(rehearsal: Rehearsal, json_file: Path, page_file: Path) -> None:
    """Write the data and the page to files, each whole or not at all."""
    text = json.dumps(document(rehearsal), ensure_ascii=False, indent=1)
    for file, content in ((json_file, text), (page_file, page(rehearsal))):
        write_whole(file, content.encode("utf-8", "replace"))


def page(rehearsal: Rehearsal) -> str:
    """Return a rehearsal as one page: static, self-contained, readable without JavaScript and on a telephone."""
    from smokegate.report.page import templates  # noqa: PLC0415 - imports Jinja2

    wrong = [*rehearsal.trouble]
    wrong += [f"{e.trial.environment} {e.trial.fault}: {text}" for e in rehearsal.tried for text in e.problems]
    wrong += [f"{score.environment}: {score.trouble}" for score in rehearsal.scores if score.trouble]
    wrong += [f"{score.environment}: {hole}" for score in rehearsal.scores for hole in score.holes]
    words = " ".join(line.text for line in totals(rehearsal))
    return templates().get_template("rehearsal.html").render(rehearsal=rehearsal, wrong=wrong, totals=words)
