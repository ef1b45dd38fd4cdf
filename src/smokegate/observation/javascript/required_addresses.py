"""What a function does without an address: it throws, if it requires one, or stores the empty value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smokegate.observation.javascript.function_places import body_of, occurrences, signature
from smokegate.observation.javascript.scopes import Parameter, Script, parameters
from smokegate.observation.javascript.tokens import ROOT, STRING, TEMPLATE, WORD, Tokens, unescaped
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

    `name` is the token of its name; `empty` is whether the argument is an empty text rather than undefined.
    """
    if script.tokens.is_punctuation(name - 1, "."):
        methods = _methods(script, script.tokens.word(name)) if depth == 0 else []
        return thrown(evaluator, script, methods[0], number, depth, empty=empty) if len(methods) == 1 else ""
    if depth >= MAX_FORWARDS:
        return ""
    places = evaluator.context.functions_named(script, name)
    return next((thrown(evaluator, each, value, number, depth, empty=empty) for each, value in places), "")


def stores_empty_address(evaluator: Evaluator, script: Script, name: int, passed: Value) -> bool:
    """Return whether a function or class stores its first argument as a client's address, and it is empty.

    Without an argument the default value counts: the page's own host, an empty text or `/`.
    """
    for module, value in evaluator.context.functions_named(script, name):
        first, parameter = _parameter(module, value, 0)
        if parameter is None:
            continue
        default = evaluator.value(module, parameter.default) if parameter.default is not None else passed
        if (default if isinstance(passed, Undefined) else passed) not in {passed, "", "/"}:
            continue
        tokens, extent = module.tokens, body_of(module, first)[:MAX_BODY]
        evaluator.context.steps += len(extent)
        block = tokens.parent[first if tokens.word(value) == "class" else extent.start]
        body = tokens.text[tokens.starts[block] : tokens.starts[tokens.closing(block)]] if block != ROOT else ""
        names = [URL_FIELD, BASE_FIELD] if any(each in body for each in REQUEST_CALLS) else [URL_FIELD]
        for field in (_field(tokens, at) for at in extent if tokens.word(at) == parameter.name):
            if any(each.fullmatch(field) for each in names):
                return not _is_set_later(evaluator, field)
    return False


def _parameter(script: Script, value: int, number: int) -> tuple[int, Parameter | None]:
    """Return the first parameter token of a function or constructor, and its plain parameter at a position."""
    first = signature(script, value)
    found = parameters(script, first) if first else []
    return first or 0, next((each for each in found if each.number == number and not each.key), None)


def _field(tokens: Tokens, at: int) -> str:
    """Return the field that a name is stored in: of an object literal, or of `this`."""
    own = tokens.is_punctuation(at - 1, "=") and tokens.word(at - 3) == "." and tokens.word(at - 4) == "this"
    stored = tokens.is_punctuation(at + 1, ",", ";", "}") and (own or tokens.is_punctuation(at - 1, ":"))
    return tokens.word(at - 2) if stored and tokens.kind(at) == WORD else ""


def _is_set_later(evaluator: Evaluator, name: str) -> bool:
    """Return whether code outside the object sets its property of this name, or calls its setter."""
    setter = re.compile(rf"[\w$)\]]\??\.set_?{re.escape(name.strip('_'))}\(", re.IGNORECASE)
    for script, at in evaluator.context.assigned(name):
        if script.tokens.is_punctuation(at - 1, "=") and script.tokens.word(at - 4) != "this":
            return True
    return any(setter.search(each.tokens.text) for each in evaluator.context.scripts.values())


def _methods(script: Script, name: str) -> list[int]:
    """Return the definitions of methods with this name."""
    tokens = script.tokens
    calls = (each for each in occurrences(script, name, range(len(tokens))) if tokens.is_punctuation(each + 1, "("))
    bodies = (each for each in calls if tokens.word(tokens.closing(each + 1) + 1) == "{")
    return [each for each in bodies if tokens.word(each - 1) != "function"]


def thrown(  # noqa: PLR0913 -- see above
    evaluator: Evaluator, script: Script, value: int, number: int = 0, depth: int = 0, *, empty: bool = False
) -> str:
    """Return what a function or constructor throws, by no other condition, if an argument is unset."""
    tokens, (first, parameter) = script.tokens, _parameter(script, value, number)
    if parameter is None or parameter.default is not None:
        return ""
    names, extent = {parameter.name}, body_of(script, first)
    level = tokens.parent[extent.start]
    for at in extent[:MAX_BODY]:
        evaluator.context.steps += 1
        word = tokens.word(at) if tokens.kind(at) == WORD else ""
        if word == "if" and tokens.parent[at] == level and (throw := _guarded(script, at + 1, names, empty=empty)):
            return _message(script, throw)
        if word not in names:
            continue
        if tokens.word(at + 1) in {"=", "||=", "??="}:
            return ""  # it gets another value
        if tokens.is_punctuation(at - 1, "=") and _stays_unset(script, at):
            names.add(tokens.word(at - 2))
        elif tokens.is_punctuation(at + 1, ")") and _makes_url(script, at - 1, level):
            return "Invalid URL"
        elif _is_forwarded(tokens, at, level):
            called, position = tokens.parent[at] - 1, list(tokens.entries(tokens.parent[at])).index(at)
            if message := rejection(evaluator, script, called, position, depth + 1, empty=empty):
                return message
    return ""


def _is_forwarded(tokens: Tokens, at: int, level: int) -> bool:
    """Return whether a token is an argument of an unconditional call at this level of the function."""
    opened = tokens.parent[at]
    before = opened - 2 if tokens.word(opened - 2) != "new" else opened - 3
    is_argument = tokens.is_punctuation(at + 1, ",", ")") and tokens.is_punctuation(at - 1, "(", ",")
    return is_argument and tokens.parent[opened] == level and tokens.word(before) in BEFORE | {"return"}


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


def _guarded(script: Script, opened: int, names: set[str], *, empty: bool) -> int | None:
    """Return the `throw` after a condition that holds whenever one of the names is unset."""
    last = min(script.tokens.closing(opened), opened + 9)
    words = " ".join(script.tokens.word(each) for each in range(opened + 1, last))
    found = (FALSY_TEST if empty else UNSET_TEST).match(words)
    if found is None or next(filter(None, found.groups())) not in names:
        return None
    inner = script.tokens.closing(opened) + 1
    inner += script.tokens.is_punctuation(inner, "{")
    return inner if script.tokens.word(inner) == "throw" else None


def _message(script: Script, at: int) -> str:
    """Return the thrown error's text if it is about an address."""
    tokens = script.tokens
    texts = [tokens.word(each) for each in range(at, at + 12) if tokens.kind(each) in {STRING, TEMPLATE}]
    return next((unescaped(each.strip("'\"")) for each in texts if ADDRESS.search(each)), "")
