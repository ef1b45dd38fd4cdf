"""Constant folding: what an expression of a script is known to be, without running it.

Names are followed to their definitions, in other modules too. What depends on anything that only a running page
knows is `Unknown`, or a text with a hole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.observation.javascript import functions
from smokegate.observation.javascript.classes import constructed
from smokegate.observation.javascript.expressions import DEEPEST, Reading
from smokegate.observation.javascript.members import member
from smokegate.observation.javascript.scopes import Definition, Script
from smokegate.observation.javascript.unset import given, never_set
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
from smokegate.observation.model import HOLE

if TYPE_CHECKING:
    from smokegate.knowledge.clients import Client

WORDS: dict[str, Value] = {"true": True, "false": False, "null": Undefined(word="null"), "undefined": UNDEFINED}
MOST_TOKENS = 200
"""How far an argument is searched for the one after it."""


class Evaluator:
    """Folds expressions of a page's scripts.

    Args:
        world: the page.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.by_name: dict[str, Value | None] = {}
        """The only address that any script gives a property of a name, as far as it was looked for."""
        self.given: dict[tuple[Script, int, str], Value | None] = {}
        """What every caller gives a parameter, where that is nothing."""
        self.members: dict[tuple[Script, int, str], Value] = {}
        """What the objects that were read have under a name."""
        self.clients: list[Client] | None = None
        """Which known clients the scripts hold, once it was looked for."""
        self.sources: dict[tuple[Script, int], str] = {}
        """The source of what may be a client, with that of its parts."""
        self._known: dict[tuple[Script, int], Value] = {}
        self._open: set[tuple[Script, int]] = set()

    def value(self, script: Script, at: int, bound: Bound | None = None) -> Value:
        """Return what the expression is that begins at a token and ends at the next comma or bracket."""
        key = (script, at)
        if bound is None and key in self._known:
            return self._known[key]
        if key in self._open or len(self._open) >= DEEPEST or self.world.exhausted:
            return UNKNOWN
        self._open.add(key)
        try:
            found, _ = Reading(self, script, bound or {}).expression(at, 1, 0)
        finally:
            self._open.discard(key)
        if bound is None:
            self._known[key] = found
        return found

    def each_value(self, script: Script, at: int) -> Iterator[tuple[Value, bool]]:
        """Yield what an expression may be, and whether it is the only value that it may have."""
        options = options_of(self.value(script, at))
        # `a + (q ? "?" + q : "")` is one address, whatever is asked for there.
        addresses = {each.partition(HOLE)[0].partition("?")[0] if isinstance(each, str) else "" for each in options}
        alone = len(options) == 1 or (len(addresses) == 1 and "" not in addresses)
        yield from ((each, alone) for each in options)

    def name(self, script: Script, name: str, at: int, bound: Bound) -> Value:
        """Return what a name means where it stands."""
        before = script.work
        found = script.visible(name, at)
        self.world.steps += script.work - before
        if found == "parameter":
            return bound[name] if name in bound else self._parameter(script, name, at)
        if isinstance(found, Definition):
            return self._defined(script, found)
        if name in script.imports:
            return self._imported(script, name)
        if name in WORDS:
            return WORDS[name]
        if name not in GLOBALS:
            shared = [self.value(*each) for each in self.world.shared(name)]
            if shared:
                return choice(*shared)
        return Unknown((name,))

    def arguments(self, script: Script, opened: int) -> list[Value]:
        """Return what is passed between the bracket at a token and its closing one."""
        return Reading(self, script, {}).arguments(opened, 0)[0]

    def second_argument(self, script: Script, first: int) -> int | None:
        """Return where the second argument of a call begins, by where the first one does."""
        tokens, index = script.tokens, first
        closed = tokens.closing(tokens.inside[index]) if index < len(tokens) else 0
        for _ in range(MOST_TOKENS):
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

    def returned(self, function: Literal, values: list[Value]) -> Value:
        """Return what a function returns that is given these values."""
        return functions.returned(self, function, values)

    def _parameter(self, script: Script, name: str, at: int) -> Value:
        found = constructed(self, script, name, at)
        found = given(self, script, name, at) if found is None else found
        return UNKNOWN if found is None else found

    def _defined(self, script: Script, definition: Definition) -> Value:
        if definition.value is None:
            return never_set(self, script, definition) or UNKNOWN
        found = self.value(script, definition.value)
        return found if definition.key is None else self.member(found, definition.key)

    def _imported(self, script: Script, name: str) -> Value:
        wanted = script.imports[name]
        module = self.world.module(script, wanted.module)
        inside = module.exports.get(wanted.name) if module else None
        if module is None or inside is None:
            return Unknown((name,))
        for definition in module.local.get((inside, 0xFFFFFFFF), ()):
            if definition.value is not None:
                return self._defined(module, definition)
        return Unknown((name,))
