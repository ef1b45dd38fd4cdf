"""A tolerant JavaScript tokenizer: linear in the text, whatever the text is.

Every alternative consumes what it has read (possessive quantifiers, optional ends), so that no text is read
twice.
"""

from __future__ import annotations

import re

from smokegate.observation.javascript.tokens import CONDITIONS, NOWHERE, PIECE, PUNCTUATION, REGEX, STRING, WORD, Tokens

MAX_TEXT = 3 * 1024 * 1024
"""A longer script is read up to here."""
BRACKETS = frozenset("()[]{}")
OPENING = {"(": ")", "[": "]", "{": "}", "${": "}", "`": "`"}
TOKEN = re.compile(
    r"""(?:[\s\ufeff]++|//[^\n]*+|/\*(?:[^*]++|\*(?!/))*+(?:\*/)?)*+(?:
    ([\w$\#\\]++)
    |("(?:[^"\\\n]++|\\[\s\S])*+"?|'(?:[^'\\\n]++|\\[\s\S])*+'?)
    |(=>|[=!]==?|\?\?=?|\?\.(?!\d)|\|\|=?|&&=?|\.\.\.|\+\+|--|\*\*=?|>>>?=?|<<=?|[-+*%&|^<>]=|[^\s\w$"'`/])
    |(/)
    |(`)
    |$)""",
    re.VERBOSE,
)
PIECE_OF_TEMPLATE = re.compile(r"(?:[^`\\$]++|\\[\s\S]|\$(?!\{))*+")
REGEX_LITERAL = re.compile(r"/(?:[^/\\\[\n]++|\\.|\[(?:[^\]\\\n]++|\\.)*+\]?)++(/[a-z]*+)?")
BEFORE_REGEX = frozenset(
    [
        "return",
        "typeof",
        "case",
        "in",
        "of",
        "delete",
        "void",
        "throw",
        "new",
        "else",
        "do",
        "instanceof",
        "await",
        "yield",
        "default",
    ]
)
"""Words after which a slash begins a regular expression."""


def tokens_of(text: str) -> Tokens:
    """Read a script."""
    found = Tokens(text[:MAX_TEXT], doubtful=len(text) > MAX_TEXT)
    _Reader(found).read()
    return found


class _Reader:
    """Reads one text into tokens; knows which brackets are open."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._open: list[int] = []

    def read(self) -> None:
        """Read all of the text.

        Words and plain signs, nine tokens of ten, are taken here rather than by a call each.
        """
        tokens, match = self._tokens, TOKEN.match
        text, opened = tokens.text, self._open
        kind, begin, stop, around = (
            tokens.kinds.append,
            tokens.starts.append,
            tokens.ends.append,
            tokens.inside.append,
        )
        position, end = 0, len(text)
        while position < end:
            found = match(text, position)
            if found is None:
                tokens.doubtful = True
                position += 1
                continue
            group = found.lastindex
            if group is None:
                tokens.unclosed += _open_comment(text, position)
                break
            start, position = found.span(group)
            if group == WORD or (group == PUNCTUATION and text[start] not in BRACKETS):
                kind(group)
                begin(start)
                stop(position)
                around(opened[-1] if opened else NOWHERE)
            else:
                position = self._take(group, start, position)
        tokens.unclosed += len(opened)

    def _take(self, group: int, start: int, end: int) -> int:
        if group == STRING:
            self._string(start, end)
        elif group == PUNCTUATION:
            return self._punctuation(start, end)
        elif group == 4:
            return self._slash(start)
        else:
            self._push(start, end)
            return self._piece(end)
        return end

    def _add(self, kind: int, start: int, end: int) -> int:
        tokens = self._tokens
        tokens.kinds.append(kind)
        tokens.starts.append(start)
        tokens.ends.append(end)
        tokens.inside.append(self._open[-1] if self._open else NOWHERE)
        return len(tokens.kinds) - 1

    def _string(self, start: int, end: int) -> None:
        text = self._tokens.text
        self._add(STRING, start, end)
        if end - start < 2 or text[end - 1] != text[start]:
            if end == len(text):
                self._tokens.unclosed += 1
            else:
                self._tokens.doubtful = True

    def _push(self, start: int, end: int) -> None:
        self._open.append(self._add(PUNCTUATION, start, end))

    def _pop(self, start: int, end: int) -> str:
        """Close the innermost bracket; returns which it was."""
        if not self._open:
            self._tokens.doubtful = True
            self._add(PUNCTUATION, start, end)
            return ""
        opened = self._open.pop()
        closed = self._add(PUNCTUATION, start, end)
        self._tokens.pair[opened] = closed
        self._tokens.pair[closed] = opened
        word = self._tokens.word(opened)
        if OPENING[word] != self._tokens.text[start:end]:
            self._tokens.doubtful = True
        return word

    def _punctuation(self, start: int, end: int) -> int:
        word = self._tokens.text[start:end]
        if word in OPENING:
            self._push(start, end)
        elif self._pop(start, end) == "${":
            return self._piece(end)
        return end

    def _piece(self, position: int) -> int:
        """Read a template literal from here to its next expression or its end."""
        text = self._tokens.text
        found = PIECE_OF_TEMPLATE.match(text, position)
        assert found is not None
        end = found.end()
        self._add(PIECE, position, end)
        if text.startswith("${", end):
            self._push(end, end + 2)
            return end + 2
        if text.startswith("`", end):
            self._pop(end, end + 1)
            return end + 1
        return len(text)

    def _slash(self, start: int) -> int:
        """Read a regular expression, or a sign of division, by what stands before it."""
        if self._starts_expression():
            found = REGEX_LITERAL.match(self._tokens.text, start)
            if found is not None:
                if not found[1]:
                    # It was no regular expression, or a broken one: its line is skipped, so that it is read once.
                    self._tokens.doubtful |= found.end() < len(self._tokens.text)
                    self._tokens.unclosed += found.end() == len(self._tokens.text)
                self._add(REGEX, start, found.end())
                return found.end()
        self._add(PUNCTUATION, start, start + 1)
        return start + 1

    def _starts_expression(self) -> bool:
        tokens = self._tokens
        last = len(tokens) - 1
        kind, word = tokens.kind(last), tokens.word(last)
        if kind == WORD:
            return word in BEFORE_REGEX and not tokens.is_punctuation(last - 1, ".", "?.")
        if kind == PUNCTUATION:
            if word == ")":
                return tokens.word(tokens.pair.get(last, 0) - 1) in CONDITIONS
            return word not in {"]", "`", "++", "--"}
        return kind == 0


def _open_comment(text: str, position: int) -> bool:
    """Return whether what is left of the text begins a comment that never ends."""
    opened = text.find("/*", position)
    return opened >= 0 and text.find("*/", opened + 2) < 0 and text[position:opened].strip() == ""
