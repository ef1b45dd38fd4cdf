"""Follows a requested address that is a parameter to the arguments of the function's callers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from smokegate.observation.javascript.evaluate import Evaluator
from smokegate.observation.javascript.functions import bind
from smokegate.observation.javascript.scopes import MAX_TOKENS, Definition, Parameter, Script, parameters
from smokegate.observation.javascript.tokens import CONDITIONS, ROOT, STRING, WORD
from smokegate.observation.javascript.values import Unknown, Value, options_of
from smokegate.observation.model import DYNAMIC

MAX_CALLERS = 12
MAX_CALL_SITES = 200
"""Maximum call sites checked per function name: minified scripts reuse a name hundreds of times."""


def requested_values(evaluator: Evaluator, script: Script, at: int) -> Iterator[tuple[Value, bool]]:
    """Yield each requested value and whether it is the only one; parameters are resolved through the callers."""
    for value, alone in evaluator.possible_values(script, at):
        if isinstance(value, str) and value.strip(DYNAMIC) and not value.startswith(DYNAMIC):
            yield value, alone
        elif isinstance(value, Unknown | str):
            yield from ((each, True) for each in list(_values_from_callers(evaluator, script, at)))
        else:
            yield value, alone


def _values_from_callers(evaluator: Evaluator, script: Script, at: int) -> Iterator[Value]:
    """Yield an expression's value for each constant that a caller of its function passes."""
    if evaluator.world.exhausted:
        return
    shadowed, before = set[str](), script.work
    functions = list(_enclosing_functions(script, at))
    evaluator.world.steps += script.work - before
    for name, named_at, names in functions:
        opened = list(islice(_calls_of(evaluator, script, name, named_at), MAX_CALLERS)) if name else []
        for each in opened:
            if evaluator.world.exhausted:
                return
            values = _first_arguments(evaluator, script, each, len(names))
            known = {k: v for k, v in bind(evaluator, names, values).items() if k not in shadowed}
            for value in options_of(evaluator.value(script, at, known)):
                if isinstance(value, str) and not value.startswith(DYNAMIC) and value.strip(DYNAMIC):
                    yield value
        if name:
            return
        shadowed |= {each.name for each in names}  # shadowed by the inner function


def _enclosing_functions(script: Script, at: int) -> Iterator[tuple[str, int, list[Parameter]]]:
    """Yield the name (if any), its token and the parameters of each enclosing function, innermost first."""
    tokens, position = script.tokens, at
    for _ in range(8):
        if position >= len(tokens):
            return
        arrow = _arrow_before(script, position)
        if arrow is not None:
            yield _arrow_function(script, arrow)
            position = tokens.pair.get(arrow - 1, arrow - 1)
            continue
        around = tokens.parent[position]
        if around == ROOT:
            return
        if tokens.word(around) == "{":
            before = around - 1
            if tokens.is_punctuation(before, "=>"):
                yield _arrow_function(script, before)
            elif tokens.is_punctuation(before, ")"):
                opened = tokens.pair.get(before, before)
                name = tokens.word(opened - 1) if tokens.kind(opened - 1) == WORD else ""
                if name and name not in CONDITIONS | {"switch", "catch"}:
                    yield name if name != "function" else "", opened - 1, parameters(script, opened)
        position = around


def _arrow_before(script: Script, position: int) -> int | None:
    """Return the arrow of the brace-less function whose body contains a token."""
    tokens, index = script.tokens, position - 1
    around = tokens.parent[position]
    for _ in range(MAX_TOKENS):
        script.work += 1
        if index in {-1, around} or tokens.is_punctuation(index, ",", ";"):
            return None
        if tokens.is_punctuation(index, "=>"):
            return index
        index = tokens.pair[index] - 1 if tokens.pair.get(index, index) < index else index - 1
    return None


def _arrow_function(script: Script, arrow: int) -> tuple[str, int, list[Parameter]]:
    """Return the name an arrow function is assigned to (if any), its token and the function's parameters."""
    tokens = script.tokens
    first = tokens.pair.get(arrow - 1, arrow - 1)
    names = parameters(script, first) if tokens.word(first) == "(" else [Parameter(tokens.word(first), 0)]
    before = first - 1
    if tokens.word(before) == "async":
        before -= 1
    return tokens.word(before - 1) if tokens.is_punctuation(before, "=", ":") else "", before - 1, names


def _calls_of(evaluator: Evaluator, script: Script, name: str, named_at: int) -> Iterator[int]:
    """Yield the opening bracket of each call that passes a constant; short names may mean many functions."""
    tokens = script.tokens
    if not script.uses:
        for index in range(len(tokens) - 2):
            if tokens.kinds[index] != WORD or not tokens.is_punctuation(index + 1, "("):
                continue
            passes = tokens.kind(index + 2) == STRING or tokens.word(index + 2) == "`"
            if (passes or tokens.kind(index + 4) == STRING) and tokens.word(index - 1) != "function":
                script.uses[tokens.word(index)].append(index + 1)
        script.uses[""] = []  # marks the index as built
    for opened in script.uses.get(name, ())[:MAX_CALL_SITES]:
        if evaluator.world.exhausted:
            return
        before = script.work
        definition = None if tokens.word(opened - 2) in {".", "?."} else script.visible(name, opened - 1)
        evaluator.world.steps += script.work - before
        if definition is None or (isinstance(definition, Definition) and definition.at == named_at):
            yield opened


def _first_arguments(evaluator: Evaluator, script: Script, opened: int, limit: int) -> list[Value]:
    """Return the first arguments of a call, up to a limit."""
    tokens, end, index = script.tokens, script.tokens.closing(opened), opened + 1
    found: list[Value] = []
    while index < end and len(found) < limit:
        found.append(evaluator.value(script, index))
        while index < end and not tokens.is_punctuation(index, ","):
            index = tokens.pair[index] + 1 if tokens.pair.get(index, -1) > index else index + 1
        index += 1
    return found
