"""Constant folding: evaluates an expression as far as possible without running the script.

Names are resolved to their definitions, also across modules. What is only known at run time is `Unknown`, or
`DYNAMIC` as part of a text.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from itertools import islice
from typing import Any, TypeVar

from smokegate.observation.javascript import functions
from smokegate.observation.javascript.expressions import MAX_DEPTH, ExpressionReader
from smokegate.observation.javascript.functions import constructed
from smokegate.observation.javascript.members import member
from smokegate.observation.javascript.page_context import PageContext
from smokegate.observation.javascript.scopes import Definition, Script
from smokegate.observation.javascript.unset import never_set, unset_argument
from smokegate.observation.javascript.values import (
    GLOBALS,
    UNDEFINED,
    UNKNOWN,
    Bound,
    Literal,
    Undefined,
    Unknown,
    Value,
    choice,
    options_of,
)
from smokegate.observation.model import DYNAMIC

T = TypeVar("T")
CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": Undefined(word="null"), "undefined": UNDEFINED}
MAX_ITEMS = 64
MAX_ARGUMENT_TOKENS = 200
"""Maximum tokens of an argument, when the next one is searched."""


class Evaluator:
    """Folds expressions of a page's scripts."""

    def __init__(self, context: PageContext) -> None:
        self.context = context
        self._results: dict[tuple[Hashable, ...], Any] = {}
        self._values: dict[tuple[Script, int], Value] = {}
        self._in_progress: set[tuple[Script, int]] = set()

    def once(self, compute: Callable[..., T], *key: Hashable, guard: Any = None) -> T:
        """Return a function's result for these arguments, computed once; a recursive call gets `guard`."""
        if (compute, *key) not in self._results:
            self._results[compute, *key] = guard
            self._results[compute, *key] = compute(self, *key)
        found: T = self._results[compute, *key]
        return found

    def value(self, script: Script, at: int, bound: Bound | None = None) -> Value:
        """Return the value of the expression from a token to the next comma or bracket."""
        key = (script, at)
        if bound is None and key in self._values:
            return self._values[key]
        if key in self._in_progress or len(self._in_progress) >= MAX_DEPTH or self.context.exhausted:
            return UNKNOWN
        self._in_progress.add(key)
        try:
            found, _ = ExpressionReader(self, script, bound or {}).expression(at, 1, 0)
        finally:
            self._in_progress.discard(key)
        if bound is None:
            self._values[key] = found
        return found

    def possible_values(self, script: Script, at: int) -> Iterator[tuple[Value, bool]]:
        """Yield each possible value of an expression, and whether it is the only one."""
        options = options_of(self.value(script, at))
        # `a + (q ? "?" + q : "")` is one address, whatever its query.
        addresses = {each.partition(DYNAMIC)[0].partition("?")[0] if isinstance(each, str) else "" for each in options}
        alone = len(options) == 1 or (len(addresses) == 1 and "" not in addresses)
        yield from ((each, alone) for each in options)

    def name(self, script: Script, name: str, at: int, bound: Bound) -> Value:
        """Resolve a name at a token."""
        found = self.context.visible(script, name, at)
        if found == "parameter":
            return bound[name] if name in bound else self._parameter(script, name, at)
        if isinstance(found, Definition):
            return self._defined(script, found)
        if name in script.imports:
            imported = next(self.context.imported(script, name), None)
            return self._defined(*imported) if imported else Unknown((name,))
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name not in GLOBALS:
            shared = [self.value(*each) for each in self.context.shared(name)]
            if shared:
                return choice(*shared)
        return Unknown((name,))

    def items(self, script: Script, opened: int, limit: int = MAX_ITEMS) -> list[Value]:
        """Return the values between brackets: of an array, or the arguments of a call."""
        return [self.value(script, each) for each in islice(script.tokens.entries(opened), limit)]

    def second_argument(self, script: Script, first: int) -> int | None:
        """Return the first token of a call's second argument, given that of the first."""
        tokens, index = script.tokens, first
        closed = tokens.closing(tokens.parent[index]) if index < len(tokens) else 0
        for _ in range(MAX_ARGUMENT_TOKENS):
            self.context.steps += 1
            if index >= closed or self.context.exhausted:
                return None
            if tokens.is_punctuation(index, ","):
                return index + 1 if index + 1 < closed else None
            index = tokens.after(index)
        return None

    def return_value(self, function: Literal, values: list[Value]) -> Value:
        """Return a function's return value for these arguments."""
        return functions.return_value(self, function, values)

    def _parameter(self, script: Script, name: str, at: int) -> Value:
        found = constructed(self, script, name, at)
        found = unset_argument(self, script, name, at) if found is None else found
        return UNKNOWN if found is None else found

    def _defined(self, script: Script, definition: Definition) -> Value:
        if definition.value is None:
            return never_set(self, script, definition) or UNKNOWN
        found = self.value(script, definition.value)
        return found if definition.key is None else member(self, found, definition.key)
