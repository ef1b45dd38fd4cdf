"""Constant folding: evaluates an expression as far as possible without running the script.

Names are resolved to their definitions, also across modules. What is only known at run time is `Unknown`, or
`DYNAMIC` as part of a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.observation.javascript import functions
from smokegate.observation.javascript.classes import constructed
from smokegate.observation.javascript.expressions import MAX_DEPTH, ExpressionReader
from smokegate.observation.javascript.members import member
from smokegate.observation.javascript.scopes import Definition, Script
from smokegate.observation.javascript.unset import never_set, unset_argument
from smokegate.observation.javascript.values import (
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
from smokegate.observation.javascript.world import GLOBALS, World
from smokegate.observation.model import DYNAMIC

if TYPE_CHECKING:
    from smokegate.knowledge.clients import Client

CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": Undefined(word="null"), "undefined": UNDEFINED}
MAX_ARGUMENT_TOKENS = 200
"""Maximum tokens of an argument, when the next one is searched."""


class Evaluator:
    """Folds expressions of a page's scripts.

    Args:
        world: the page and its scripts.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_name: dict[str, Value | None] = {}
        """Cache: the only address that any script gives a property of this name."""
        self.unset_arguments: dict[tuple[Script, int, str], Value | None] = {}
        """Cache: the unset value that every caller passes for a parameter."""
        self.members: dict[tuple[Script, int, str], Value] = {}
        """Cache: members of object literals."""
        self.clients: list[Client] | None = None
        """Known HTTP clients in the scripts; None until searched."""
        self.sources: dict[tuple[Script, int], str] = {}
        """Cache: the source of a possible client, with its parts."""
        self._values: dict[tuple[Script, int], Value] = {}
        self._in_progress: set[tuple[Script, int]] = set()

    def value(self, script: Script, at: int, bound: Bound | None = None) -> Value:
        """Return the value of the expression from a token to the next comma or bracket."""
        key = (script, at)
        if bound is None and key in self._values:
            return self._values[key]
        if key in self._in_progress or len(self._in_progress) >= MAX_DEPTH or self.world.exhausted:
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
        before = script.work
        found = script.visible(name, at)
        self.world.steps += script.work - before
        if found == "parameter":
            return bound[name] if name in bound else self._parameter(script, name, at)
        if isinstance(found, Definition):
            return self._defined(script, found)
        if name in script.imports:
            return self._imported(script, name)
        if name in CONSTANTS:
            return CONSTANTS[name]
        if name not in GLOBALS:
            shared = [self.value(*each) for each in self.world.shared(name)]
            if shared:
                return choice(*shared)
        return Unknown((name,))

    def arguments(self, script: Script, opened: int) -> list[Value]:
        """Return the arguments in the bracket that opens at a token."""
        return ExpressionReader(self, script, {}).arguments(opened, 0)[0]

    def second_argument(self, script: Script, first: int) -> int | None:
        """Return the first token of a call's second argument, given that of the first."""
        tokens, index = script.tokens, first
        closed = tokens.closing(tokens.parent[index]) if index < len(tokens) else 0
        for _ in range(MAX_ARGUMENT_TOKENS):
            self.world.steps += 1
            if index >= closed or self.world.exhausted:
                return None
            if tokens.pair.get(index, -1) > index:
                index = tokens.pair[index]
            elif tokens.is_punctuation(index, ","):
                return index + 1 if index + 1 < closed else None
            index += 1
        return None

    def member(self, value: Value, name: str) -> Value:
        """Return a member of a value."""
        return member(self, value, name)

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
        return found if definition.key is None else self.member(found, definition.key)

    def _imported(self, script: Script, name: str) -> Value:
        imported = script.imports[name]
        module = self.world.module(script, imported.module)
        local_name = module.exports.get(imported.name) if module else None
        if module is None or local_name is None:
            return Unknown((name,))
        for definition in module.local.get((local_name, 0xFFFFFFFF), ()):
            if definition.value is not None:
                return self._defined(module, definition)
        return Unknown((name,))
