"""What a client without an address calls, where only its library's source shows that it requires one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.knowledge.clients import Client, clients
from smokegate.observation.javascript.function_places import after_function
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import WORD

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

MAX_PARTS, MAX_TEXT, MAX_TOKENS = 12, 20_000, 1500
"""Limits: functions and classes per client, characters of each, and tokens read of each."""


def without_address(evaluator: Evaluator, script: Script, opened: int, option: str = "") -> str | None:
    """Return what the client created at an opening bracket calls if its first argument, or an option, is undefined.

    None if it is not a known client.
    """
    present = evaluator.once(present_clients)  # none on most pages
    candidates = [each for each in present if each.option == option]
    place = _called_place(evaluator, script, opened) if candidates else None
    source = evaluator.once(_source, *place) if place else ""
    return next((each.calls for each in candidates if each.is_in(source)), None)


def present_clients(evaluator: Evaluator) -> list[Client]:
    """Return the known clients in the page's scripts."""
    texts = [each.tokens.text for each in evaluator.context.scripts.values()]
    return [each for each in clients() if any(map(each.is_in, texts))]


def iife_function(script: Script, opened: int) -> int | None:
    """Return the start of an IIFE: `(e => …)(void 0)`, `function(e){…}(void 0)`."""
    tokens, last = script.tokens, opened - 1
    if tokens.is_punctuation(last, ")"):
        return tokens.pair[last] + 1 if last in tokens.pair else None
    first = tokens.pair.get(tokens.pair.get(last, last) - 1, last) - 1
    if not tokens.is_punctuation(last, "}") or tokens.word(first) != "function":
        return None
    return first - (tokens.word(first - 1) == "async")


def _called_place(evaluator: Evaluator, script: Script, opened: int) -> tuple[Script, int] | None:
    """Return where the called function or class is defined."""
    at = iife_function(script, opened)
    return (script, at) if at is not None else next(evaluator.context.functions_named(script, opened - 1), None)


def _source(evaluator: Evaluator, script: Script, value: int) -> str:
    """Return the source of a function or class, with that of its parts."""
    parts = [(script, value)]
    for place in parts:  # grows while iterating
        for each in _parts(evaluator, *place):
            if len(parts) < MAX_PARTS and each not in parts:
                parts.append(each)
    texts = [_text(evaluator, *each) for each in parts]
    evaluator.context.steps += sum(map(len, texts)) // 100
    return "\n".join(texts)


def _text(evaluator: Evaluator, script: Script, value: int) -> str:
    tokens = script.tokens
    first = tokens.starts[value]
    return tokens.text[first : min(tokens.ends[_extent(evaluator, script, value).stop - 1], first + MAX_TEXT)]


def _extent(evaluator: Evaluator, script: Script, value: int) -> range:
    tokens, declared = script.tokens, script.tokens.word(value) in {"class", "function"}
    after = after_function(tokens, value) if declared else evaluator.context.skip(tokens, value)
    return range(value, max(value + 1, min(after, value + MAX_TOKENS, len(tokens))))


def _parts(evaluator: Evaluator, script: Script, value: int) -> Iterator[tuple[Script, int]]:
    """Yield the definitions of the functions and classes that one calls, instantiates or extends."""
    tokens = script.tokens
    for at in _extent(evaluator, script, value):
        evaluator.context.steps += 1
        if tokens.kinds[at] != WORD or tokens.word(at - 1) in {".", "?.", "function"} or evaluator.context.exhausted:
            continue
        if tokens.is_punctuation(at + 1, "(") or tokens.word(at - 1) == "extends":
            yield from evaluator.context.functions_named(script, at)
