"""What a class's constructor is given: `new Api("https://…")` leads to the `base` of `constructor(base)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.observation.javascript.functions import bound
from smokegate.observation.javascript.scopes import Definition, Script, parameters
from smokegate.observation.javascript.tokens import NOWHERE, WORD
from smokegate.observation.javascript.values import UNDEFINED, Value, choice

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

DEEP = 6
"""How many brackets around a name are searched for its constructor."""
HEAD = 10
"""How many tokens stand at most between `class` and its body."""
MOST_MADE = 3
"""A class of which more objects are made is no client of one API."""


def constructed(evaluator: Evaluator, script: Script, name: str, at: int) -> Value | None:
    """Return what a constructor's parameter is, by what those pass who make an object; None where it is none."""
    opened = _constructor(script, at)
    wanted = next((each for each in parameters(script, opened) if each.name == name), None) if opened else None
    if opened is None or wanted is None:
        return None
    made = _made(script, script.tokens.inside[opened])
    evaluator.world.steps += len(script.made)
    if not 0 < len(made) <= MOST_MADE:
        return None
    passed = [evaluator.arguments(script, each) if script.tokens.word(each) == "(" else [] for each in made]
    found = [bound(evaluator, [wanted], each)[name] if wanted.number < len(each) else None for each in passed]
    if wanted.default is not None:
        default = evaluator.value(script, wanted.default)
        found = [default if each is None or each == UNDEFINED else each for each in found]
    return None if None in found else choice(*(each for each in found if each is not None))


def _constructor(script: Script, at: int) -> int | None:
    """Return the bracket with the parameters of the constructor in which a token stands."""
    tokens, position = script.tokens, at
    for _ in range(DEEP):
        around = tokens.inside[position]
        if around == NOWHERE:
            return None
        opened = tokens.pair.get(around - 1, around)
        if tokens.word(around) == "{" and tokens.word(opened - 1) == "constructor":
            return opened
        position = around
    return None


def _made(script: Script, body: int) -> list[int]:
    """Return the brackets with the arguments of each `new` of the class with this body."""
    tokens = script.tokens
    head = next((each for each in range(body - 1, max(-1, body - HEAD), -1) if tokens.word(each) == "class"), None)
    if head is None:
        return []
    after = tokens.closing(body) + 1
    if tokens.word(head - 1) == "new":
        return [after] if tokens.is_punctuation(after, "(") else []
    named = _named(script, head)
    if not script.made:
        _index(script)
    return [each for each in script.made.get(named, ()) if _is(script.visible(named, each - 1), head)]


def _named(script: Script, head: int) -> str:
    """Return the name of the class that begins at a token."""
    tokens = script.tokens
    return tokens.word(head + 1) if tokens.word(head + 1) not in {"extends", "{"} else tokens.word(head - 2)


def _index(script: Script) -> None:
    """Note each `new` of a class, and each `super` that hands on what a class that extends it is given."""
    tokens = script.tokens
    constructed, heirs = set[int](), dict[int, str]()
    for index in range(len(tokens) - 1):
        word = tokens.word(index) if tokens.kinds[index] == WORD else ""
        if word == "new" and tokens.word(index + 2) not in {".", "?."}:
            script.made[tokens.word(index + 1)].append(index + 2)
        elif word == "super" and tokens.is_punctuation(index + 1, "("):
            body = tokens.inside[_constructor(script, index) or index]
            constructed.add(body)
            if body != NOWHERE and tokens.word(body - 2) == "extends":
                script.made[tokens.word(body - 1)].append(index + 1)
        elif word == "extends" and tokens.is_punctuation(index + 2, "{"):
            head = index - 1 if tokens.word(index - 1) == "class" else index - 2
            heirs[index + 2] = _named(script, head)
    for body, name in heirs.items():
        if body not in constructed:  # without a constructor, all is handed on
            script.made[tokens.word(body - 1)] += script.made.get(name, [])[: MOST_MADE + 1]
    script.made[""] = []  # not looked for again where there is none


def _is(found: Definition | str | None, head: int) -> bool:
    return isinstance(found, Definition) and found.value == head
