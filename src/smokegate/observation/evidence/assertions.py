"""Compares an answer with what is expected of it; used by readiness, smoke tests and diagnosis."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from smokegate.environment.answers import HeaderRule, StatusRule
from smokegate.environment.expectations import JsonExpectation, Rule
from smokegate.environment.model import Expectation, Health
from smokegate.environment.patterns import found
from smokegate.observation.evidence.self_report import crash, sick_words
from smokegate.observation.exchange import Answer

MISSING = object()
OPPOSITE = re.compile(r"(?:\b(?:not|non|no|never|isn't)[\s_-]+|\b(?:un|in|dis|non))$", re.IGNORECASE)
"""What turns a word into its opposite, in front of it: "unhealthy" and "not ready" are no "healthy" and "ready"."""
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
    wrong: list[Unmet] = []
    if not fits(promise.status, answer.status):
        onward = f" (redirects to {answer.redirects_to})" if answer.redirects_to else ""
        wrong.append(Unmet("status", spelt(promise.status), f"{answer.status}{onward}"))
    wrong.extend(unmet_json(promise.json_, answer))
    for name, rule in promise.headers.items():
        why = _unmet_header(name, rule, answer)
        if why is not None:
            actual = answer.headers.get(name)
            wrong.append(Unmet(f"header {name}", why, "no such header" if actual is None else repr(actual)))
    wrong.extend(unmet_text(promise, answer))
    died = None if wrong or promise.text_rules else crash(answer)
    if died is not None:
        wrong.append(Unmet("body", "no fatal error of the program", excerpt(died)))
    if isinstance(promise, Health) and not wrong:
        wrong.extend(Unmet(what, "a healthy status", repr(said)) for what, said in sick_words(promise, answer))
    return tuple(wrong)


def fits(wanted: StatusRule, status: int) -> bool:
    """Return whether a status is the wanted one, one of several, or of a class such as `2xx`."""
    several = wanted if isinstance(wanted, tuple) else (wanted,)
    return any(each == status or (isinstance(each, str) and each[0] == str(status)[0]) for each in several)


def spelt(wanted: StatusRule) -> str:
    """Return a wanted status in words."""
    return " or ".join(map(str, wanted)) if isinstance(wanted, tuple) else str(wanted)


def unmet_text(promise: Expectation, answer: Answer) -> Iterator[Unmet]:
    """Yield what the body's text does not keep."""
    text, rules = answer.body.text, promise.text_rules
    for why in filter(None, (_unmet_text(name, wanted, text) for name, wanted in rules)):
        yield Unmet("body", why, excerpt(text))


def _unmet_text(name: str, wanted: Any, text: str) -> str | None:
    if name == "equals":
        return None if text.strip() == wanted.strip() else (f"the text {wanted!r}" if wanted else "no text")
    if name == "contains":
        return contradicted(wanted, text)
    if name == "not_contains":
        return f"a text without {wanted!r}" if wanted in text else None
    return None if found(wanted, text) else f"a text in which {wanted!r} is found"


def contradicted(wanted: str, text: str) -> str | None:
    """Return what is wrong where a text does not contain the wanted one, or says its opposite each time."""
    places = [each.start() for each in re.finditer(re.escape(wanted), text)]
    if not places:
        return f"a text that contains {wanted!r}"
    opposites = [OPPOSITE.search(text[max(0, at - 8) : at]) for at in places]
    first = opposites[0]
    if not wanted[:1].isalpha() or first is None or not all(opposites):
        return None
    return f"a text that contains {wanted!r}, and not only its opposite {first[0] + wanted!r}"


def _unmet_header(name: str, rule: str | HeaderRule, answer: Answer) -> str | None:
    actual = answer.headers.get(name)
    if isinstance(rule, str):
        return None if actual is not None and _same_header(name, rule, actual, answer) else repr(rule)
    if rule.present is not None:
        return None if rule.present is (actual is not None) else ("a value" if rule.present else "no such header")
    if actual is None:
        return "a value"
    for key, wanted in rule.given:
        if key == "one_of":
            why = None if any(_same_header(name, each, actual, answer) for each in wanted) else f"one of {wanted!r}"
        elif key == "equals" and _same_header(name, wanted, actual, answer):
            why = None
        else:
            why = _unmet_text(key, wanted, actual)
        if why is not None:
            return why
    return None


def _same_header(name: str, wanted: str, actual: str, answer: Answer) -> bool:
    """Compare header values: a media type without parameters fits any, a path fits the same place in full."""
    if actual == wanted:
        return True
    if name.lower() == "content-type" and ";" not in wanted:
        return actual.partition(";")[0].strip().lower() == wanted.strip().lower()
    return (
        name.lower() == "location" and bool(answer.url) and urljoin(answer.url, wanted) == urljoin(answer.url, actual)
    )


def unmet_json(promises: tuple[JsonExpectation, ...], answer: Answer) -> tuple[Unmet, ...]:
    """Return the JSON promises that the body does not keep; a body that is no JSON keeps none."""
    if not promises:
        return ()
    if not answer.body.is_json:
        kind = answer.headers.get("content-type", "no content type")
        return (Unmet("json", "a JSON body", f"{kind}: {excerpt(answer.body.text)}"),)
    wrong = []
    for promise in promises:
        value = lookup(answer.body.json, promise.path)
        why = broken(promise.rule, value)
        if why is not None:
            actual = "no such key" if value is MISSING else repr(value)
            if value is MISSING and lookup(answer.body.json, tuple(promise.key.split("."))) is not MISSING:
                why += f" (there is no key of that name; without quotes, {promise.key} is a path of keys, and is there)"
            wrong.append(Unmet(f"json {promise.key}".rstrip(), why, actual))
    return tuple(wrong)


def lookup(value: Any, path: tuple[str, ...]) -> Any:
    """Return the value at a path of keys, or `MISSING`."""
    for key in path:
        if isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return MISSING
    return value


def broken(rule: Rule, value: Any) -> str | None:
    """Return what the rule wanted, if the value does not keep it."""
    given = {name: getattr(rule, name) for name in rule.model_fields_set}
    if "present" in given and given["present"] is (value is MISSING):
        return "the key to be there" if given["present"] else "no such key"
    for name, wanted in given.items():
        if name in {"every", "any"}:
            why = _of_items(name, wanted, value)
            if why is not None:
                return why
        elif name != "present" and (value is MISSING or not CHECKS[name](value, wanted)):
            return f"{WORDS[name]} {wanted!r}".strip()
    return None


def _of_items(name: str, wanted: tuple[JsonExpectation, ...], value: Any) -> str | None:
    """Return what the items of an array do not keep."""
    if not isinstance(value, list) or not value:
        return "an array with items"
    wrong = [(index, why) for index, each in enumerate(value) if (why := _unlike(wanted, each)) is not None]
    if name == "any":
        return None if len(wrong) < len(value) else f"an item with {_spelt_items(wanted)}"
    return f"in every item {wrong[0][1]} (not in item {wrong[0][0]})" if wrong else None


def _unlike(wanted: tuple[JsonExpectation, ...], item: Any) -> str | None:
    for each in wanted:
        why = broken(each.rule, lookup(item, each.path))
        if why is not None:
            return f"{each.key} {why}".strip()
    return None


def _spelt_items(wanted: tuple[JsonExpectation, ...]) -> str:
    return " and ".join(f"{each.key} {broken(each.rule, MISSING)}".strip() for each in wanted)


def includes(value: Any, wanted: Any) -> bool:
    """Return whether a string or an array contains something; an object of an array may have further keys."""
    if isinstance(value, str):
        return isinstance(wanted, str) and wanted in value
    return isinstance(value, list) and any(_covers(each, wanted) for each in value)


def _covers(item: Any, wanted: Any) -> bool:
    if isinstance(item, dict) and isinstance(wanted, dict):
        return all(key in item and _covers(item[key], each) for key, each in wanted.items())
    return same(item, wanted)


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


CHECKS = {
    "equals": same,
    "one_of": lambda value, wanted: any(same(value, each) for each in wanted),
    "not_one_of": lambda value, wanted: not any(same(value, each) for each in wanted),
    "at_least": lambda value, wanted: _number(value) and value >= wanted,
    "at_most": lambda value, wanted: _number(value) and value <= wanted,
    "matches": lambda value, wanted: isinstance(value, str) and found(wanted, value) is not None,
    "contains": includes,
    "not_contains": lambda value, wanted: isinstance(value, str | list) and not includes(value, wanted),
    "min_items": lambda value, wanted: isinstance(value, list) and len(value) >= wanted,
    "max_items": lambda value, wanted: isinstance(value, list) and len(value) <= wanted,
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
    "not_contains": "something that does not contain",
    "min_items": "an array with at least this many items:",
    "max_items": "an array with at most this many items:",
    "type": "the type",
}


def excerpt(text: str, limit: int = 120) -> str:
    """Return the beginning of a text on one line."""
    line = " ".join(text.lstrip()[: 20 * limit].split())
    return repr(line if len(line) <= limit else line[: limit - 1] + "…") if line else "an empty body"
