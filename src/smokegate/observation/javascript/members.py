"""What members and calls of known values are: `location.hostname`, `"".concat(a, b)`, `{api: "…"}.api`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from smokegate.observation.javascript.scopes import FAR, Parameter, Script, parameters
from smokegate.observation.javascript.tokens import PUNCTUATION, STRING, WORD, unescaped
from smokegate.observation.javascript.values import (
    HOLE,
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
    truth,
)
from smokegate.observation.javascript.world import GLOBALS, is_location, unknown_member

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

THROUGH = frozenset({"freeze", "seal", "String", "encodeURI", "Object", "trim", "toString", "valueOf", "then", "unref"})
"""Calls whose value is that of their argument, or of what they are called on."""
GENERIC = frozenset({"url", "uri", "href", "src", "path", "host", "origin"})
"""Names of properties that anything has: where one is set to what is not known, another's address is not it."""
AN_ADDRESS = re.compile(r"base|ur[il]|root|host|endpoint|origin|prefix|api", re.IGNORECASE)
"""Names of properties that hold an address."""
MOST_PLACES = 40
"""A property that is set in more places than these is no setting."""
LONGEST_NEW = 256
"""Characters that a replacement puts in, at each of its places."""
Place = tuple[Script, int]


def member(evaluator: Evaluator, value: Value, name: str, place: Place | None = None) -> Value:
    """Return a member of a value."""
    if isinstance(value, Choice):
        found = [member(evaluator, each, name, place) for each in value.options]
        # `window.settings || {}`: that the default counts is not known where what comes before it is not.
        unknown = any(isinstance(each, Unknown) for each in found)
        return choice(*(each for each in found if not (unknown and isinstance(each, Undefined))))
    if isinstance(value, Literal):
        return _of_literal(evaluator, value, name)
    if isinstance(value, Element):
        return _of_element(value, name)
    if isinstance(value, Unknown):
        return _of_unknown(evaluator, value, name, place)
    if isinstance(value, Undefined):
        # A member of nothing is an error, which a page that works does not make: what it is was not understood. Only
        # of settings that are missing it shows what the page lacks.
        return _absent(name) if value.name else UNKNOWN
    if isinstance(value, str) and HOLE not in value:
        return float(len(value)) if name == "length" else _of_text_or_url(value, name)
    return value if name == "href" else UNKNOWN


def _absent(name: str) -> Value:
    """Return what a member is that no one sets; a bundler's modules get their exports when they run."""
    return UNKNOWN if name == "exports" else Undefined(name)


def _of_text_or_url(value: str, name: str) -> Value:
    """Return a part of what `new URL` gives, which is known by its text."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return UNKNOWN
    known = {
        "href": value,
        "origin": f"{parts.scheme}://{parts.netloc}" if parts.netloc else value,
        "protocol": f"{parts.scheme}:",
        "host": parts.netloc,
        "hostname": parts.hostname or "",
        "pathname": parts.path or "/",
    }
    return known[name] if name in known and (parts.netloc or name in {"href", "origin"}) else UNKNOWN


def _of_element(value: Element, name: str) -> Value:
    attributes = dict(value.attributes)
    if name == "dataset":
        return value
    dashed = "".join("-" + each.lower() if each.isupper() else each for each in name)
    return attributes.get(name, attributes.get(f"data-{dashed}", UNKNOWN))


def _of_unknown(evaluator: Evaluator, value: Unknown, name: str, place: Place | None) -> Value:
    world = evaluator.world
    found = unknown_member(value, name)
    if is_location(found.path):
        return world.location(name)
    if value.path and value.path[-1] in GLOBALS:
        shared = [evaluator.value(*each) for each in world.shared(name)]
        if shared:
            return choice(*shared)
        if name in {"location", "document", "process", "navigator"} or name in GLOBALS:
            return Unknown((name,))
        return Undefined(name) if len(value.path) == 1 and _is_setting(name) else found
    if found.path[-3:] == ("import", "meta", "url") and place is not None:
        return place[0].url
    if (unset := world.build_setting(found.path)) is not None:
        return unset
    if name in world.settings:
        return world.settings[name]
    return _by_name(evaluator, name) or found


def _is_setting(name: str) -> bool:
    """Return whether a global is run-time settings by its name, so that it is undefined where no script sets it."""
    return any(each in name.lower() for each in ("env", "config", "setting", "runtime"))


def _by_name(evaluator: Evaluator, name: str) -> Value | None:
    """Return the only address that any script gives a property of this name.

    What holds a setting is often out of sight (a module of webpack, a class): its name then leads to it.
    """
    if name not in evaluator.by_name:
        evaluator.by_name[name] = None  # the answer to the question within the question
        evaluator.by_name[name] = _only_address(evaluator, name)
    return evaluator.by_name[name]


def _only_address(evaluator: Evaluator, name: str) -> Value | None:
    found: dict[Value, None] = {}
    for number, (script, at) in enumerate(evaluator.world.assigned(name)):
        if number >= MOST_PLACES:
            return None
        tokens = script.tokens
        if tokens.word(at) == "(" and tokens.is_punctuation(at + 2, "=>"):
            value = evaluator.value(script, at + 3)  # a getter, as bundlers export: `API: () => t`
        elif tokens.kind(at) in {STRING, WORD} or tokens.word(at) == "`":
            value = evaluator.value(script, at)
        else:
            continue
        if name in GENERIC and not isinstance(value, str | Undefined):
            return None  # whose it is is not known
        if isinstance(value, Undefined) and AN_ADDRESS.search(name):
            # What a constructor was given counts, not a field that is cleared.
            value = value.word if script.visible(tokens.word(at), at) == "parameter" else value
        one = not isinstance(value, Choice)  # of `t?.trim()`, transpiled, one is undefined
        for each in options_of(value):
            begins = isinstance(each, str) and each.startswith(("http://", "https://", "ws://", "wss://", "/"))
            if begins or (one and isinstance(each, str) and each.startswith("undefined")):
                found[each] = None
    return next(iter(found)) if len(found) == 1 else None


def _of_literal(evaluator: Evaluator, value: Literal, name: str) -> Value:
    script, tokens = value.script, value.script.tokens
    if tokens.word(value.at) == "[":
        return _of_array(evaluator, value, name)
    if tokens.word(value.at) != "{":
        return (_by_name(evaluator, name) or UNKNOWN) if tokens.word(value.at) == "class" else UNKNOWN
    spread: list[Value] = []
    for index in _entries(value):
        if tokens.is_punctuation(index, "..."):
            spread.append(evaluator.value(script, index + 1))
        key = tokens.word(index)
        key = unescaped(key[1:-1]) if tokens.kind(index) == STRING else key
        if key == name and tokens.is_punctuation(index + 1, ":"):
            return evaluator.value(script, index + 2)
        if key == name and tokens.kind(index) == WORD and tokens.is_punctuation(index + 1, ",", "}"):
            return evaluator.value(script, index)
        if key == "get" and tokens.word(index + 1) == name and tokens.is_punctuation(index + 2, "("):
            return returned(evaluator, Literal(script, index + 1), [])
    for each in reversed(spread):
        found = member(evaluator, each, name)
        if not isinstance(found, Undefined):
            return found
    later = [
        evaluator.value(script, at) for at in script.properties.get(name, ()) if tokens.is_punctuation(at - 1, "=")
    ]
    return choice(*later) if later and len(later) < 8 else _absent(name)


def _of_array(evaluator: Evaluator, value: Literal, name: str) -> Value:
    values = items(evaluator, value)
    if name.isdecimal() and len(name) < 4:
        return values[int(name)] if int(name) < len(values) else UNKNOWN
    return UNKNOWN


def _entries(value: Literal) -> Iterator[int]:
    """Yield the first token of each entry of an object or array literal."""
    tokens, index = value.script.tokens, value.at + 1
    end = tokens.closing(value.at)
    new = True
    while index < end:
        if new:
            yield index
            new = False
        if tokens.pair.get(index, -1) > index:
            index = tokens.pair[index]
        elif tokens.is_punctuation(index, ","):
            new = True
        index += 1


def items(evaluator: Evaluator, value: Literal) -> list[Value]:
    """Return the values of an array literal."""
    return [evaluator.value(value.script, index) for index, _ in zip(_entries(value), range(64), strict=False)]


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
    return _method(evaluator, value, receiver, values)


def _method(evaluator: Evaluator, value: Value, receiver: tuple[Value, str], values: list[Value]) -> Value:
    """Return what a method of a known or unknown value gives."""
    (target, name), first = receiver, values[0] if values else UNKNOWN
    if name in {"querySelector", "getElementById"} and isinstance(first, str):
        return evaluator.world.element(first if name == "querySelector" else f"#{first}")
    if isinstance(target, Element):
        return _of_element(target, first) if name == "getAttribute" and isinstance(first, str) else UNKNOWN
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
    if isinstance(what, Unknown) and what.path[:1] == ("regex",) and instead == "":
        ending = what.path[1] in {r"/\/$/", r"/\/+$/", r"/\/*$/", r"/[/]+$/", r"/\/$/g", r"/\/+$/g"}
        return choice(*(text_of(each).rstrip("/") if ending else each for each in options_of(target)))
    if isinstance(what, str) and what and HOLE not in what:
        texts = (text_of(each)[:LONGEST].replace(what, instead[:LONGEST_NEW]) for each in options_of(target))
        return choice(*(each[:LONGEST] for each in texts))
    return choice(*options_of(target))


def returned(evaluator: Evaluator, function: Literal, values: list[Value]) -> Value:
    """Return what a function returns, where that can be followed: by the conditions that are known."""
    script, tokens = function.script, function.script.tokens
    names, body = _signature(function)
    if body is None:
        return UNKNOWN
    given = bound(evaluator, names, values)
    if tokens.word(body) != "{":
        return evaluator.value(script, body, given)
    found: list[Value] = []
    for index in range(body + 1, min(tokens.closing(body), body + 600)):
        if tokens.kind(index) != WORD or tokens.word(index) != "return":
            continue
        held = _guard(evaluator, script, index, body, given)
        if held is False or held == "elsewhere":
            continue
        found.append(evaluator.value(script, _last(script, index + 1), given))
        if held is True:
            break
    return choice(*found) if found else UNKNOWN


def bound(evaluator: Evaluator, names: list[Parameter], values: list[Value]) -> dict[str, Value]:
    """Return what parameters are where these values are passed."""
    found: dict[str, Value] = {}
    for each in names:
        value = values[each.number] if each.number < len(values) else UNKNOWN
        if each.key is not None:
            part = member(evaluator, value, each.key)
            value = UNKNOWN if part == Undefined(each.key) else part  # what is not passed may have a default
        found[each.name] = value
    return found


def _last(script: Script, index: int) -> int:
    """Return the first token of the last expression of a sequence (`return check(n), n`)."""
    tokens, first = script.tokens, index
    end = min(index + FAR, len(tokens))
    while index < end:
        if tokens.kind(index) == PUNCTUATION:
            if tokens.word(index) in {";", ")", "]", "}"}:
                break
            if tokens.is_punctuation(index, ","):
                first = index + 1
            elif tokens.pair.get(index, -1) > index:
                index = tokens.pair[index]
        index += 1
    return first


def _signature(function: Literal) -> tuple[list[Parameter], int | None]:
    """Return a function's parameters and the first token of its body."""
    tokens, index = function.script.tokens, function.at
    while tokens.word(index) in {"async", "function", "*", "get"} or (
        tokens.kind(index) == WORD and tokens.is_punctuation(index + 1, "(")
    ):
        index += 1
    if tokens.kind(index) == WORD and tokens.word(index) != "class" and not tokens.is_punctuation(index + 1, "=>"):
        index += 1
    if tokens.is_punctuation(index + 1, "=>"):
        return [Parameter(tokens.word(index), 0)], index + 2
    if not tokens.is_punctuation(index, "("):
        return [], None
    end = tokens.closing(index)
    names = parameters(function.script, index)
    after = end + 1
    return names, after + 1 if tokens.is_punctuation(after, "=>") else after if tokens.word(after) == "{" else None


def _guard(evaluator: Evaluator, script: Script, index: int, body: int, bound: dict[str, Value]) -> bool | str | None:
    """Return whether a return is reached: true, false, not known, or "elsewhere" where it is another function's."""
    tokens, around = script.tokens, script.tokens.inside[index]
    before = index - 1
    if around != body:
        if tokens.inside[around] != body:
            return "elsewhere"
        before = around - 1
        if tokens.word(before) == "else":
            return None
    elif not tokens.is_punctuation(before, ")"):
        return True
    opened = tokens.pair.get(before, 0)
    if tokens.word(opened - 1) != "if":
        return "elsewhere" if around != body else True
    return truth(evaluator.value(script, opened + 1, bound))
