"""A tolerant JavaScript tokenizer, linear in the size of any text.

Every alternative is possessive with an optional end, so no text is matched twice.
"""

from __future__ import annotations

import re

from smokegate.observation.javascript.tokens import CONDITIONS, PUNCTUATION, REGEX, ROOT, STRING, TEMPLATE, WORD, Tokens

MAX_TEXT = 3 * 1024 * 1024
"""Longer scripts are truncated here."""
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
TEMPLATE_PART = re.compile(r"(?:[^`\\$]++|\\[\s\S]|\$(?!\{))*+")
REGEX_LITERAL = re.compile(r"/(?:[^/\\\[\n]++|\\.|\[(?:[^\]\\\n]++|\\.)*+\]?)++(/[a-z]*+)?")
BEFORE_REGEX = frozenset({"return", "typeof", "case", "in", "of", "delete", "void", "throw"})
BEFORE_REGEX |= {"new", "else", "do", "instanceof", "await", "yield", "default"}
"""Keywords after which a slash begins a regular expression."""


def tokens_of(text: str) -> Tokens:
    """Tokenize a script."""
    found = Tokens(text[:MAX_TEXT], doubtful=len(text) > MAX_TEXT)
    _Reader(found).read()
    return found


class _Reader:
    """Tokenizes one text, with a stack of open brackets."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._open: list[int] = []

    def read(self) -> None:
        """Tokenize the whole text.

        Words and plain punctuators, 90% of all tokens, are handled inline for speed.
        """
        tokens, match = self._tokens, TOKEN.match
        text, opened = tokens.text, self._open
        add_kind, add_start, add_end, add_parent = (
            tokens.kinds.append,
            tokens.starts.append,
            tokens.ends.append,
            tokens.parent.append,
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
                tokens.unclosed += _is_unterminated_comment(text, position)
                break
            start, position = found.span(group)
            if group == WORD or (group == PUNCTUATION and text[start] not in BRACKETS):
                add_kind(group)
                add_start(start)
                add_end(position)
                add_parent(opened[-1] if opened else ROOT)
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
            return self._template(start, end)
        return end

    def _template(self, start: int, end: int) -> int:
        """Read a template literal, which is a string if it is not tagged and has no expressions."""
        found = TEMPLATE_PART.match(self._tokens.text, end)
        if found and self._tokens.text.startswith("`", found.end()) and self._starts_expression():
            self._string(start, found.end() + 1)
            return found.end() + 1
        self._push(start, end)
        return self._template_text(end)

    def _add(self, kind: int, start: int, end: int) -> int:
        tokens = self._tokens
        tokens.kinds.append(kind)
        tokens.starts.append(start)
        tokens.ends.append(end)
        tokens.parent.append(self._open[-1] if self._open else ROOT)
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
        """Close the innermost bracket and return it."""
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
            return self._template_text(end)
        return end

    def _template_text(self, position: int) -> int:
        """Read a template literal up to its next expression or its end."""
        text = self._tokens.text
        found = TEMPLATE_PART.match(text, position)
        assert found is not None
        end = found.end()
        self._add(TEMPLATE, position, end)
        if text.startswith("${", end):
            self._push(end, end + 2)
            return end + 2
        if text.startswith("`", end):
            self._pop(end, end + 1)
            return end + 1
        return len(text)

    def _slash(self, start: int) -> int:
        """Read a regular expression or a division sign, depending on the preceding token."""
        if self._starts_expression():
            found = REGEX_LITERAL.match(self._tokens.text, start)
            if found is not None:
                if not found[1]:
                    # Not a valid regular expression: the match is skipped, so that it is read only once.
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


def _is_unterminated_comment(text: str, position: int) -> bool:
    """Return whether the rest of the text is an unterminated comment."""
    opened = text.find("/*", position)
    return opened >= 0 and text.find("*/", opened + 2) < 0 and text[position:opened].strip() == ""
