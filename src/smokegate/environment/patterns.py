"""Patterns over text that a server sent: only those whose search takes bounded time.

Python's `re` backtracks. How long that can take follows from the open-ended repeats of a pattern that compete for
the same characters: none, and a search is linear; one, and it is quadratic, for which the text is cut; more, or one
inside another, and the pattern is refused when the file is loaded.
"""

from __future__ import annotations

import re
from functools import cache
from math import inf, log10
from typing import Any

from smokegate.environment.errors import InvalidValueError
from smokegate.environment.wording import describe

WINDOW = 14_000
"""Characters in which a pattern with one competing repeat is searched: some 10^8 steps at the very worst."""
COST_LIMIT = 8.4
"""Logarithm of the steps that a search in a text of the window's length may take."""
CHARACTERS = frozenset(map(chr, range(128)))


def checked(pattern: str) -> str:
    """Return the pattern if it is one and its search takes bounded time."""
    try:
        re.compile(pattern)
        items = _items(pattern)
        anchored = bool(items) and str(items[0][0]) == "AT" and "BEGINNING" in str(items[0][1])
        cost = _cost(items) + (0.0 if anchored else log10(WINDOW))
    except (re.error, RecursionError, OverflowError, Warning) as error:
        raise InvalidValueError("matches to be a regular expression", found=f"{describe(pattern)} ({error})") from None
    if cost > COST_LIMIT:
        wanted = "a pattern that cannot take long: fewer open repeats such as .*, or one that begins with ^"
        raise InvalidValueError(wanted, found=describe(pattern))
    return pattern


@cache
def _compiled(pattern: str) -> tuple[re.Pattern[str], int | None]:
    return re.compile(pattern), WINDOW if "REPEAT" in str(_items(pattern)) else None


def found(pattern: str, text: str) -> re.Match[str] | None:
    """Return where a checked pattern is found in a text, within its window."""
    compiled, window = _compiled(pattern)
    return compiled.search(text if window is None else text[:window])


def _items(pattern: str) -> list[Any]:
    parsed: Any = re._parser.parse(pattern)  # type: ignore[attr-defined]  # noqa: SLF001 -- the parser of `re` itself
    return list(parsed)


def _cost(items: list[Any], then: list[Any] | None = None) -> float:
    """Return the logarithm of the ways in which items can share a text; `then` is what follows them."""
    total = 0.0
    for index, (code, value) in enumerate(items):
        after = [*items[index + 1 :], *(then or [])]
        name = str(code)
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            total += _repeat(value[0], value[1], value[2], after)
        elif name == "SUBPATTERN":
            total += _cost(list(value[3]), after)
        elif name == "BRANCH":
            total += max(_cost(list(each), after) for each in value[1]) + log10(len(value[1]))
        elif name in {"ASSERT", "ASSERT_NOT"}:
            total += _cost(list(value[1]), after)
        elif name == "ATOMIC_GROUP":
            total += _cost(list(value), after)
        elif name in {"GROUPREF", "GROUPREF_EXISTS"}:
            total += log10(WINDOW)
    return total


def _repeat(least: Any, most: Any, body: Any, after: list[Any]) -> float:
    inner = list(body)
    if int(most) > 1 and _cost(inner, inner[:1]):
        return inf  # a repeat of what can be read in several ways
    if int(least) == int(most) or _apart(inner, after):
        return 0.0
    return log10(min(int(most), WINDOW) + 1)


def _apart(body: list[Any], after: list[Any]) -> bool:
    """Return whether what follows a repeat can take none of its characters, so that there is one way to share them."""
    if not after:
        return True  # the repeat ends the pattern: what it took is a match
    one, other = _set(body), _set(after[:1])
    return one is not None and other is not None and not one & other


def _set(items: list[Any]) -> frozenset[str] | None:
    """Return the characters that a single item matches, of ASCII and its own; None where it is no single character."""
    if len(items) != 1 or str(items[0][0]) not in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
        return None
    code, value = str(items[0][0]), items[0][1]
    if code == "ANY":
        return CHARACTERS  # with the line break, which it takes where a flag says so
    own = {chr(each) for kind, each in (value if code == "IN" else items) if str(kind) == "LITERAL"}
    one = re._compiler.compile(re._parser.SubPattern(re._parser.State(), items))  # type: ignore[attr-defined]  # noqa: SLF001 -- see `_items`
    return frozenset(filter(one.fullmatch, CHARACTERS | own))
