"""What calls of known values are: `"".concat(a, b)`, `new URL(path, base)`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from smokegate.observation.javascript.definitions import script_of
from smokegate.observation.javascript.functions import returned
from smokegate.observation.javascript.literals import items
from smokegate.observation.javascript.members import of_element
from smokegate.observation.javascript.tokenizer import tokens_of
from smokegate.observation.javascript.values import (
    LONGEST,
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
from smokegate.observation.model import HOLE

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

THROUGH = frozenset({"freeze", "seal", "String", "encodeURI", "Object", "trim", "toString", "valueOf", "then", "unref"})
"""Calls whose value is that of their argument, or of what they are called on."""
LONGEST_NEW = 256
"""Characters that a replacement puts in, at each of its places."""

PLAIN = re.compile(r"/(?!(?:[^+*]*[+*]){3})(?P<what>\^?(?:(?:\\[/.dw]|\[[/\w-]+\]|[\w:/])[+*]?){1,9}\$?)/(?P<all>g?)")
"""A short regular expression without groups and with two repetitions at most: in Python it means the same."""


def url(values: list[Value]) -> Value:
    """Return what `new URL(address, base)` is."""
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
        return UNKNOWN if HOLE in base else joined(base.rstrip("/") + "/", first.lstrip("/"))
    try:
        return urljoin(base, first)
    except ValueError:
        return UNKNOWN


def call(evaluator: Evaluator, value: Value, receiver: tuple[Value, str] | None, values: list[Value]) -> Value:
    """Return what a call gives."""
    first = values[0] if values else UNKNOWN
    if receiver is None:
        if isinstance(value, Literal):
            return returned(evaluator, value, values)
        return first if isinstance(value, Unknown) and value.path[-1:] and value.path[-1] in THROUGH else UNKNOWN
    if receiver == (Unknown(("JSON",)), "parse") and isinstance(first, str) and first[:1] == "{" and HOLE not in first:
        return Literal(script_of("", tokens_of(first)), 0)
    return _method(evaluator, value, receiver, values)


def _method(evaluator: Evaluator, value: Value, receiver: tuple[Value, str], values: list[Value]) -> Value:
    """Return what a method of a known or unknown value gives."""
    (target, name), first = receiver, values[0] if values else UNKNOWN
    if name in {"querySelector", "getElementById"} and isinstance(first, str):
        return evaluator.world.element(first if name == "querySelector" else f"#{first}")
    if isinstance(target, Element):
        return of_element(target, first) if name == "getAttribute" and isinstance(first, str) else UNKNOWN
    if isinstance(target, Literal) and name == "get" and target.script.tokens.word(target.at) == "[":
        return _of_map(evaluator, target, first)
    if isinstance(target, Literal) and name in {"includes", "join", "filter"}:
        return _of_list(evaluator, target, name, first)
    if isinstance(target, str | Choice | Undefined) and name in {"concat", "replace", "replaceAll", "trim", "toString"}:
        return _of_text(target, name, values)
    if isinstance(target, str) and HOLE not in target and isinstance(first, str) and HOLE not in first:
        tests = {
            "startsWith": target.startswith(first),
            "endsWith": target.endswith(first),
            "includes": first in target,
        }
        if name in tests:
            return tests[name]
    if isinstance(value, Literal):
        return returned(evaluator, value, values)
    if name == "assign" and values:
        last = values[-1]
        return last if isinstance(last, Literal) else choice(first, last) if isinstance(last, Unknown) else first
    return first if name in THROUGH and values and isinstance(target, Unknown) else UNKNOWN


def _of_map(evaluator: Evaluator, target: Literal, key: Value) -> Value:
    """Return what `new Map([[key, value], …])` has under a key that no one sets later."""
    pairs = [items(evaluator, each) for each in items(evaluator, target) if isinstance(each, Literal)]
    later = re.search(rf"\.set\(\s*[\"'`]{re.escape(text_of(key))}[\"'`]", target.script.tokens.text)
    return UNKNOWN if later else next((each[1] for each in pairs if len(each) > 1 and each[0] == key), UNKNOWN)


def _of_list(evaluator: Evaluator, target: Literal, name: str, first: Value) -> Value:
    values = items(evaluator, target)
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
    what, instead = values[0] if values else UNKNOWN, text_of(values[1]) if len(values) > 1 else HOLE
    if isinstance(what, Unknown) and what.path[:1] == ("regex",) and (plain := PLAIN.fullmatch(what.path[1])):
        often = 0 if plain["all"] else 1
        return choice(
            *(re.sub(plain["what"], lambda _: instead, text_of(each), count=often) for each in options_of(target))
        )
    if isinstance(what, str) and what and HOLE not in what:
        texts = (text_of(each)[:LONGEST].replace(what, instead[:LONGEST_NEW]) for each in options_of(target))
        return choice(*(each[:LONGEST] for each in texts))
    return choice(*options_of(target))
