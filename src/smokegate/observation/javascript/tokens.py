"""Tokens of a script, in compact arrays: a large bundle has a million of them."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator

from msgspec import Struct, field

WORD, STRING, PUNCTUATION, REGEX, TEMPLATE = range(1, 6)
ROOT = 0xFFFFFFFF  # the parent of tokens outside all brackets
CONDITIONS = frozenset({"if", "while", "for", "with"})


class Tokens(Struct, eq=False):
    """The tokens of one script."""

    text: str
    kinds: bytearray = field(default_factory=bytearray)
    starts: array[int] = field(default_factory=lambda: array("I"))
    ends: array[int] = field(default_factory=lambda: array("I"))
    parent: array[int] = field(default_factory=lambda: array("I"))
    """The innermost open bracket around each token; for a bracket, the one that contains it."""
    pair: dict[int, int] = field(default_factory=dict)
    """Opening bracket → closing bracket, and the reverse."""
    unclosed: int = 0
    """Number of brackets, strings and comments still open at the end of the text."""
    doubtful: bool = False
    """Whether some of the text is not valid JavaScript, so that `unclosed` proves nothing."""

    def __len__(self) -> int:
        return len(self.kinds)

    def word(self, index: int) -> str:
        """Return a token's text; empty if out of range."""
        return self.text[self.starts[index] : self.ends[index]] if 0 <= index < len(self.kinds) else ""

    def kind(self, index: int) -> int:
        """Return a token's kind; zero if out of range."""
        return self.kinds[index] if 0 <= index < len(self.kinds) else 0

    def is_punctuation(self, index: int, *words: str) -> bool:
        """Return whether a token is one of these punctuators."""
        inside = 0 <= index < len(self.kinds)  # spelled out: this is called for most tokens
        return inside and self.kinds[index] == PUNCTUATION and self.text[self.starts[index] : self.ends[index]] in words

    def string(self, index: int) -> str:
        """Return the content of a string literal."""
        return unescaped(self.word(index)[1:-1])

    def key(self, index: int) -> str:
        """Return a property's name, quoted or not."""
        return self.string(index) if self.kind(index) == STRING else self.word(index)

    def closing(self, index: int) -> int:
        """Return the matching closing bracket, or the end of the script."""
        return self.pair.get(index, len(self.kinds))

    def after(self, index: int) -> int:
        """Return the next token on the same level: a bracket is skipped with its content."""
        return max(self.pair.get(index, index), index) + 1

    def before(self, index: int) -> int:
        """Return the preceding token on the same level."""
        return min(self.pair.get(index, index), index) - 1

    def entries(self, opened: int) -> Iterator[int]:
        """Yield the first token of each entry between brackets."""
        index, end, starts = opened + 1, self.closing(opened), True
        while index < end:
            if starts:
                yield index
            starts = self.is_punctuation(index, ",")
            index = self.after(index)

    def enclosing(self, index: int, limit: int) -> Iterator[int]:
        """Yield the open brackets around a token, innermost first."""
        for _ in range(limit):
            index = self.parent[index]
            if index == ROOT:
                return
            yield index


ESCAPE = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|\r\n|[\s\S])")
SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}


def unescaped(text: str) -> str:
    """Return a string or template literal's content with escapes resolved."""
    return ESCAPE.sub(_unescape, text) if "\\" in text else text


def _unescape(found: re.Match[str]) -> str:
    code = found[1]
    if len(code) > 1 and code[0] in "ux":
        number = int(code[1:].strip("{}"), 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    return SIMPLE.get(code, code)
