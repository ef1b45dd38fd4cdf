"""What a client without an address calls, where only its library's source shows that it requires one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.knowledge.clients import Client, clients
from smokegate.observation.javascript.extents import after_function, skip
from smokegate.observation.javascript.refusing import definitions_of
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import WORD

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

MAX_PARTS, MAX_TEXT, MAX_TOKENS = 12, 20_000, 1500
"""Limits: functions and classes per client, characters of each, and tokens read of each."""


def without_address(evaluator: Evaluator, script: Script, opened: int, option: str = "") -> str | None:
    """Return what a client calls if its first argument, or an option of it, is undefined.

    None if it is not a known client.

    Args:
        evaluator: folds the page's scripts.
        script: contains the call.
        opened: the opening bracket of the call.
        option: the undefined option.
    """
    candidates = [each for each in _present_clients(evaluator) if each.option == option]
    source = _source(evaluator, script, opened) if candidates else ""
    return next((each.calls for each in candidates if each.is_in(source)), None)


def _present_clients(evaluator: Evaluator) -> list[Client]:
    """Return the known clients in the page's scripts; most pages have none."""
    if evaluator.clients is None:
        texts = [each.tokens.text for each in evaluator.world.scripts.values()]
        evaluator.clients = [each for each in clients() if any(map(each.is_in, texts))]
    return evaluator.clients


def iife_function(script: Script, opened: int) -> int | None:
    """Return the start of an IIFE: `(e => …)(void 0)`, `function(e){…}(void 0)`."""
    tokens, last = script.tokens, opened - 1
    if tokens.is_punctuation(last, ")"):
        return tokens.pair[last] + 1 if last in tokens.pair else None
    first = tokens.pair.get(tokens.pair.get(last, last) - 1, last) - 1
    if not tokens.is_punctuation(last, "}") or tokens.word(first) != "function":
        return None
    return first - (tokens.word(first - 1) == "async")


def _source(evaluator: Evaluator, script: Script, opened: int) -> str:
    """Return the source of the called function or class, with that of its parts."""
    at = iife_function(script, opened)
    parts = [(script, at)] if at is not None else list(definitions_of(evaluator, script, opened - 1))
    key = parts[0] if parts else (script, -1)
    if key not in evaluator.sources:
        for module, value in parts:  # grows while iterating
            for each in _parts(evaluator, module, value):
                if len(parts) < MAX_PARTS and each not in parts:
                    parts.append(each)
        texts = [_text(evaluator, *each) for each in parts]
        evaluator.world.steps += sum(map(len, texts)) // 100
        evaluator.sources[key] = "\n".join(texts)
    return evaluator.sources[key]


def _text(evaluator: Evaluator, script: Script, value: int) -> str:
    tokens = script.tokens
    first = tokens.starts[value]
    return tokens.text[first : min(tokens.ends[_extent(evaluator, script, value).stop - 1], first + MAX_TEXT)]


def _extent(evaluator: Evaluator, script: Script, value: int) -> range:
    tokens, declared = script.tokens, script.tokens.word(value) in {"class", "function"}
    after = after_function(tokens, value) if declared else skip(evaluator.world, tokens, value)
    return range(value, max(value + 1, min(after, value + MAX_TOKENS, len(tokens))))


def _parts(evaluator: Evaluator, script: Script, value: int) -> Iterator[tuple[Script, int]]:
    """Yield the definitions of the functions and classes that one calls, instantiates or extends."""
    tokens = script.tokens
    for at in _extent(evaluator, script, value):
        evaluator.world.steps += 1
        if tokens.kinds[at] != WORD or tokens.word(at - 1) in {".", "?.", "function"} or evaluator.world.exhausted:
            continue
        if tokens.is_punctuation(at + 1, "(") or tokens.word(at - 1) == "extends":
            yield from definitions_of(evaluator, script, at)
