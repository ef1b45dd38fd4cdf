"""Follows a requested address that is a parameter to the arguments of the function's callers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice

from smokegate.observation.javascript.evaluate import Evaluator
from smokegate.observation.javascript.function_places import body_of, body_start, enclosing_functions, occurrences
from smokegate.observation.javascript.functions import bind
from smokegate.observation.javascript.scopes import Definition, Script, parameters
from smokegate.observation.javascript.tokens import ROOT, STRING, WORD
from smokegate.observation.javascript.values import Unknown, Value, options_of
from smokegate.observation.model import DYNAMIC

MAX_CALLERS = 12
MAX_CALL_SITES = 200
"""Maximum call sites checked per function name: minified scripts reuse a name hundreds of times."""


def requested_values(evaluator: Evaluator, script: Script, at: int) -> Iterator[tuple[Value, bool]]:
    """Yield each requested value and whether it is the only one; parameters are resolved through the callers."""
    for value, alone in evaluator.possible_values(script, at):
        if isinstance(value, str) and value.strip(DYNAMIC) and not value.startswith(DYNAMIC):
            yield from _with_doubled_slash(evaluator, script, at, value) or [(value, alone)]
        elif isinstance(value, Unknown | str):
            found = [e for each in _values_from_callers(evaluator, script, at) for e in options_of(each)]
            yield from ((e, True) for e in found if isinstance(e, str) and e.strip(DYNAMIC) and e[0] != DYNAMIC)
        else:
            yield value, alone


def _with_doubled_slash(evaluator: Evaluator, script: Script, at: int, value: str) -> list[tuple[Value, bool]]:
    """Return what is requested if a base ends with a slash and the paths of the callers begin with one."""
    if not value.endswith("/" + DYNAMIC) or not _ends_in_parameter(script, at):
        return []
    found = _values_from_callers(evaluator, script, at)
    return [(each, True) for each in found if isinstance(each, str) and each.startswith(value.rstrip(DYNAMIC) + "/")]


def _ends_in_parameter(script: Script, at: int) -> bool:
    """Return whether an argument ends in a parameter of its function that is used nowhere else: no slash is removed."""
    tokens, around = script.tokens, script.tokens.parent[at]
    if around == ROOT:
        return False
    end = next(
        (e for e in range(at, tokens.closing(around)) if tokens.is_punctuation(e, ",") and tokens.parent[e] == around),
        0,
    )
    last = (end or tokens.closing(around)) - 1
    if tokens.word(last) == "`":  # `…/${path}`
        last -= 3
    if not tokens.is_punctuation(last - 1, "+", "${"):
        return False
    for first in enclosing_functions(script, last):
        if any(each.name == tokens.word(last) for each in parameters(script, first)):
            return list(occurrences(script, tokens.word(last), body_of(script, first))) == [last]
    return False


def _values_from_callers(evaluator: Evaluator, script: Script, at: int) -> Iterator[Value]:
    """Yield an expression's value for each constant that a caller of its function passes."""
    if evaluator.context.exhausted:
        return
    shadowed, before = set[str](), script.work
    functions = list(enclosing_functions(script, at))
    evaluator.context.steps += script.work - before
    for first in functions:
        names, named_at = parameters(script, first), _name_of(script, first)
        opened = [] if named_at is None else list(islice(_calls_of(evaluator, script, named_at), MAX_CALLERS))
        for each in opened:
            if evaluator.context.exhausted:
                return
            values = evaluator.items(*each, len(names))
            known = {k: v for k, v in bind(evaluator, names, values).items() if k not in shadowed}
            yield evaluator.value(script, at, known)
        if named_at is not None:
            return
        shadowed |= {each.name for each in names}  # shadowed by the inner function


def _name_of(script: Script, first: int) -> int | None:
    """Return the name's token of the function whose parameter list begins at a token, also of a method."""
    tokens, before = script.tokens, first - 1
    if tokens.is_punctuation(body_start(script, first) - 1, "=>"):
        before -= tokens.word(before) == "async"
        return before - 1 if tokens.is_punctuation(before, "=", ":") else None
    return before if tokens.kind(before) == WORD and tokens.word(before) not in {"function", "catch"} else None


def _calls_of(evaluator: Evaluator, script: Script, named_at: int) -> Iterator[tuple[Script, int]]:
    """Yield the opening bracket of each call that passes a constant; short names may mean many functions."""
    tokens, name = script.tokens, script.tokens.word(named_at)
    for opened in evaluator.once(_constant_calls, script).get(name, [])[:MAX_CALL_SITES]:
        if evaluator.context.exhausted:
            return
        is_member = tokens.word(opened - 2) in {".", "?."}
        definition = None if is_member else evaluator.context.visible(script, name, opened - 1)
        if definition is None or (isinstance(definition, Definition) and definition.at == named_at):
            yield script, opened
    for other, local in evaluator.once(_importers, script).get(name, ()):
        for opened in evaluator.once(_constant_calls, other).get(local, [])[:MAX_CALL_SITES]:
            if evaluator.context.visible(other, local, opened - 1) is None:
                yield other, opened


def _importers(evaluator: Evaluator, script: Script) -> dict[str, list[tuple[Script, str]]]:
    """Return a script's exported names → the scripts that import each, with its name there."""
    found, context = defaultdict[str, list[tuple[Script, str]]](list), evaluator.context
    for other in context.scripts.values():
        for local, imported in other.imports.items():
            if script.exports and context.module(other, imported.module) is script:
                found[script.exports.get(imported.name, "")].append((other, local))
    return found


def _constant_calls(_: Evaluator, script: Script) -> dict[str, list[int]]:
    """Return function name → the opening bracket of each call that passes a constant."""
    tokens, found = script.tokens, defaultdict[str, list[int]](list)
    for index in range(len(tokens) - 2):
        if tokens.kinds[index] != WORD or not tokens.is_punctuation(index + 1, "("):
            continue
        passes = tokens.kind(index + 2) == STRING or tokens.word(index + 2) == "`"
        if (passes or tokens.kind(index + 4) == STRING) and tokens.word(index - 1) != "function":
            found[tokens.word(index)].append(index + 1)
    return found
