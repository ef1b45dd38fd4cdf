"""Evaluates calls on known values: `"".concat(a, b)`, `new URL(path, base)`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from smokegate.observation.javascript.definitions import script_of
from smokegate.observation.javascript.functions import return_value
from smokegate.observation.javascript.members import of_element
from smokegate.observation.javascript.tokenizer import tokens_of
from smokegate.observation.javascript.values import (
    MAX_LENGTH,
    UNKNOWN,
    Choice,
    Element,
    Literal,
    Undefined,
    Unknown,
    Value,
    choice,
    joined,
    options_of,
    text_of,
)
from smokegate.observation.model import DYNAMIC

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

THROUGH = frozenset({"freeze", "seal", "String", "encodeURI", "Object", "trim", "toString", "valueOf", "then", "unref"})
"""Calls that return their argument or receiver."""
MAX_INSERT = 256
"""Maximum characters per replacement."""

PLAIN = re.compile(r"/(?!(?:[^+*]*[+*]){3})(?P<what>\^?(?:(?:\\[/.dw]|\[[/\w-]+\]|[\w:/])[+*?]?){1,9}\$?)/(?P<all>g?)")
"""A short regular expression without groups and with at most two repetitions, which Python reads identically."""


def url(values: list[Value]) -> Value:
    """Return the result of `new URL(address, base)`."""
    if not values:
        return UNKNOWN
    first, base = text_of(values[0]), text_of(values[1]) if len(values) > 1 else ""
    if isinstance(values[0], Choice) or (len(values) > 1 and isinstance(values[1], Choice)):
        firsts = options_of(values[0])
        bases = options_of(values[1]) if len(values) > 1 else (None,)
        return choice(*(url([one] if other is None else [one, other]) for one in firsts for other in bases))
    if "://" in first or not base:
        return first
    if not base.startswith(("http://", "https://", "ws://", "wss://")):
        return UNKNOWN if DYNAMIC in base else joined(base.rstrip("/") + "/", first.lstrip("/"))
    try:
        return urljoin(base, first)
    except ValueError:
        return UNKNOWN


def call(evaluator: Evaluator, value: Value, receiver: tuple[Value, str] | None, values: list[Value]) -> Value:
    """Return a call's result."""
    first = values[0] if values else UNKNOWN
    if receiver is None:
        if isinstance(value, Literal):
            return return_value(evaluator, value, values)
        return first if isinstance(value, Unknown) and value.path[-1:] and value.path[-1] in THROUGH else UNKNOWN
    parses = receiver == (Unknown(("JSON",)), "parse")
    if parses and isinstance(first, str) and first[:1] == "{" and DYNAMIC not in first:
        return Literal(script_of("", tokens_of(first)), 0)
    return _method(evaluator, value, receiver, values)


def _method(evaluator: Evaluator, value: Value, receiver: tuple[Value, str], values: list[Value]) -> Value:
    (target, name), first = receiver, values[0] if values else UNKNOWN
    if name in {"querySelector", "getElementById"} and isinstance(first, str):
        return evaluator.context.element(first if name == "querySelector" else f"#{first}")
    if isinstance(target, Element):
        return of_element(target, first) if name == "getAttribute" and isinstance(first, str) else UNKNOWN
    if isinstance(target, Literal) and name == "get" and target.script.tokens.word(target.at) == "[":
        return _of_map(evaluator, target, first)
    if isinstance(target, Literal) and name in {"includes", "join", "filter"}:
        return _of_list(evaluator, target, name, first)
    if isinstance(target, str | Choice | Undefined) and name in {"concat", "replace", "replaceAll", "trim", "toString"}:
        return _of_text(target, name, values)
    if isinstance(target, str) and DYNAMIC not in target and isinstance(first, str) and DYNAMIC not in first:
        tests = {
            "startsWith": target.startswith(first),
            "endsWith": target.endswith(first),
            "includes": first in target,
        }
        if name in tests:
            return tests[name]
    if isinstance(value, Literal):
        return return_value(evaluator, value, values)
    if name == "assign" and values:
        last = values[-1]
        return last if isinstance(last, Literal) else choice(first, last) if isinstance(last, Unknown) else first
    return first if name in THROUGH and values and isinstance(target, Unknown) else UNKNOWN


def _of_map(evaluator: Evaluator, target: Literal, key: Value) -> Value:
    """Return the value that `new Map([[key, value], …])` has under a key that is not set later."""
    entries = [each for each in evaluator.items(target.script, target.at) if isinstance(each, Literal)]
    pairs = [evaluator.items(each.script, each.at) for each in entries]
    later = re.search(rf"\.set\(\s*[\"'`]{re.escape(text_of(key))}[\"'`]", target.script.tokens.text)
    return UNKNOWN if later else next((each[1] for each in pairs if len(each) > 1 and each[0] == key), UNKNOWN)


def _of_list(evaluator: Evaluator, target: Literal, name: str, first: Value) -> Value:
    values = evaluator.items(target.script, target.at)
    if name == "includes":
        known = isinstance(first, str) and all(isinstance(each, str) for each in values)
        return first in values if known else UNKNOWN
    if name == "filter":
        return target
    found: Value = ""
    for number, each in enumerate(values):
        found = joined(joined(found, text_of(first) if number else ""), each)
    return found


def _of_text(target: Value, name: str, values: list[Value]) -> Value:
    if name == "concat":
        found = target
        for each in values:
            found = joined(found, each)
        return found
    if name in {"trim", "toString"}:
        return target
    pattern, replacement = values[0] if values else UNKNOWN, text_of(values[1]) if len(values) > 1 else DYNAMIC
    if isinstance(pattern, Unknown) and pattern.path[:1] == ("regex",) and (plain := PLAIN.fullmatch(pattern.path[1])):
        limit = 0 if plain["all"] else 1
        return choice(
            *(re.sub(plain["what"], lambda _: replacement, text_of(each), count=limit) for each in options_of(target))
        )
    if isinstance(pattern, Unknown) and pattern.path[:1] == ("regex",) and r"\/" in pattern.path[1]:
        return choice(
            *(_with_slashes_repaired(text_of(each), pattern.path[1], replacement) for each in options_of(target))
        )
    if isinstance(pattern, str) and pattern and DYNAMIC not in pattern:
        texts = (text_of(each)[:MAX_LENGTH].replace(pattern, replacement[:MAX_INSERT]) for each in options_of(target))
        return choice(*(each[:MAX_LENGTH] for each in texts))
    return choice(*options_of(target))


def _with_slashes_repaired(text: str, pattern: str, replacement: str) -> str:
    """Return what a regular expression about slashes leaves of a text that has doubled or outer ones."""
    if pattern.endswith(("$/", "$/g")):
        return text.rstrip("/") + replacement
    return replacement + text.lstrip("/") if pattern.startswith("/^") else re.sub("(?<!:)//+", "/", text)
