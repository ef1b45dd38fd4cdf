"""Breaks values so that a promise about them does not hold: another value, none, another type."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from smokegate.environment.expectations import JsonExpectation, Rule
from smokegate.observation.evidence.json_rules import MISSING, broken, lookup

STRANGE = "smokegate-broke-this"


def breakers(promise: JsonExpectation, body: Any) -> Iterator[tuple[str, Any]]:
    """Yield what can be said instead of a body so that a promise is broken: how, and the body.

    At most two: another value, and none at all. Nothing where no value breaks the promise.
    """
    value = lookup(body, promise.path)
    for other in _others(promise.rule, value):
        if broken(promise.rule, other) is not None:
            yield f"{promise.key} is {other!r}", put(body, promise.path, other)
            break
    if value is not MISSING and broken(promise.rule, MISSING) is not None:
        yield f"{promise.key} is not there", put(body, promise.path, MISSING)


def _others(rule: Rule, value: Any) -> Iterator[Any]:
    """Yield values near the good one, which find a check that is too loose; stranger ones after them."""
    if isinstance(value, bool):
        yield not value
    if isinstance(value, str):
        yield from (f"{value}-{STRANGE}", STRANGE, "")
    if rule.not_one_of:
        yield from rule.not_one_of
    if rule.at_least is not None:
        yield rule.at_least - 1
    if rule.at_most is not None:
        yield rule.at_most + 1
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield value + 1
    yield from (STRANGE, -1, None, [], {}, True)


def put(body: Any, path: tuple[str, ...], value: Any) -> Any:
    """Return a copy of a JSON body with another value at a path, or without it."""
    whole = deepcopy(body) if isinstance(body, dict) else {}
    here = whole
    for key in path[:-1]:
        if not isinstance(here.get(key), dict):
            here[key] = {}
        here = here[key]
    if value is MISSING:
        here.pop(path[-1], None)
    else:
        here[path[-1]] = value
    return whole
