"""Resolves constructor parameters: `new Api("https://…")` leads to the `base` of `constructor(base)`."""

from __future__ import annotations

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
    instantiations = _instantiations(script, script.tokens.parent[opened])
    evaluator.world.steps += len(script.instantiations)
    if not 0 < len(instantiations) <= MAX_INSTANCES:
        return None
    calls = [evaluator.arguments(script, each) if script.tokens.word(each) == "(" else [] for each in instantiations]
    found = [bind(evaluator, [parameter], each)[name] if parameter.number < len(each) else None for each in calls]
    if parameter.default is not None:
        default = evaluator.value(script, parameter.default)
        found = [default if each is None or each == UNDEFINED else each for each in found]
    return None if None in found else choice(*(each for each in found if each is not None))


def _constructor(script: Script, at: int) -> int | None:
    """Return the opening bracket of the enclosing constructor's parameters."""
    tokens, position = script.tokens, at
    for _ in range(MAX_DEPTH):
        around = tokens.parent[position]
        if around == ROOT:
            return None
        opened = tokens.pair.get(around - 1, around)
        if tokens.word(around) == "{" and tokens.word(opened - 1) == "constructor":
            return opened
        position = around
    return None


def _instantiations(script: Script, body: int) -> list[int]:
    """Return the argument brackets of each `new` of the class with this body."""
    tokens = script.tokens
    head = next((each for each in range(body - 1, max(-1, body - MAX_HEAD), -1) if tokens.word(each) == "class"), None)
    if head is None:
        return []
    after = tokens.closing(body) + 1
    if tokens.word(head - 1) == "new":
        return [after] if tokens.is_punctuation(after, "(") else []
    name = _class_name(script, head)
    if not script.instantiations:
        _index_instantiations(script)
    return [each for each in script.instantiations.get(name, ()) if _is_class(script.visible(name, each - 1), head)]


def _class_name(script: Script, head: int) -> str:
    tokens = script.tokens
    return tokens.word(head + 1) if tokens.word(head + 1) not in {"extends", "{"} else tokens.word(head - 2)


def _index_instantiations(script: Script) -> None:
    """Index each `new`, and each `super` that forwards a subclass's arguments."""
    tokens = script.tokens
    constructed, subclasses = set[int](), dict[int, str]()
    for index in range(len(tokens) - 1):
        word = tokens.word(index) if tokens.kinds[index] == WORD else ""
        if word == "new" and tokens.word(index + 2) not in {".", "?."}:
            script.instantiations[tokens.word(index + 1)].append(index + 2)
        elif word == "super" and tokens.is_punctuation(index + 1, "("):
            body = tokens.parent[_constructor(script, index) or index]
            constructed.add(body)
            if body != ROOT and tokens.word(body - 2) == "extends":
                script.instantiations[tokens.word(body - 1)].append(index + 1)
        elif word == "extends" and tokens.is_punctuation(index + 2, "{"):
            head = index - 1 if tokens.word(index - 1) == "class" else index - 2
            subclasses[index + 2] = _class_name(script, head)
    for body, name in subclasses.items():
        if body not in constructed:  # without a constructor, all arguments are forwarded
            script.instantiations[tokens.word(body - 1)] += script.instantiations.get(name, [])[: MAX_INSTANCES + 1]
    script.instantiations[""] = []  # marks the index as built


def _is_class(found: Definition | str | None, head: int) -> bool:
    return isinstance(found, Definition) and found.value == head
