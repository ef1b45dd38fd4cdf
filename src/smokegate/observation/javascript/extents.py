"""Where expressions end that are not read: functions, classes, and what is too deep."""

from __future__ import annotations

from smokegate.observation.javascript.scopes import FAR
from smokegate.observation.javascript.tokens import PUNCTUATION, Tokens
from smokegate.observation.javascript.world import World


def after_function(tokens: Tokens, index: int) -> int:
    """Return the token after a function or a class."""
    while index < len(tokens) and tokens.word(index) != "{":
        index = tokens.closing(index) + 1 if tokens.word(index) in {"(", "["} else index + 1
    return tokens.closing(index) + 1


def after_arrow(world: World, tokens: Tokens, index: int) -> int:
    """Return the token after the body of an arrow function, by where the body begins."""
    return tokens.closing(index) + 1 if tokens.word(index) == "{" else skip(world, tokens, index)


def skip(world: World, tokens: Tokens, index: int) -> int:
    """Return the end of an expression that is not read: the next comma or closing bracket."""
    first = index
    while index < len(tokens):
        if index - first > FAR:
            # Text that never ends: what follows it cannot be read, and is not looked through repeatedly.
            world.steps += FAR
            return len(tokens)
        if tokens.kind(index) == PUNCTUATION:
            if tokens.word(index) in {",", ";", ")", "]", "}"}:
                break
            if tokens.pair.get(index, -1) > index:
                index = tokens.pair[index]
        index += 1
    world.steps += index - first
    return index
