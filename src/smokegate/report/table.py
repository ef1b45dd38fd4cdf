"""Plain tables for terminals: columns as wide as they need, foreign text made harmless."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from smokegate.report.terminal import safe

WIDEST = 48
"""Characters of a cell; longer ones are cut. The last column is as long as it is."""


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Collection[int] = (), indent: str = "  "
) -> list[str]:
    """Return the lines of a table; the columns whose numbers are in `right` are set flush right."""
    last = len(header) - 1
    cells = [
        [_cut(safe(text)) if column < last else safe(text) for column, text in enumerate(row)]
        for row in (header, *rows)
    ]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    return [indent + _line(row, widths, right) for row in cells]


def _line(row: Sequence[str], widths: Sequence[int], right: Collection[int]) -> str:
    parts = [
        text.rjust(width) if column in right else text.ljust(width)
        for column, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(parts).rstrip()


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
