"""What a client calls that is given no address, where only its library's source shows that it wants one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.knowledge.clients import Client, clients
from smokegate.observation.javascript.extents import after_function, skip
from smokegate.observation.javascript.refusing import places_of
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import WORD

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

MOST_PARTS, MOST_TEXT, MOST_TOKENS = 12, 20_000, 1500
"""So many functions and classes make up a client, each with so many characters, of which so many tokens are read."""


def without_address(evaluator: Evaluator, script: Script, opened: int, option: str = "") -> str | None:
    """Return what is called by what is given nothing: as the first argument, or under an option of it.

    None where it is no client that is known.

    Args:
        evaluator: knows the page.
        script: where it is called.
        opened: the opening bracket of the call.
        option: the option that is nothing.
    """
    wanted = [each for each in _present(evaluator) if each.option == option]
    source = _source(evaluator, script, opened) if wanted else ""
    return next((each.calls for each in wanted if each.is_in(source)), None)


def _present(evaluator: Evaluator) -> list[Client]:
    """Return the clients that some script of the page holds: of most pages there are none."""
    if evaluator.clients is None:
        texts = [each.tokens.text for each in evaluator.world.scripts.values()]
        evaluator.clients = [each for each in clients() if any(map(each.is_in, texts))]
    return evaluator.clients


def called_in_place(script: Script, opened: int) -> int | None:
    """Return where a function begins that is called where it stands: `(e => …)(void 0)`, `function(e){…}(void 0)`."""
    tokens, last = script.tokens, opened - 1
    if tokens.is_punctuation(last, ")"):
        return tokens.pair[last] + 1 if last in tokens.pair else None
    first = tokens.pair.get(tokens.pair.get(last, last) - 1, last) - 1
    if not tokens.is_punctuation(last, "}") or tokens.word(first) != "function":
        return None
    return first - (tokens.word(first - 1) == "async")


def _source(evaluator: Evaluator, script: Script, opened: int) -> str:
    """Return the source of what is called, and of what that is made of."""
    at = called_in_place(script, opened)
    parts = [(script, at)] if at is not None else list(places_of(evaluator, script, opened - 1))
    key = parts[0] if parts else (script, -1)
    if key not in evaluator.sources:
        for module, value in parts:  # which grows
            for each in _parts(evaluator, module, value):
                if len(parts) < MOST_PARTS and each not in parts:
                    parts.append(each)
        texts = [_text(evaluator, *each) for each in parts]
        evaluator.world.steps += sum(map(len, texts)) // 100
        evaluator.sources[key] = "\n".join(texts)
    return evaluator.sources[key]


def _text(evaluator: Evaluator, script: Script, value: int) -> str:
    tokens = script.tokens
    first = tokens.starts[value]
    return tokens.text[first : min(tokens.ends[_extent(evaluator, script, value).stop - 1], first + MOST_TEXT)]


def _extent(evaluator: Evaluator, script: Script, value: int) -> range:
    tokens, declared = script.tokens, script.tokens.word(value) in {"class", "function"}
    after = after_function(tokens, value) if declared else skip(evaluator.world, tokens, value)
    return range(value, max(value + 1, min(after, value + MOST_TOKENS, len(tokens))))


def _parts(evaluator: Evaluator, script: Script, value: int) -> Iterator[tuple[Script, int]]:
    """Yield where the functions and classes are defined that one calls, makes an object of, or extends."""
    tokens = script.tokens
    for at in _extent(evaluator, script, value):
        evaluator.world.steps += 1
        if tokens.kinds[at] != WORD or tokens.word(at - 1) in {".", "?.", "function"} or evaluator.world.exhausted:
            continue
        if tokens.is_punctuation(at + 1, "(") or tokens.word(at - 1) == "extends":
            yield from places_of(evaluator, script, at)
