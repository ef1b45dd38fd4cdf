"""Compares an answer with what was promised of it; used by readiness, smoke tests and diagnosis."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from smokegate.environment.expectations import JsonExpectation, Rule
from smokegate.environment.model import Expectation
from smokegate.observation.model import Answer

MISSING = object()
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


@dataclass(frozen=True)
class Unmet:
    """One promise that an answer does not keep."""

    what: str
    """`status`, `json status`, `header content-type`, `body`."""
    expected: str
    actual: str

    def __str__(self) -> str:
        return f"{self.what}: expected {self.expected}, got {self.actual}"


def unmet(promise: Expectation, answer: Answer) -> tuple[Unmet, ...]:
    """Return everything that the answer does not keep of the promise, the status first."""
    found: list[Unmet] = []
    if answer.status != promise.status:
        onward = f" (redirects to {answer.redirects_to})" if answer.redirects_to else ""
        found.append(Unmet("status", str(promise.status), f"{answer.status}{onward}"))
    found.extend(unmet_json(promise.json_, answer))
    for name, value in promise.headers.items():
        actual = answer.headers.get(name)
        if actual != value:
            found.append(Unmet(f"header {name}", repr(value), "no such header" if actual is None else repr(actual)))
    if promise.contains is not None and promise.contains not in answer.body.text:
        found.append(Unmet("body", f"a text that contains {promise.contains!r}", excerpt(answer.body.text)))
    return tuple(found)


def unmet_json(promises: tuple[JsonExpectation, ...], answer: Answer) -> tuple[Unmet, ...]:
    """Return the JSON promises that the body does not keep; a body that is no JSON keeps none."""
    if not promises:
        return ()
    if not answer.body.is_json:
        kind = answer.headers.get("content-type", "no content type")
        return (Unmet("json", "a JSON body", f"{kind}: {excerpt(answer.body.text)}"),)
    found = []
    for promise in promises:
        value = lookup(answer.body.json, promise.path)
        why = broken(promise.rule, value)
        if why is not None:
            actual = "no such key" if value is MISSING else repr(value)
            found.append(Unmet(f"json {promise.key}", why, actual))
    return tuple(found)


def lookup(value: Any, path: tuple[str, ...]) -> Any:
    """Return the value at a path of keys, or `MISSING`."""
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return MISSING
        value = value[key]
    return value


def broken(rule: Rule, value: Any) -> str | None:
    """Return what the rule wanted, if the value does not keep it."""
    given = {name: getattr(rule, name) for name in rule.model_fields_set}
    if "present" in given and given["present"] is (value is MISSING):
        return "the key to be there" if given["present"] else "no such key"
    for name, wanted in given.items():
        if name != "present" and (value is MISSING or not CHECKS[name](value, wanted)):
            return f"{WORDS[name]} {wanted!r}".strip()
    return None


def same(value: Any, wanted: Any) -> bool:
    """Compare as JSON does: `true` is not 1."""
    return (
        type(value) is type(wanted) and value == wanted
        if isinstance(value, bool | str) or isinstance(wanted, bool | str)
        else value == wanted
    )


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _typed(value: Any, wanted: str) -> bool:
    return isinstance(value, JSON_TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted in value
    return isinstance(value, list) and any(same(each, wanted) for each in value)


CHECKS = {
    "equals": same,
    "one_of": lambda value, wanted: any(same(value, each) for each in wanted),
    "not_one_of": lambda value, wanted: not any(same(value, each) for each in wanted),
    "at_least": lambda value, wanted: _number(value) and value >= wanted,
    "at_most": lambda value, wanted: _number(value) and value <= wanted,
    "matches": lambda value, wanted: isinstance(value, str) and re.search(wanted, value) is not None,
    "contains": _contains,
    "type": _typed,
}
WORDS = {
    "equals": "",
    "one_of": "one of",
    "not_one_of": "none of",
    "at_least": "at least",
    "at_most": "at most",
    "matches": "a match of",
    "contains": "something that contains",
    "type": "the type",
}


def excerpt(text: str, limit: int = 120) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.split())
    return repr(line if len(line) <= limit else line[: limit - 1] + "…") if line else "an empty body"
