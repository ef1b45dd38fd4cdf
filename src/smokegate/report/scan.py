"""The last look at every file of a run: no secret is in it, or it is taken out and the run says so.

Whatever wrote a secret past the sink (a plugin, a renderer) is a defect, so that a run with one is not called good:
the verdict of `withhold` is UNKNOWN in place of PASS and WARN. FAIL and OUTAGE are what they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from smokegate.diagnosis.verdict import Verdict, exit_code
from smokegate.observation.evidence.sink import SINK
from smokegate.report.json import write_whole
from smokegate.report.model import EnvironmentReport, RunReport

LARGEST = 64 << 20
WINDOW, OVERLAP = 512 << 10, 64 << 10
"""Bytes of a file that are looked through at a time, and how many of them are in the next window, too.

The overlap is longer than any form of a secret: what answers hand out counts with at most 4,096 characters.
"""
WITHHELD = "[withheld: this file held a secret that could not be taken out]\n"
WORD = re.compile(r"[a-z]+|[A-Z][a-z]+|[A-Z]+")
REPORT_IT = "nothing was learned: a secret reached a report; report this as a defect of smokegate"
GOOD = {Verdict.PASS, Verdict.WARN}


class Leak(Struct, frozen=True):
    """A secret that was found in a file and taken out."""

    file: str
    place: str
    """The exchange and the field, or the line."""

    def __str__(self) -> str:
        return f"a secret was found in {self.file} ({self.place}) and withheld; report this as a defect of smokegate"


def scan(files: Iterable[Path]) -> list[Leak]:
    """Take the secrets out of files that hold some; returns where they were."""
    found: list[Leak] = []
    for file in dict.fromkeys(files):
        try:
            if not file.is_file() or file.stat().st_size > LARGEST:
                continue
            if not any(map(SINK.known_spans, _windows(file))):
                continue
            text = file.read_text("utf-8", "replace")
            spans = [span for span in SINK.known_spans(text) if not _is_part_of_a_word(text, *span)]
            if not spans:
                continue
            clean = SINK.text(text)
            write_whole(file, (WITHHELD if SINK.known_spans(clean) else clean).encode("utf-8", "replace"))
        except OSError:
            continue
        found += [Leak(file.name, place) for place in dict.fromkeys(_places(text, spans))]
    return found


def _windows(file: Path) -> Iterator[str]:
    """Yield a file in windows: a whole file and its decoded views would take many times its size."""
    with file.open("rb") as reader:
        kept = b""
        while read := reader.read(WINDOW):
            yield (kept + read).decode("utf-8", "replace")
            kept = read[-OVERLAP:]


def _is_part_of_a_word(text: str, start: int, end: int) -> bool:
    """Return whether it is a secret like a word that stands in a longer one, such as `verdict` in `verdicts`.

    The sink has taken every value of a deployment out, so that such a word is the report's own.
    """
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return WORD.fullmatch(text[start:end]) is not None and any(each.isalpha() or each in "_-" for each in around)


def withhold(run: RunReport, leaks: list[Leak], *, strict: bool) -> RunReport:
    """Return the report of a run in whose files secrets were found: PASS and WARN become UNKNOWN."""
    if not leaks:
        return run
    why = tuple(dict.fromkeys(map(str, leaks)))
    environments = tuple(_withheld(each, why) for each in run.environments)
    decided = exit_code([each.verdict for each in environments], strict=strict)
    return replace(run, environments=environments, exit=decided if run.exit in {0, 1} else run.exit)


def _withheld(report: EnvironmentReport, why: tuple[str, ...]) -> EnvironmentReport:
    if report.verdict not in GOOD:
        return replace(report, reasons=(*report.reasons, *why))
    return replace(report, verdict=Verdict.UNKNOWN, decision=REPORT_IT, reasons=(*why, *report.reasons))


def _places(text: str, spans: list[tuple[int, int]]) -> Iterator[str]:
    try:
        yield from _in_json(json.loads(text))
    except ValueError:
        yield from (f"line {text.count(chr(10), 0, start) + 1}" for start, _ in spans)


def _in_json(value: Any, place: str = "") -> Iterator[str]:
    """Yield the fields of a document that hold a secret; an exchange goes by its name."""
    if isinstance(value, str):
        if SINK.known_spans(value):
            yield place or "its text"
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _in_json(each, f"{place}.{key}" if place else SINK.text(str(key)))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            name = each.get("name") or each.get("id") if isinstance(each, dict) else None
            inner = f" {SINK.text(name)}:" if isinstance(name, str) else f"[{index}]"
            yield from _in_json(each, f"{place}{inner}")
