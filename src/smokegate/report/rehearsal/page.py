"""A rehearsal as one page of HTML: static, self-contained, readable without JavaScript and on a telephone."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files
from pathlib import Path

from smokegate.observation.evidence import sink
from smokegate.report.json import write_whole
from smokegate.report.rehearsal.model import FaultResult, Mutant, Rehearsal, Score
from smokegate.report.rehearsal.text import totals

STYLE = Path(str(files("smokegate.report") / "rehearsal.css"))
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def text(value: object) -> str:
    """Return foreign text as harmless HTML."""
    return escape(sink.plain(str(value)))


def page(rehearsal: Rehearsal) -> str:
    """Return the page."""
    title = "Rehearsal: proven" if rehearsal.proven else "Rehearsal: not proven"
    names = dict.fromkeys(each.trial.environment for each in rehearsal.tried)
    body = "".join(
        (
            _gate(rehearsal),
            _problems(rehearsal),
            *(_replica(name, rehearsal) for name in names),
            *map(_score, rehearsal.scores),
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE.read_text('utf-8')}</style></head>"
        f"<body><main><h1>{title}</h1>{body}</main></body></html>\n"
    )


def write(rehearsal: Rehearsal, path: Path) -> None:
    """Write the page, whole or not at all."""
    write_whole(path, page(rehearsal).encode("utf-8", "replace"))


def _gate(rehearsal: Rehearsal) -> str:
    tone = "good" if rehearsal.proven else "bad"
    words = " ".join(line.text for line in totals(rehearsal))
    return f'<p class="gate {tone}" role="status"><strong>{text(words)}</strong></p>'


def _problems(rehearsal: Rehearsal) -> str:
    found = [*rehearsal.trouble]
    found += [
        f"{each.trial.environment} {each.trial.fault}: {problem}"
        for each in rehearsal.tried
        for problem in each.problems
    ]
    found += [f"{score.environment}: {score.trouble}" for score in rehearsal.scores if score.trouble]
    found += [f"{score.environment}: {hole}" for score in rehearsal.scores for hole in score.holes]
    if not found:
        return ""
    return f'<section aria-label="What is wrong"><h2>What is wrong</h2><ul class="wrong">{_items(found)}</ul></section>'


def _items(lines: Iterable[str]) -> str:
    return "".join(f"<li>{text(line)}</li>" for line in lines)


def _replica(name: str, rehearsal: Rehearsal) -> str:
    mine = [each for each in rehearsal.tried if each.trial.environment == name]
    healthy = rehearsal.healthy.get(name, "none")
    good = sum(not each.problems and not each.left_out for each in mine)
    head = ("Fault", "Caught by", "Cause named", "Expected", "Time")
    return (
        f'<section aria-label="{text(name)}"><h2>{text(name)}</h2>'
        f"<p>{text(healthy)} without a fault; {good} of {len(mine)} faults caught, with the right cause.</p>"
        f"{_table(head, map(_fault, mine))}</section>"
    )


def _table(head: tuple[str, ...], rows: Iterable[str]) -> str:
    cells = "".join(f'<th scope="col">{each}</th>' for each in head)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _fault(each: FaultResult) -> str:
    word, tone = (
        ("not rehearsed", "dim") if each.left_out else ("wrong", "bad") if each.problems else ("caught", "good")
    )
    by = text(each.left_out) if each.left_out else _tests(each.caught_by or each.red)
    expected = " or ".join(f"<code>{text(cause)}</code>" for cause in each.trial.causes)
    cells = (
        _name(each.trial.fault, each.trial.title, word, tone),
        by,
        f"<code>{text(each.cause or 'none')}</code> <small>{text(each.verdict)}</small>",
        f"{expected} <small>{text(each.trial.verdict)}</small>",
        f"{each.seconds:.1f} s",
    )
    labels = ("", "Caught by", "Cause named", "Expected", "Time")
    data = "".join(f'<td data-label="{label}">{cell}</td>' for label, cell in zip(labels, cells, strict=True))
    return f'<tr class="{tone}-row">{data}</tr>'


def _name(name: str, title: str, word: str, tone: str) -> str:
    return f'<b>{text(name)}</b> <span class="{tone}">{word}</span><br><small>{text(title)}</small>'


def _tests(tests: Iterable[str]) -> str:
    return "<br>".join(f"<code>{text(test)}</code>" for test in tests) or "nothing"


def _score(score: Score) -> str:
    name = text(score.environment)
    if score.trouble:
        return f'<section aria-label="{name}"><h2>{name}: no score</h2></section>'
    left = _listed("Never red by itself: another check was red each time", score.overshadowed)
    left += _listed("Not rehearsed", score.not_rehearsable)
    head = ("Broken on purpose", "Noticed by", "Cause named", "Verdict", "Time")
    return (
        f'<section aria-label="{name}"><h2>{name}</h2>'
        f"<p>{score.noticed} of {len(score.mutants)} broken answers noticed; "
        f"the deployment as it is: {text(score.healthy)}.</p>"
        f"{_table(head, map(_mutant, score.mutants))}{left}</section>"
    )


def _listed(title: str, lines: Iterable[str]) -> str:
    items = _items(lines)
    return f'<h3>{title}</h3><ul class="dim">{items}</ul>' if items else ""


def _mutant(each: Mutant) -> str:
    word, tone = ("noticed", "good") if each.noticed else ("hole", "bad")
    cells = (
        _name(each.name, each.title, word, tone),
        _tests(each.red),
        f"<code>{text(each.cause or 'none')}</code>",
        text(each.verdict),
        f"{each.seconds:.1f} s",
    )
    labels = ("", "Noticed by", "Cause named", "Verdict", "Time")
    data = "".join(f'<td data-label="{label}">{cell}</td>' for label, cell in zip(labels, cells, strict=True))
    return f'<tr class="{tone}-row">{data}</tr>'
