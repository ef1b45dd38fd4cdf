"""Ends of expressions that are not evaluated: functions, classes, and those nested too deep."""

from __future__ import annotations

from smokegate.observation.javascript.scopes import MAX_TOKENS
from smokegate.observation.javascript.tokens import PUNCTUATION, Tokens
from smokegate.observation.javascript.world import World


def after_function(tokens: Tokens, index: int) -> int:
    """Return the token after a function or a class."""
    while index < len(tokens) and tokens.word(index) != "{":
        index = tokens.closing(index) + 1 if tokens.word(index) in {"(", "["} else index + 1
    return tokens.closing(index) + 1


def after_arrow(world: World, tokens: Tokens, index: int) -> int:
    """Return the token after an arrow function's body, given the body's first token."""
    return tokens.closing(index) + 1 if tokens.word(index) == "{" else skip(world, tokens, index)


def skip(world: World, tokens: Tokens, index: int) -> int:
    """Return the end of an unevaluated expression: the next comma or closing bracket."""
    first = index
    while index < len(tokens):
        if index - first > MAX_TOKENS:
            # Endless text: the rest is given up, so that it is not scanned repeatedly.
            world.steps += MAX_TOKENS
            return len(tokens)
        if tokens.kind(index) == PUNCTUATION:
            if tokens.word(index) in {",", ";", ")", "]", "}"}:
                break
            if tokens.pair.get(index, -1) > index:
                index = tokens.pair[index]
        index += 1
    world.steps += index - first
    return index
