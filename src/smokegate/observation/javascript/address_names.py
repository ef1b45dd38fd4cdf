"""Which names of a script lead to an address: by the value that they get, or by what they are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smokegate.observation.javascript.api_names import ABSOLUTE, ADDRESS, SPECIFIED
from smokegate.observation.javascript.clients import set_on
from smokegate.observation.javascript.scopes import Definition, Script
from smokegate.observation.javascript.tokens import STRING, WORD
from smokegate.observation.javascript.values import (
    UNDEFINED,
    UNKNOWN,
    Choice,
    Undefined,
    Value,
    options_of,
)

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator


GENERIC = frozenset({"url", "uri", "href", "src", "path", "host", "origin"})
"""Names of properties that anything has: where one is set to what is not known, another's address is not it."""
AN_ADDRESS = re.compile(r"base|ur[il]|root|host|endpoint|origin|prefix|api", re.IGNORECASE)
"""Names of properties that hold an address."""
MOST_PLACES = 40
"""A property that is set in more places than these is no setting."""


class AddressNames:
    """Finds the names that scripts give a constant address.

    Args:
        evaluator: knows the page.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._named: dict[Script, frozenset[str]] = {}

    def is_argument(self, script: Script, at: int) -> bool:
        """Return whether an argument is a name that a script gives an address, or a member that is named as one."""
        tokens, last = script.tokens, at
        while tokens.is_punctuation(last + 1, ".") and tokens.kind(last + 2) == WORD:
            last += 2
        if not tokens.is_punctuation(last + 1, ",", ")"):
            return False
        if last > at:
            return ADDRESS.search(tokens.word(last)) is not None
        if tokens.word(at) not in self._addresses(script):
            return False
        before = script.work
        found = script.visible(tokens.word(at), at)  # short names are used again for many things
        self._evaluator.world.steps += script.work - before
        return isinstance(found, Definition) and _is_address(script, found)

    def _addresses(self, script: Script) -> frozenset[str]:
        if script not in self._named:
            named = (
                name for name, all_ in script.definitions.items() if any(_is_address(script, each) for each in all_)
            )
            self._named[script] = frozenset(named)
        return self._named[script]


def _is_address(script: Script, definition: Definition) -> bool:
    """Return whether the value of a name begins as an address does."""
    at, tokens = definition.value, script.tokens
    if at is None or at >= len(tokens.starts):  # a script may end behind its last `=`
        return False
    return ABSOLUTE.match(tokens.text, tokens.starts[at] + 1) is not None


def address_by_name(evaluator: Evaluator, name: str) -> Value | None:
    """Return the only address that any script gives a property of this name.

    What holds a setting is often out of sight (a module of webpack, a class): its name then leads to it.
    """
    if name not in evaluator.by_name:
        evaluator.by_name[name] = None  # the answer to the question within the question
        evaluator.by_name[name] = _only_address(evaluator, name)
    return evaluator.by_name[name]


def _only_address(evaluator: Evaluator, name: str) -> Value | None:
    found: dict[Value, None] = {}
    for number, (script, at) in enumerate(evaluator.world.assigned(name)):
        if number >= MOST_PLACES:
            return None
        tokens = script.tokens
        if name in SPECIFIED and tokens.word(at - 4) == "this":
            continue
        value = _value(evaluator, script, at)
        if value is None:
            continue
        if name in GENERIC and not isinstance(value, str | Undefined):
            return None  # whose it is is not known
        value = _unset(script, at, name, value)
        if value == "":
            found[value] = None
        if tokens.is_punctuation(at - 1, ":") and set_on(script, at) is not None:
            return UNDEFINED.word if value == UNDEFINED and AN_ADDRESS.search(name) else value  # replaces a default
        one = not isinstance(value, Choice)  # of `t?.trim()`, transpiled, one is undefined
        for each in options_of(value):
            begins = isinstance(each, str) and each.startswith(("http://", "https://", "ws://", "wss://", "/"))
            if begins or (one and isinstance(each, str) and each.startswith("undefined")):
                found[each] = None
    return next(iter(found)) if len(found) == 1 else None


def _value(evaluator: Evaluator, script: Script, at: int) -> Value | None:
    """Return what a property is set to, None for what is surely no address."""
    tokens = script.tokens
    if tokens.word(at) == "(" and tokens.is_punctuation(at + 2, "=>"):
        return evaluator.value(script, at + 3)  # a getter, as bundlers export: `API: () => t`
    return evaluator.value(script, at) if tokens.kind(at) in {STRING, WORD} or tokens.word(at) == "`" else None


def _unset(script: Script, at: int, name: str, value: Value) -> Value:
    """Return the word that nothing becomes in a text, where it shows that an address is not set; an empty text, too.

    What a constructor was given counts, and what is copied from settings (`apiUrl = environment.apiUrl`), not a field
    that is cleared.
    """
    copied = script.tokens.is_punctuation(at + 1, ".")
    if not AN_ADDRESS.search(name) or (value == "" and not copied):
        return UNKNOWN if value == "" else value
    is_given = isinstance(value, Undefined) and script.visible(script.tokens.word(at), at) == "parameter"
    return UNDEFINED.word if (copied and value == UNDEFINED) or is_given else value
