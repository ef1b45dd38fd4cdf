"""Folds one expression: operators, literals, calls and member access."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.observation.javascript import methods
from smokegate.observation.javascript.function_places import after_function
from smokegate.observation.javascript.members import member
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import PUNCTUATION, REGEX, STRING, TEMPLATE, WORD, unescaped
from smokegate.observation.javascript.values import (
    POWER,
    UNDEFINED,
    UNKNOWN,
    Bound,
    Literal,
    Unknown,
    Value,
    applied,
    joined,
    selected,
    text_of,
    truth,
    typeof_value,
)

MAX_DEPTH = 14

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator


class ExpressionReader:
    """Evaluates one expression; `bound` has the values of the enclosing functions' parameters."""

    def __init__(self, evaluator: Evaluator, script: Script, bound: Bound) -> None:
        self._evaluator = evaluator
        self._context = evaluator.context
        self._script = script
        self._tokens = script.tokens
        self._bound = bound

    def expression(self, index: int, power: int, depth: int) -> tuple[Value, int]:
        """Return a value and the token after it; operators with a precedence below `power` are not consumed."""
        self._context.steps += 1
        if depth > MAX_DEPTH or self._context.exhausted:
            return UNKNOWN, self._context.skip(self._tokens, index)
        value, index = self._postfix(*self._primary(index, depth), depth)
        while True:
            sign = self._tokens.word(index) if self._tokens.kind(index) in {PUNCTUATION, WORD} else ""
            binding = POWER.get(sign, 0)
            if binding < power or not binding:
                return value, index
            value, index = self._operator(value, sign, binding, index + 1, depth)

    def _operator(self, left: Value, sign: str, power: int, index: int, depth: int) -> tuple[Value, int]:
        if sign == "?":
            yes, index = self.expression(index, 1, depth + 1)
            no, index = self.expression(index + 1, 1, depth + 1)
            return selected(truth(left), yes, no), index
        right, index = self.expression(index, power if power == 1 else power + 1, depth + 1)
        return applied(left, sign, right), index

    def _primary(self, index: int, depth: int) -> tuple[Value, int]:
        tokens = self._tokens
        kind, word = tokens.kind(index), tokens.word(index)
        if kind == STRING:
            return unescaped(word[1:-1]), index + 1
        if kind == WORD:
            return self._word(word, index, depth)
        if kind == REGEX:
            return Unknown(("regex", word)), index + 1
        if word == "`":
            return self._template(index, depth)
        if word == "(":
            return self._group(index, depth)
        if word in {"[", "{"}:
            return Literal(self._script, index), tokens.closing(index) + 1
        if word in {"!", "-", "+", "~", "++", "--", "..."}:
            if depth >= MAX_DEPTH:
                return UNKNOWN, self._context.skip(self._tokens, index + 1)
            value, index = self._postfix(*self._primary(index + 1, depth + 1), depth)
            condition = truth(value)
            return (not condition if word == "!" and condition is not None else UNKNOWN), index
        return UNKNOWN, index

    def _word(self, word: str, index: int, depth: int) -> tuple[Value, int]:
        if word[0].isdigit():
            return (float(word) if word.isdecimal() and len(word) < 16 else UNKNOWN), index + 1
        if word in {"void", "typeof", "await", "new", "yield", "delete"}:
            return self._prefixed(word, index + 1, depth)
        if word in {"function", "class"} or (word == "async" and self._tokens.word(index + 1) == "function"):
            return Literal(self._script, index), after_function(self._tokens, index)
        if word == "async" and (self._tokens.word(index + 1) == "(" or self._tokens.is_punctuation(index + 2, "=>")):
            return self._primary(index + 1, depth + 1)
        if self._tokens.is_punctuation(index + 1, "=>"):
            return Literal(self._script, index), self._after_arrow(index + 2)
        if word == "import" and self._tokens.word(index + 1) == ".":
            return Unknown(("import",)), index + 1
        return self._evaluator.name(self._script, word, index, self._bound), index + 1

    def _prefixed(self, word: str, index: int, depth: int) -> tuple[Value, int]:
        if depth >= MAX_DEPTH:
            return UNKNOWN, self._context.skip(self._tokens, index)
        if word == "new":
            return self._new(index, depth)
        value, index = self._postfix(*self._primary(index, depth + 1), depth)
        if word == "void":
            return UNDEFINED, index
        if word == "typeof":
            return typeof_value(value), index
        return (value if word == "await" else UNKNOWN), index

    def _new(self, index: int, depth: int) -> tuple[Value, int]:
        """Evaluate `new NAME(…)`; only URLs and maps are supported."""
        tokens, name = self._tokens, self._tokens.word(index)
        while tokens.kind(index) == WORD and tokens.is_punctuation(index + 1, "."):
            index += 2
            name = tokens.word(index)
        index = tokens.closing(index) if tokens.word(index) in {"(", "{"} else index
        if not tokens.is_punctuation(index + 1, "("):
            return UNKNOWN, index + 1
        values, after = self.arguments(index + 1, depth)
        if name == "Map":
            return (values[0] if values else UNKNOWN), after
        return (methods.url(values) if name == "URL" else UNKNOWN), after

    def _after_arrow(self, index: int) -> int:
        """Return the token after an arrow function's body, given the body's first token."""
        braces = self._tokens.word(index) == "{"
        return self._tokens.closing(index) + 1 if braces else self._context.skip(self._tokens, index)

    def _template(self, index: int, depth: int) -> tuple[Value, int]:
        tokens, end = self._tokens, self._tokens.closing(index)
        value: Value = ""
        index += 1
        while index < end:
            if tokens.kind(index) == TEMPLATE:
                value = joined(value, unescaped(tokens.word(index)))
                index += 1
            else:
                part, _ = self.expression(index + 1, 1, depth + 1)
                value = joined(value, part)
                index = tokens.closing(index) + 1
        return value, end + 1

    def _group(self, index: int, depth: int) -> tuple[Value, int]:
        tokens, end = self._tokens, self._tokens.closing(index)
        if tokens.is_punctuation(end + 1, "=>"):
            return Literal(self._script, index), self._after_arrow(end + 2)
        values, _ = self.arguments(index, depth)
        return (values[-1] if values else UNKNOWN), end + 1

    def arguments(self, index: int, depth: int) -> tuple[list[Value], int]:
        """Return the values between brackets, and the token after the closing one."""
        end = self._tokens.closing(index)
        values: list[Value] = []
        index += 1
        while index < end and len(values) < 32:
            value, after = self.expression(index, 1, depth + 1)
            values.append(value)
            index = after if self._tokens.is_punctuation(after, ",") else self._context.skip(self._tokens, after)
            index += 1
        return values, end + 1

    def _postfix(self, value: Value, index: int, depth: int) -> tuple[Value, int]:
        tokens = self._tokens
        receiver: tuple[Value, str] | None = None
        while tokens.kind(index) == PUNCTUATION:
            word = tokens.word(index)
            if word in {".", "?."} and tokens.kind(index + 1) == WORD:
                receiver = (value, tokens.word(index + 1))
                value = member(self._evaluator, value, receiver[1], (self._script, index))
                index += 2
            elif word == "(" or (word == "?." and tokens.word(index + 1) == "("):
                values, after = self.arguments(index + (word == "?."), depth)
                value, index = methods.call(self._evaluator, value, receiver, values), after
                receiver = None
            elif word == "[" or (word == "?." and tokens.word(index + 1) == "["):
                inner, _ = self.expression(index + 1 + (word == "?."), 1, depth + 1)
                index = tokens.closing(index + (word == "?.")) + 1
                value = member(self._evaluator, value, text_of(inner), (self._script, index))
                receiver = None
            elif word == "`":
                value, index = UNKNOWN, tokens.closing(index) + 1
            elif word in {"++", "--"}:
                value, index = UNKNOWN, index + 1
            else:
                break
        return value, index
