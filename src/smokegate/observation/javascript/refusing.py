"""What a function does without an address: it throws, if it requires one, or stores the empty value."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.observation.javascript.function_places import body_of, parameters_at, signature
from smokegate.observation.javascript.scopes import Definition, Script
from smokegate.observation.javascript.tokens import ROOT, STRING, TEMPLATE, WORD, unescaped
from smokegate.observation.javascript.unset import BEFORE, MAX_BODY
from smokegate.observation.javascript.values import Undefined, Value

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

MAX_FORWARDS = 4
NAME = r"([\w$]+)"
FALSY_TEST = re.compile(rf"! {NAME}(?: \|\||$)")
"""A condition that holds for an empty text and for undefined alike."""
UNSET_TEST = re.compile(
    rf"{FALSY_TEST.pattern}|{NAME} (?:=== (?:void 0|undefined)|== null)(?: \|\||$)"
    rf"|typeof {NAME} (?:> ['\"`] ?u|===? ['\"`] ?undefined|!==? ['\"`] ?string)"
)
ADDRESS = re.compile(r"\b\w*(?:ur[il]s?|address|endpoint|host|origin)\b", re.IGNORECASE)
"""What a client's error mentions if it requires an address."""
URL_FIELD = re.compile(r"_*(?:(?:api|base|root|server|service)_?)?(?:ur[il]|endpoint)|base_?path", re.IGNORECASE)
"""Fields in which a client stores its address."""
BASE_FIELD = re.compile(r"_*(?:api|base|root|server|host|prefix|origin)", re.IGNORECASE)
"""Fields that may hold an address or anything else: whether the code sends requests decides."""
REQUEST_CALLS = ("fetch(", "XMLHttpRequest", ".open(")


def rejection(  # noqa: PLR0913 -- the call, the argument, and how often it was forwarded
    evaluator: Evaluator, script: Script, name: int, number: int = 0, depth: int = 0, *, empty: bool = False
) -> str:
    """Return the error about an address that a function throws if an argument is unset; else an empty text.

    Args:
        evaluator: folds the page's scripts.
        script: contains the call.
        name: the token of its name.
        number: the argument's position.
        depth: how often the argument was forwarded.
        empty: whether it is an empty text rather than undefined.
    """
    if script.tokens.is_punctuation(name - 1, "."):
        methods = list(_methods(script, script.tokens.word(name))) if depth == 0 else []
        return _thrown(evaluator, script, methods[0], number, depth, empty=empty) if len(methods) == 1 else ""
    if depth >= MAX_FORWARDS:
        return ""
    places = definitions_of(evaluator, script, name)
    return next((_thrown(evaluator, each, value, number, depth, empty=empty) for each, value in places), "")


def throws(evaluator: Evaluator, script: Script, value: int) -> bool:
    """Return whether a function throws if its first argument is undefined, since it requires an address."""
    return _thrown(evaluator, script, value, 0, 0, empty=False) != ""


def stores_empty_address(evaluator: Evaluator, script: Script, name: int, passed: Value) -> bool:
    """Return whether a function or class stores its first argument as a client's address, and it is empty.

    Without an argument the default value counts: the page's own host, an empty text or `/`.
    """
    for module, value in definitions_of(evaluator, script, name):
        first = signature(module, value)
        parameter = (
            next((e for e in parameters_at(module, first) if e.number == 0 and not e.key), None) if first else None
        )
        if first is None or parameter is None:
            continue
        default = evaluator.value(module, parameter.default) if parameter.default is not None else passed
        if (default if isinstance(passed, Undefined) else passed) not in {passed, "", "/"}:
            continue
        tokens, extent = module.tokens, body_of(module, first)[:MAX_BODY]
        block = tokens.parent[extent.start] if module.tokens.word(value) != "class" else tokens.parent[first]
        body = tokens.text[tokens.starts[block] : tokens.starts[tokens.closing(block)]] if block != ROOT else ""
        evaluator.world.steps += len(extent)
        for at in extent:
            if (
                tokens.kind(at) != WORD
                or tokens.word(at) != parameter.name
                or not tokens.is_punctuation(at + 1, ",", ";", "}")
            ):
                continue
            field = tokens.word(at - 2) if tokens.is_punctuation(at - 1, "=", ":") else ""
            if tokens.is_punctuation(at - 1, "=") and not (
                tokens.word(at - 4) == "this" and tokens.word(at - 3) == "."
            ):
                continue
            sends = any(each in body for each in REQUEST_CALLS)
            if URL_FIELD.fullmatch(field) or (BASE_FIELD.fullmatch(field) and sends):
                return not _is_set_later(evaluator, field)
    return False


def _is_set_later(evaluator: Evaluator, name: str) -> bool:
    """Return whether code outside the object sets its property of this name, or calls its setter."""
    setter = re.compile(rf"[\w$)\]]\??\.set_?{re.escape(name.strip('_'))}\(", re.IGNORECASE)
    for script, at in evaluator.world.assigned(name):
        if script.tokens.is_punctuation(at - 1, "=") and script.tokens.word(at - 4) != "this":
            return True
    return any(setter.search(each.tokens.text) for each in evaluator.world.scripts.values())


def definitions_of(evaluator: Evaluator, script: Script, name: int) -> Iterator[tuple[Script, int]]:
    """Yield the definition of the function or class that a name refers to, also in another module."""
    before = script.work
    found = script.visible(script.tokens.word(name), name)
    evaluator.world.steps += script.work - before
    if isinstance(found, Definition) and found.value is not None:
        yield script, found.value
    imported = script.imports.get(script.tokens.word(name)) if found is None else None
    module = evaluator.world.module(script, imported.module) if imported else None
    if imported is not None and module is not None:
        parent = module.local.get((module.exports.get(imported.name, ""), ROOT), ())
        yield from ((module, each.value) for each in parent if each.value is not None)


def _methods(script: Script, name: str) -> Iterator[int]:
    """Yield the definitions of methods with this name."""
    tokens = script.tokens
    for match in re.finditer(rf"(?<![\w$.]){re.escape(name)}(?=\()", tokens.text):
        at = bisect_left(tokens.starts, match.start())
        if (
            tokens.word(at) == name
            and tokens.word(tokens.closing(at + 1) + 1) == "{"
            and tokens.word(at - 1) != "function"
        ):
            yield at


def _thrown(  # noqa: PLR0913 -- see above
    evaluator: Evaluator, script: Script, value: int, number: int, depth: int, *, empty: bool
) -> str:
    """Return what a function or constructor throws, by no other condition, if an argument is unset."""
    tokens, first = script.tokens, signature(script, value)
    parameter = (
        next((e for e in parameters_at(script, first) if e.number == number and not e.key), None) if first else None
    )
    if first is None or parameter is None or parameter.default is not None:
        return ""
    names, extent = {parameter.name}, body_of(script, first)
    level = tokens.parent[extent.start]
    for at in extent[:MAX_BODY]:
        evaluator.world.steps += 1
        word = tokens.word(at) if tokens.kind(at) == WORD else ""
        if word == "if" and tokens.parent[at] == level and _tests_unset(script, at + 1, names, empty=empty):
            throws = tokens.closing(at + 1) + 1
            throws += tokens.is_punctuation(throws, "{")
            if tokens.word(throws) == "throw":
                return _message(script, throws)
        elif word in names and tokens.word(at + 1) in {"=", "||=", "??="}:
            return ""  # it gets another value
        elif word in names and tokens.is_punctuation(at - 1, "=") and _stays_unset(script, at):
            names.add(tokens.word(at - 2))
        elif word in names and tokens.is_punctuation(at + 1, ")") and _makes_url(script, at - 1, level):
            return "Invalid URL"
        elif word in names and tokens.is_punctuation(at + 1, ",", ")") and tokens.is_punctuation(at - 1, "(", ","):
            opened = tokens.parent[at]
            before = opened - 2 if tokens.word(opened - 2) != "new" else opened - 3
            commas = sum(
                tokens.is_punctuation(each, ",") and tokens.parent[each] == opened for each in range(opened, at)
            )
            forwarded = tokens.parent[opened] == level and tokens.word(before) in BEFORE | {"return"}
            if forwarded and (message := rejection(evaluator, script, opened - 1, commas, depth + 1, empty=empty)):
                return message
    return ""


def _makes_url(script: Script, opened: int, level: int) -> bool:
    """Return whether a bracket opens an unconditional `new URL(` or `new a.URL(` at this level of the function."""
    tokens, first = script.tokens, opened - 1
    if not tokens.is_punctuation(opened, "(") or tokens.word(first) != "URL":
        return False
    first -= 2 if tokens.is_punctuation(first - 1, ".") else 0
    around = tokens.parent[opened]
    if tokens.word(around) == "{" and tokens.is_punctuation(first - 2, ":"):  # an entry of the returned object
        first, around = around + 1, tokens.parent[around]
    return around == level and tokens.word(first - 1) in {"new", "{"} and tokens.word(first - 2) in BEFORE | {"return"}


def _stays_unset(script: Script, at: int) -> bool:
    """Return whether an expression stays unset if its name is: `t.trim()`, `t == null ? void 0 : …`."""
    tokens, words = script.tokens, list[str]()
    for each in range(at + 1, min(at + 20, len(tokens))):
        if tokens.parent[each] == tokens.parent[at]:
            if tokens.is_punctuation(each, ",", ";"):
                break
            words.append(tokens.word(each))
    chained = words[:1] in ([], ["."], ["?."]) and "?" not in words
    return (chained or words[:5] == ["==", "null", "?", "void", "0"]) and not {"||", "??"} & set(words)


def _tests_unset(script: Script, opened: int, names: set[str], *, empty: bool) -> bool:
    """Return whether a condition holds whenever one of the names is unset."""
    last = min(script.tokens.closing(opened), opened + 9)
    words = " ".join(script.tokens.word(each) for each in range(opened + 1, last))
    found = (FALSY_TEST if empty else UNSET_TEST).match(words)
    return found is not None and next(filter(None, found.groups())) in names


def _message(script: Script, at: int) -> str:
    """Return the thrown error's text if it is about an address."""
    tokens = script.tokens
    texts = [tokens.word(each) for each in range(at, at + 12) if tokens.kind(each) in {STRING, TEMPLATE}]
    return next((unescaped(each.strip("'\"")) for each in texts if ADDRESS.search(each)), "")
