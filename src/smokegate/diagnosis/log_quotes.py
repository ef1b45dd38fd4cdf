"""How the decisive lines of a log are shown: quoted, cut around the words that decide, and short in a title."""

from __future__ import annotations

import re

from smokegate.diagnosis.log_structure import LogExcerpt
from smokegate.diagnosis.wording import LIMIT, plain, quote

BEFORE = 60
"""So many characters of a long line are shown before its decisive words."""
SUMMARY = 90
"""So many characters of a line stand in a title."""
LEADING = re.compile(
    r"^(?:.{0,80}?\b(?:ERROR|FATAL|CRITICAL|PANIC|SEVERE|emerg|crit|alert)\b[\]:]*|(?:level=)?\[?(?:error|fatal|panic)\b\]?:?"
    r"|\S+\.rb:\d+:in .{0,80}?:|Unhandled exception\.|--+>|Caused by:|\d{4}[-/]\d\d[-/]\d\d[T ][\d:.,]+Z?)"
    r"(?: ?\d+#\d+:)?(?: ?\[[\w.]+\])?\s+",
    re.ASCII,
)
"""What stands before the words of a line: time, level, module, the place in the code."""


def summary(line: str) -> str:
    """Return what a title says of a line: without time, level and module, cut."""
    text = LEADING.sub("", plain(line))
    text = text.replace("`", "'")
    return text if len(text) <= SUMMARY else text[:SUMMARY].rstrip() + "…"


def quoted(excerpt: LogExcerpt, says: re.Pattern[str] | None = None, deciding: str | None = None) -> tuple[str, ...]:
    """Return the lines of a place, quoted: the one with the decisive words first, cut around them."""
    lines = [plain(line) for line in excerpt.lines if line.strip()]
    own = lines if deciding is None else [plain(deciding)]
    matching = next(((line, found) for line in own if says and (found := _last(says, line))), None)
    head = lines[0]
    quotes = []
    if matching is not None and matching[0] != head and matching[0] not in lines:
        quotes = [_cut(*matching), quote(head)]
    else:
        found = matching[1] if matching and matching[0] == head else None
        quotes = [_cut(head, found)]
        rest = " ".join(lines[1:])
        if re.search(r"\w", rest):
            place = says.search(rest) if says and found is None else None
            quotes.append(_cut(rest, place))
    if excerpt.where:
        quotes.append(f"raised at {quote(excerpt.where)}")
    return tuple(dict.fromkeys(quotes))


def _last(says: re.Pattern[str], line: str) -> re.Match[str] | None:
    """Return the last place of a line's first sentence that shows a cause, and is not a repetition.

    What comes before leads up to it, and what follows the sentence is advice.
    """
    places = list(says.finditer(line))
    places = [each for each in places if ". " not in line[places[0].end() : each.start()]]
    return next((each for each in places if places[-1][0] == each[0]), None)


def _cut(line: str, found: re.Match[str] | None) -> str:
    """Return a line quoted; a long one is cut around the decisive words, never before them."""
    if found is None and len(line) > LIMIT:  # what Go and Node wrap says why at its end
        half = LIMIT // 2
        return f"{quote(line[: line.rfind(' ', 0, half) + 1 or half])} … {quote(line[line.find(' ', -half) + 1 :])}"
    if found is None or len(line) <= LIMIT or found.end() < LIMIT:
        return quote(line)
    begin = min(found.start() - BEFORE, len(line) - LIMIT)  # all that has room, where the decisive words end the line
    first = line.find(" ", max(0, begin)) + 1
    return quote(f"… {line[first:]}")
