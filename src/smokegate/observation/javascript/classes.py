"""Resolves constructor parameters: `new Api("https://…")` leads to the `base` of `constructor(base)`."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from smokegate.observation.javascript.functions import bind
from smokegate.observation.javascript.scopes import Definition, Script, parameters
from smokegate.observation.javascript.tokens import ROOT, WORD
from smokegate.observation.javascript.values import UNDEFINED, Value, choice

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

MAX_DEPTH = 6
"""Maximum enclosing brackets searched for a constructor."""
MAX_HEAD = 10
"""Maximum tokens between `class` and its body."""
MAX_INSTANCES = 3
"""A class with more instances is not the client of one API."""


def constructed(evaluator: Evaluator, script: Script, name: str, at: int) -> Value | None:
    """Return a constructor parameter's value from the class's instantiations; None if it is not a parameter."""
    opened = _constructor(script, at)
    parameter = next((each for each in parameters(script, opened) if each.name == name), None) if opened else None
    if opened is None or parameter is None:
        return None
    instantiations = _instantiations(evaluator, script, script.tokens.parent[opened])
    if not 0 < len(instantiations) <= MAX_INSTANCES:
        return None
    calls = [evaluator.items(script, each) if script.tokens.word(each) == "(" else [] for each in instantiations]
    found = [bind(evaluator, [parameter], each)[name] if parameter.number < len(each) else None for each in calls]
    if parameter.default is not None:
        default = evaluator.value(script, parameter.default)
        found = [default if each is None or each == UNDEFINED else each for each in found]
    return None if None in found else choice(*(each for each in found if each is not None))


def _constructor(script: Script, at: int) -> int | None:
    """Return the opening bracket of the enclosing constructor's parameters."""
    tokens = script.tokens
    bodies = (each for each in tokens.enclosing(at, MAX_DEPTH) if tokens.word(each) == "{")
    heads = (tokens.pair.get(each - 1, each) for each in bodies)
    return next((each for each in heads if tokens.word(each - 1) == "constructor"), None)


def _instantiations(evaluator: Evaluator, script: Script, body: int) -> list[int]:
    """Return the argument brackets of each `new` of the class with this body."""
    tokens = script.tokens
    head = next((each for each in range(body - 1, max(-1, body - MAX_HEAD), -1) if tokens.word(each) == "class"), None)
    if head is None:
        return []
    after = tokens.closing(body) + 1
    if tokens.word(head - 1) == "new":
        return [after] if tokens.is_punctuation(after, "(") else []
    name, indexed = _class_name(script, head), evaluator.once(_all_instantiations, script)
    evaluator.context.steps += len(indexed)
    found = ((each, script.visible(name, each - 1)) for each in indexed.get(name, ()))
    return [each for each, named in found if isinstance(named, Definition) and named.value == head]


def _class_name(script: Script, head: int) -> str:
    tokens = script.tokens
    return tokens.word(head + 1) if tokens.word(head + 1) not in {"extends", "{"} else tokens.word(head - 2)


def _all_instantiations(_: Evaluator, script: Script) -> dict[str, list[int]]:
    """Return class name → the brackets of each `new`, and of each `super` that forwards a subclass's arguments."""
    tokens, found = script.tokens, defaultdict[str, list[int]](list)
    constructed, subclasses = set[int](), dict[int, str]()
    for index in range(len(tokens) - 1):
        word = tokens.word(index) if tokens.kinds[index] == WORD else ""
        if word == "new" and tokens.word(index + 2) not in {".", "?."}:
            found[tokens.word(index + 1)].append(index + 2)
        elif word == "super" and tokens.is_punctuation(index + 1, "("):
            body = tokens.parent[_constructor(script, index) or index]
            constructed.add(body)
            if body != ROOT and tokens.word(body - 2) == "extends":
                found[tokens.word(body - 1)].append(index + 1)
        elif word == "extends" and tokens.is_punctuation(index + 2, "{"):
            head = index - 1 if tokens.word(index - 1) == "class" else index - 2
            subclasses[index + 2] = _class_name(script, head)
    for body, name in subclasses.items():
        if body not in constructed:  # without a constructor, all arguments are forwarded
            found[tokens.word(body - 1)] += found.get(name, [])[: MAX_INSTANCES + 1]
    return found
