r"""Decoded views of a text, with escapes resolved and invisible characters removed.

One pass resolves all common escapes: JSON, JavaScript and Python (`\u0026`, `\xc3\xb6`,
`\n`), octal, URLs (`%26`), HTML (`&amp;`, `&#38;`), shell quotes. It also drops what divides a word without
changing it for a reader: line breaks with the indentation after them, control and zero-width characters,
colours. Passes are repeated while something changes, because texts are encoded inside texts. Each pass takes
time in proportion to the text, whatever stands in it.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from smokegate.observation.evidence.clean import TABLE

DEEPEST = 4
"""Maximum nested encodings that are resolved."""
HEX = "[0-9a-fA-F]"
REST = r"%[89abAB]" + HEX
#: The first characters of escapes; other positions are skipped in one step.
BEGINS = rf"[\\%&'\r\n\u00ad\u200c\u200d{TABLE}]"
#: After a backslash, another encoding is resolved first, since the backslash may be literal.
INNER = rf"[\u00ad\u200c\u200d{TABLE}]|&[\#A-Za-z]|%{HEX}"
TOKEN = re.compile(
    rf"""(?={BEGINS})(?:
      \\u[dD][89abAB]{HEX}{{2}}\\u[dD][c-fC-F]{HEX}{{2}} | \\u{HEX}{{4}} | \\u\{{{HEX}{{1,6}}\}} | \\U{HEX}{{8}}
    | \\x[c-fC-F]{HEX}(?:\\x[89abAB]{HEX}){{1,3}} | \\x{HEX}{{2}}
    | \\3[0-7]{{2}}(?:\\2[0-7]{{2}}){{1,3}} | \\[0-3][0-7]{{2}}
    | '"'"' | '\\'' | \\\n | (?:\\\\)+ | \\(?!{INNER})[^\s\w\\] | \\[abefnrtv]
    | %[0-7]{HEX} | %[cdCD]{HEX}{REST} | %[eE]{HEX}(?:{REST}){{2}} | %[fF][0-7](?:{REST}){{3}} | %u{HEX}{{4}}
    | &\#[0-9]{{1,7}};? | &\#[xX]{HEX}{{1,6}};? | &[A-Za-z][A-Za-z0-9]{{1,31}};
    | \x1b\[[0-?]{{0,16}}[ -/]?[@-~] | [\r\n]+(?:[E>|](?=[ ]))?[ \t]{{0,64}} | [{TABLE}\u00ad\u200c\u200d]+
    )""",
    re.VERBOSE,
)
SPACES = re.compile(r"\s+")
SIMPLE = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
SHELL = {"'\"'\"'": "'", "'\\''": "'", "\\\n": ""}


class View:
    """Maps positions in a decoded text to its source."""

    def __init__(self, source: str, token: re.Pattern[str] = TOKEN) -> None:
        self._begin: list[int] = []
        """The start of each piece in the decoded text."""
        self._origin: list[tuple[int, int, bool]] = []
        """For each piece its span in the source, and whether it is literal."""
        self._length = 0
        at = 0
        for found in token.finditer(source):
            start, end = found.span()
            self._add(start - at, at, start, literal=True)
            self._add(len(decode(found[0])), start, end, literal=False)
            at = end
        self._add(len(source) - at, at, len(source), literal=True)

    def _add(self, length: int, start: int, end: int, *, literal: bool) -> None:
        if length:
            self._begin.append(self._length)
            self._origin.append((start, end, literal))
            self._length += length

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source span of a piece of the decoded text; escapes count whole."""
        first, last = bisect_right(self._begin, start) - 1, bisect_right(self._begin, end - 1) - 1
        left, _, literal = self._origin[first]
        start = left + (start - self._begin[first]) if literal else left
        left, right, literal = self._origin[last]
        return start, left + (end - self._begin[last]) if literal else right


@lru_cache(4096)
def decode(token: str) -> str:
    """Return the decoded escape; an invisible character becomes empty."""
    first = token[0]
    if first == "&":
        return html.unescape(token if token[-1] == ";" else f"{token};")
    if first == "%":
        return _character(token[2:]) if token[1] == "u" else unquote_to_bytes(token).decode("utf-8", "replace")
    if token in SHELL:
        return SHELL[token]
    return _backslash(token) if first == "\\" else ""  # white space, too


def _backslash(token: str) -> str:
    kind = token[1]
    if kind == "\\":
        return token[: len(token) // 2]
    if kind in "uU" and len(token) > 2:
        pair = token.split("\\u")[1:]
        text = "".join(_character(each.strip("{}")) for each in pair) if kind == "u" else _character(token[2:])
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if len(pair) == 2 else text
    if kind == "x" or kind.isdigit():
        numbers = [int(each[1:], 16) if kind == "x" else int(each, 8) for each in token.split("\\")[1:]]
        if len(numbers) > 1:
            return bytes(numbers).decode("utf-8", "replace")
        return chr(numbers[0])
    return SIMPLE.get(kind, kind)


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number <= 0x10FFFF else "\ufffd"


class Views:
    """A text and its decoded views, created on demand.

    With `spaceless` the last one has no white space, for secrets that contain some.
    """

    def __init__(self, text: str, *, spaceless: bool = False) -> None:
        self.texts = [text]
        self._tokens: list[re.Pattern[str]] = []
        self._chain: list[View] = []
        self._spaceless = spaceless

    def __iter__(self) -> Iterator[str]:
        """Yield each view, the original first."""
        yield self.texts[0]
        while len(self.texts) <= DEEPEST and may_hold(self.texts[-1]):
            decoded = TOKEN.sub(_decoded, self.texts[-1])
            if decoded == self.texts[-1]:
                break
            yield self._next(decoded, TOKEN)
        if self._spaceless and SPACES.search(self.texts[-1]):
            yield self._next("".join(self.texts[-1].split()), SPACES)

    def _next(self, text: str, token: re.Pattern[str]) -> str:
        self.texts.append(text)
        self._tokens.append(token)
        return text

    def origin(self, number: int, start: int, end: int) -> tuple[int, int]:
        """Return the span of a view's piece in the original text."""
        for made in range(len(self._chain), number):
            self._chain.append(View(self.texts[made], self._tokens[made]))
        for view in reversed(self._chain[:number]):
            start, end = view.span(start, end)
        return start, end


def may_hold(text: str) -> bool:
    """Return, at little cost, whether a text may contain an escape or an invisible character."""
    return not text.isprintable() or "\\" in text or "%" in text or "&" in text or "'\"'\"'" in text


def _decoded(found: re.Match[str]) -> str:
    return decode(found[0])
