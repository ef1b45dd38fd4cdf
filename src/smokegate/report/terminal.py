"""The block that a person reads at the end of a run: cause, proof, first step, where more is.

Rendered from the run's JSON, to the terminal's width. At 80 columns a red run fits 24 rows; a green one is one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from smokegate.observation.evidence.sink import line as safe
from smokegate.observation.evidence.sink import shown as safe_lines
from smokegate.report.gate import check_name, counted, explained, notes, reason
from smokegate.report.history import ORDER, short
from smokegate.report.terminal_text import ADDRESS, around, cut, wrapped

COLOURS = {"PASS": "green", "WARN": "yellow", "FAIL": "red", "OUTAGE": "red", "UNKNOWN": "yellow"}
INDENT = 12
ROWS = {"cause": 2, "proof": 3, "do": 3, "note": 2, "failed": 2, "also": 1}
"""How many rows each part may take."""
EVIDENCE = NOTES = 3
SHOWN = 5
"""How many environments that are not green are shown one by one."""
EVERY = 10.0
"""Seconds between two lines of progress where there is no terminal to rewrite one in."""
LEAST, MOST, UNWRAPPED = 40, 120, 10_000
"""Columns: the narrowest and the widest line that is wrapped to, and the width that leaves lines unwrapped."""

__all__ = ["COLOURS", "TerminalLine", "block", "safe", "safe_lines", "wrapped"]


class TerminalLine(Struct, frozen=True):
    """A line and how it looks."""

    text: str
    colour: str | None = None
    bold: bool = False


def block(
    document: dict[str, Any], page: str | None, width: int, *, brief: bool = False, full: bool = False
) -> Iterator[TerminalLine]:
    """Yield the lines of the verdict block, the worst environment last.

    `brief` are the decision and the cause only; `full` has every step and note, and more of the evidence: there is no
    page that has them.
    """
    # COLUMNS says so where golden texts are made: they must not depend on where a line ends.
    width = max(LEAST, width if width >= 1000 else min(width, MOST))
    others = sorted(document["environments"], key=lambda each: ORDER.index(each["verdict"]))
    if full:
        for each in reversed(others):
            yield from _environment(each, width, brief=False, full=True)
        return
    green = [each for each in others if each["verdict"] == "PASS"]
    others = [each for each in others if each["verdict"] != "PASS"]
    yield from _greens(green, width)
    for each in reversed(others[SHOWN:]):
        yield TerminalLine(cut(safe(f"{each['verdict']} {each['name']} · {reason(each)}"), width))
    for index, each in reversed(list(enumerate(others[:SHOWN]))):  # the worst is the last: it is what stays in view
        yield from _environment(each, width, brief=brief or index > 0)
    if others and page and not brief:
        yield from _row("more", page, width)


def _greens(environments: list[dict[str, Any]], width: int) -> Iterator[TerminalLine]:
    if len(environments) > SHOWN:
        yield TerminalLine(f"PASS {len(environments)} environments", "green", bold=True)
        return
    for each in environments:
        partial = f" · {each['partial'].partition(',')[0]}" if each.get("partial") else ""
        unjudged = [text for text in each["reasons"] if "judged" in text]
        counts = unjudged[0].partition(" (")[0] if unjudged else counted(each)
        version = f" · {short(str(each['version']))}" if each["version"] else ""
        tail = safe(f"{version} · {counts} · {each.get('seconds') or 0:.1f} s{partial}")
        room = max(12, width - len(tail))
        head = safe(f"PASS {each['name']} {each['url']}")
        head = safe(f"PASS {each['name']}") if len(head) > room < ADDRESS else cut(head, room)
        yield TerminalLine(cut(head + tail, width), "green", bold=True)


def _environment(each: dict[str, Any], width: int, *, brief: bool, full: bool = False) -> Iterator[TerminalLine]:
    colour = COLOURS[each["verdict"]]
    for text in wrapped(safe(f"{each['verdict']} {each['name']} · {each['decision']}"), width, "", "  ", 2):
        yield TerminalLine(text, colour, bold=True)
    version = f" · {short(str(each['version']))}" if each["version"] else ""
    if not brief:
        for text in wrapped(
            safe(f"{each['url']}{version} · {counted(each)}".removeprefix(" · ")), width, "  ", "  ", 2
        ):
            yield TerminalLine(text)
    cause = explained(each)
    if cause is None:
        yield from _row("why", reason(each), width)
    else:
        yield from _row("cause", f"{cause['title']} ({cause['code']}, {cause['confidence']}, {cause['owner']})", width)
    if not brief:
        yield from _details(each, cause, width, full=full)


def _details(each: dict[str, Any], cause: dict[str, Any] | None, width: int, *, full: bool) -> Iterator[TerminalLine]:
    for line in cause["evidence"][: EVIDENCE if full else 1] if cause is not None else ():
        yield from _row("proof", around(line, each["url"], ROWS["proof"] * (width - INDENT - 4)), width)
    yield from _failed(each, cause, width)
    for other in each["other_causes"][:2] if cause is not None else ():
        yield from _row("also", f"{other['title']} ({other['code']}, {other['confidence']})", width)
    for number, step in enumerate(cause["steps"] if cause is not None else (), 1):
        if full or number == 1:
            yield from _row("do", f"{number}. {step}" if full else step, width)
    left = notes(each)
    for text in left if full else left[:NOTES]:
        yield from _row("note", text, width)
    if len(left) > NOTES and not full:
        yield from _row("note", f"and {len(left) - NOTES} more in the report", width)
    if each["not_covered"]:
        yield from _row("not covered", ", ".join(each["not_covered"]), width)
    if cause is not None and cause["steps"]:
        address = safe(cause["runbook"])
        if full or INDENT + len(address) <= width:
            yield TerminalLine(f"  {'runbook':<{INDENT - 2}}{address}")
        else:  # broken into two rows it would lead nowhere
            yield from _row("runbook", f"{cause['code']}, in the report", width)


def _failed(each: dict[str, Any], cause: dict[str, Any] | None, width: int) -> Iterator[TerminalLine]:
    """Yield which checks failed; why each did only where no cause says it for all of them."""
    failed = [test for test in each["tests"] if test["outcome"] in {"failed", "error"}]
    if cause is None or cause["code"] == "undetermined":
        said = "\n".join((reason(each), *notes(each)))  # of an error of ours they say it
        for test in [test for test in failed if f": {test['why']};" not in said][:NOTES]:
            yield from _row("failed", f"{check_name(test)}{_before(test)}: {test['why']}", width)
        return
    failed = failed or [test for test in each["tests"] if test["outcome"] == "advisory"]
    if failed:
        word = "warning" if failed[0]["outcome"] == "advisory" else "failed"
        yield from _row(word, ", ".join(f"{check_name(test)}{_before(test)}" for test in failed), width)


def _before(test: dict[str, Any]) -> str:
    return f" ({test['before']})" if test.get("before") else ""


def _row(title: str, text: str, width: int) -> Iterator[TerminalLine]:
    first = f"  {title:<{INDENT - 2}}" if len(title) <= INDENT - 3 else f"  {title}: "
    for line in wrapped(safe(text), width, first, " " * INDENT, ROWS.get(title, 2)):
        yield TerminalLine(line)
