"""What a function's callers pass to it, where its parameter decides which address is requested."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from smokegate.observation.javascript.evaluate import Evaluator
from smokegate.observation.javascript.functions import bound
from smokegate.observation.javascript.scopes import FAR, Definition, Parameter, Script, parameters
from smokegate.observation.javascript.tokens import CONDITIONS, NOWHERE, STRING, WORD
from smokegate.observation.javascript.values import Unknown, Value, options_of
from smokegate.observation.model import HOLE

MOST_CALLERS = 12
MOST_USES = 200
"""So many calls of functions of one name are looked at: minified scripts give a name to hundreds."""


def requested(evaluator: Evaluator, script: Script, at: int) -> Iterator[tuple[Value, bool]]:
    """Yield what is requested, and whether it alone is; where a parameter decides, what the callers pass."""
    for value, alone in evaluator.each_value(script, at):
        if isinstance(value, str) and value.strip(HOLE) and not value.startswith(HOLE):
            yield value, alone
        elif isinstance(value, Unknown | str):
            yield from ((each, True) for each in list(_passed_on(evaluator, script, at)))
        else:
            yield value, alone


def _passed_on(evaluator: Evaluator, script: Script, at: int) -> Iterator[Value]:
    """Yield what an expression within a function is, for each constant that a caller passes."""
    if evaluator.world.exhausted:
        return
    hidden, before = set[str](), script.work
    functions = list(_functions_around(script, at))
    evaluator.world.steps += script.work - before
    for own, named_at, names in functions:
        opened = list(islice(_calls_of(evaluator, script, own, named_at), MOST_CALLERS)) if own else []
        for each in opened:
            if evaluator.world.exhausted:
                return
            values = _constants(evaluator, script, each, len(names))
            known = {k: v for k, v in bound(evaluator, names, values).items() if k not in hidden}
            for value in options_of(evaluator.value(script, at, known)):
                if isinstance(value, str) and not value.startswith(HOLE) and value.strip(HOLE):
                    yield value
        if own:
            return
        hidden |= {each.name for each in names}  # of a function within it: its own parameters


def _functions_around(script: Script, at: int) -> Iterator[tuple[str, int, list[Parameter]]]:
    """Yield the name, if any, its token and the parameters of each function around a token, from the inside out."""
    tokens, position = script.tokens, at
    for _ in range(8):
        if position >= len(tokens):
            return
        arrow = _arrow_before(script, position)
        if arrow is not None:
            yield _named(script, arrow)
            position = tokens.pair.get(arrow - 1, arrow - 1)
            continue
        around = tokens.inside[position]
        if around == NOWHERE:
            return
        if tokens.word(around) == "{":
            before = around - 1
            if tokens.is_punctuation(before, "=>"):
                yield _named(script, before)
            elif tokens.is_punctuation(before, ")"):
                opened = tokens.pair.get(before, before)
                name = tokens.word(opened - 1) if tokens.kind(opened - 1) == WORD else ""
                if name and name not in CONDITIONS | {"switch", "catch"}:
                    yield name if name != "function" else "", opened - 1, parameters(script, opened)
        position = around


def _arrow_before(script: Script, position: int) -> int | None:
    """Return the arrow of the function without braces whose body a token stands in."""
    tokens, index = script.tokens, position - 1
    around = tokens.inside[position]
    for _ in range(FAR):
        script.work += 1
        if index in {-1, around} or tokens.is_punctuation(index, ",", ";"):
            return None
        if tokens.is_punctuation(index, "=>"):
            return index
        index = tokens.pair[index] - 1 if tokens.pair.get(index, index) < index else index - 1
    return None


def _named(script: Script, arrow: int) -> tuple[str, int, list[Parameter]]:
    """Return the name that an arrow function is assigned to, if any, its token and the function's parameters."""
    tokens = script.tokens
    first = tokens.pair.get(arrow - 1, arrow - 1)
    names = parameters(script, first) if tokens.word(first) == "(" else [Parameter(tokens.word(first), 0)]
    before = first - 1
    if tokens.word(before) == "async":
        before -= 1
    return tokens.word(before - 1) if tokens.is_punctuation(before, "=", ":") else "", before - 1, names


def _calls_of(evaluator: Evaluator, script: Script, name: str, named_at: int) -> Iterator[int]:
    """Yield the opening bracket of each call of a function that passes a constant; short names are many functions'."""
    tokens = script.tokens
    if not script.uses:
        for index in range(len(tokens) - 2):
            if tokens.kinds[index] != WORD or not tokens.is_punctuation(index + 1, "("):
                continue
            passes = tokens.kind(index + 2) == STRING or tokens.word(index + 2) == "`"
            if (passes or tokens.kind(index + 4) == STRING) and tokens.word(index - 1) != "function":
                script.uses[tokens.word(index)].append(index + 1)
        script.uses[""] = []  # not looked for again where there is none
    for opened in script.uses.get(name, ())[:MOST_USES]:
        if evaluator.world.exhausted:
            return
        before = script.work
        meant = None if tokens.word(opened - 2) in {".", "?."} else script.visible(name, opened - 1)
        evaluator.world.steps += script.work - before
        if meant is None or (isinstance(meant, Definition) and meant.at == named_at):
            yield opened


def _constants(evaluator: Evaluator, script: Script, opened: int, most: int) -> list[Value]:
    """Return the first arguments of a call."""
    tokens, end, index = script.tokens, script.tokens.closing(opened), opened + 1
    found: list[Value] = []
    while index < end and len(found) < most:
        found.append(evaluator.value(script, index))
        while index < end and not tokens.is_punctuation(index, ","):
            index = tokens.pair[index] + 1 if tokens.pair.get(index, -1) > index else index + 1
        index += 1
    return found
