"""Names that lead to an address: by their value, or by what they are called."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smokegate.observation.javascript.api_names import ABSOLUTE, ADDRESS, CLIENT_OPTIONS, GENERATED_BASES, names_api
from smokegate.observation.javascript.clients import assignment_target
from smokegate.observation.javascript.scopes import Definition, Script
from smokegate.observation.javascript.tokens import STRING, WORD
from smokegate.observation.javascript.values import UNDEFINED, UNKNOWN, Choice, Undefined, Value, options_of

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator


GENERIC = frozenset({"url", "uri", "href", "src", "path", "host", "origin"})
"""Generic property names: where one may have an unknown value, an address of the same name proves nothing."""
ADDRESS_KEY = re.compile(r"base|ur[il]|root|host|endpoint|origin|prefix|api", re.IGNORECASE)
"""Property names that suggest an address."""
MAX_ASSIGNMENTS = 40
"""A property with more assignments than these is not a setting."""


def is_address_argument(evaluator: Evaluator, script: Script, at: int) -> bool:
    """Return whether an argument is a name with a constant address, or a member that is named like one."""
    tokens, last = script.tokens, at
    while tokens.is_punctuation(last + 1, ".") and tokens.kind(last + 2) == WORD:
        last += 2
    if tokens.kind(at) != WORD or not tokens.is_punctuation(last + 1, ",", ")"):
        return False
    if last > at:
        return ADDRESS.search(tokens.word(last)) is not None
    if tokens.word(at) not in evaluator.once(_constant_addresses, script):
        return False
    found = evaluator.context.visible(script, tokens.word(at), at)  # minified names are reused
    return isinstance(found, Definition) and _is_address(script, found)


def _constant_addresses(_: Evaluator, script: Script) -> frozenset[str]:
    """Return the names that are defined as an address somewhere in a script."""
    return frozenset(name for name, found in script.definitions.items() if any(_is_address(script, e) for e in found))


def _is_address(script: Script, definition: Definition) -> bool:
    """Return whether a definition's value begins with an absolute URL."""
    at, tokens = definition.value, script.tokens
    if at is None or at >= len(tokens.starts):  # a script may end after an `=`
        return False
    return ABSOLUTE.match(tokens.text, tokens.starts[at] + 1) is not None


def address_by_name(evaluator: Evaluator, name: str) -> Value | None:
    """Return the only address that any script gives a property of this name.

    The object that holds a setting (a webpack module, a class) often cannot be resolved.
    """
    return evaluator.once(_only_address, name)


def _only_address(evaluator: Evaluator, name: str) -> Value | None:
    found: dict[Value, None] = {}
    for number, (script, at) in enumerate(evaluator.context.assigned(name)):
        if number >= MAX_ASSIGNMENTS:
            return None
        tokens = script.tokens
        if name in GENERATED_BASES and tokens.word(at - 4) == "this":
            continue
        value = _value(evaluator, script, at)
        if value is None:
            continue
        if name in GENERIC and not isinstance(value, str | Undefined):
            return None  # it may belong to anything
        value = _unset_word(evaluator, script, at, name, value)
        if value == "":
            found[value] = None
        if tokens.is_punctuation(at - 1, ":") and assignment_target(script, at) is not None:
            return UNDEFINED.word if value == UNDEFINED and ADDRESS_KEY.search(name) else value  # overrides a default
        single = not isinstance(value, Choice)  # transpiled `t?.trim()` has an undefined option
        for each in options_of(value):
            begins = isinstance(each, str) and each.startswith(("http://", "https://", "ws://", "wss://", "/"))
            if begins or (single and isinstance(each, str) and each.startswith("undefined")):
                found[each] = None
    return next(iter(found)) if len(found) == 1 else None


def _value(evaluator: Evaluator, script: Script, at: int) -> Value | None:
    """Return a property's assigned value; None if it cannot be an address."""
    tokens = script.tokens
    if tokens.word(at) == "(" and tokens.is_punctuation(at + 2, "=>"):
        return evaluator.value(script, at + 3)  # a getter, as bundlers export: `API: () => t`
    return evaluator.value(script, at) if tokens.kind(at) in {STRING, WORD} or tokens.word(at) == "`" else None


def _unset_word(evaluator: Evaluator, script: Script, at: int, name: str, value: Value) -> Value:
    """Return "undefined", as in a concatenation, if the value shows an address that is not set; keep an empty text.

    Only constructor arguments, copied settings (`apiUrl = environment.apiUrl`) and the page's inline settings
    (`window.__NUXT__`) count, not a field that is cleared.
    """
    copied = script.tokens.is_punctuation(at + 1, ".")
    inline = script.url == evaluator.context.url and names_api(name) and name.lower() not in CLIENT_OPTIONS
    if not ADDRESS_KEY.search(name) or (value == "" and not copied and not inline):
        return UNKNOWN if value == "" else value
    is_argument = isinstance(value, Undefined) and script.visible(script.tokens.word(at), at) == "parameter"
    return UNDEFINED.word if (copied and value == UNDEFINED) or is_argument else value
