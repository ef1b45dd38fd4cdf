"""What a function does that is given no address: it throws, as clients do that want one, or keeps it as its own."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.observation.javascript.function_places import extent_of, own_parameters, signature
from smokegate.observation.javascript.scopes import Definition, Script
from smokegate.observation.javascript.tokens import NOWHERE, PIECE, STRING, WORD, unescaped
from smokegate.observation.javascript.unset import BEFORE, MOST_BODY
from smokegate.observation.javascript.values import Undefined, Value

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

HANDED_ON = 4
NAME = r"([\w$]+)"
FALSE = re.compile(rf"! {NAME}(?: \|\||$)")
"""What holds of an empty text and of nothing alike."""
NOTHING = re.compile(
    rf"{FALSE.pattern}|{NAME} (?:=== (?:void 0|undefined)|== null)(?: \|\||$)"
    rf"|typeof {NAME} (?:> ['\"`] ?u|===? ['\"`] ?undefined|!==? ['\"`] ?string)"
)
ADDRESS = re.compile(r"\b\w*(?:ur[il]s?|address|endpoint|host|origin)\b", re.IGNORECASE)
"""What the error of a client says that wants an address."""
KEEPS_URL = re.compile(r"_*(?:(?:api|base|root|server|service)_?)?(?:ur[il]|endpoint)|base_?path", re.IGNORECASE)
"""Under which name a client keeps its address."""
KEEPS_BASE = re.compile(r"_*(?:api|base|root|server|host|prefix|origin)", re.IGNORECASE)
"""Under which names it may, and anything else, too: whether it sends requests decides."""
SENDS = ("fetch(", "XMLHttpRequest", ".open(")


def refused(  # noqa: PLR0913 -- what is called, with what, and how far the question has been handed on
    evaluator: Evaluator, script: Script, name: int, number: int = 0, depth: int = 0, *, empty: bool = False
) -> str:
    """Return what a function throws whose argument is nothing, where that is about an address; else an empty text.

    Args:
        evaluator: knows the page.
        script: where it is called.
        name: the token of its name.
        number: which of the arguments it is.
        depth: how often the argument has been handed on.
        empty: whether it is an empty text, and not undefined.
    """
    if script.tokens.is_punctuation(name - 1, "."):
        methods = list(_methods(script, script.tokens.word(name))) if depth == 0 else []
        return _thrown(evaluator, script, methods[0], number, depth, empty=empty) if len(methods) == 1 else ""
    if depth >= HANDED_ON:
        return ""
    places = places_of(evaluator, script, name)
    return next((_thrown(evaluator, each, value, number, depth, empty=empty) for each, value in places), "")


def throws(evaluator: Evaluator, script: Script, value: int) -> bool:
    """Return whether a function throws whose first argument is undefined, since it wants an address."""
    return _thrown(evaluator, script, value, 0, 0, empty=False) != ""


def keeps_nothing(evaluator: Evaluator, script: Script, name: int, passed: Value) -> bool:
    """Return whether a function or a class keeps its first argument as a client's address, and that is nothing.

    What it is by default counts where nothing is passed: the page's own host, an empty text or `/`.
    """
    for module, value in places_of(evaluator, script, name):
        first = signature(module, value)
        wanted = (
            next((e for e in own_parameters(module, first) if e.number == 0 and not e.key), None) if first else None
        )
        if first is None or wanted is None:
            continue
        default = evaluator.value(module, wanted.default) if wanted.default is not None else passed
        if (default if isinstance(passed, Undefined) else passed) not in {passed, "", "/"}:
            continue
        tokens, extent = module.tokens, extent_of(module, first)[:MOST_BODY]
        whole = tokens.inside[extent.start] if module.tokens.word(value) != "class" else tokens.inside[first]
        body = tokens.text[tokens.starts[whole] : tokens.starts[tokens.closing(whole)]] if whole != NOWHERE else ""
        evaluator.world.steps += len(extent)
        for at in extent:
            if (
                tokens.kind(at) != WORD
                or tokens.word(at) != wanted.name
                or not tokens.is_punctuation(at + 1, ",", ";", "}")
            ):
                continue
            kept_as = tokens.word(at - 2) if tokens.is_punctuation(at - 1, "=", ":") else ""
            if tokens.is_punctuation(at - 1, "=") and not (
                tokens.word(at - 4) == "this" and tokens.word(at - 3) == "."
            ):
                continue
            sends = any(each in body for each in SENDS)
            if KEEPS_URL.fullmatch(kept_as) or (KEEPS_BASE.fullmatch(kept_as) and sends):
                return not _is_set_later(evaluator, kept_as)
    return False


def _is_set_later(evaluator: Evaluator, name: str) -> bool:
    """Return whether anything but an object itself sets its property of this name, or calls a method that does."""
    setter = re.compile(rf"[\w$)\]]\??\.set_?{re.escape(name.strip('_'))}\(", re.IGNORECASE)
    for script, at in evaluator.world.assigned(name):
        if script.tokens.is_punctuation(at - 1, "=") and script.tokens.word(at - 4) != "this":
            return True
    return any(setter.search(each.tokens.text) for each in evaluator.world.scripts.values())


def places_of(evaluator: Evaluator, script: Script, name: int) -> Iterator[tuple[Script, int]]:
    """Yield where the function or the class is defined that a name means, in another module too."""
    before = script.work
    found = script.visible(script.tokens.word(name), name)
    evaluator.world.steps += script.work - before
    if isinstance(found, Definition) and found.value is not None:
        yield script, found.value
    imported = script.imports.get(script.tokens.word(name)) if found is None else None
    module = evaluator.world.module(script, imported.module) if imported else None
    if imported is not None and module is not None:
        inside = module.local.get((module.exports.get(imported.name, ""), NOWHERE), ())
        yield from ((module, each.value) for each in inside if each.value is not None)


def _methods(script: Script, name: str) -> Iterator[int]:
    """Yield where a method of this name is written out."""
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
    """Return what a function or a constructor throws, without a condition of its own, where an argument is nothing."""
    tokens, first = script.tokens, signature(script, value)
    wanted = (
        next((e for e in own_parameters(script, first) if e.number == number and not e.key), None) if first else None
    )
    if first is None or wanted is None or wanted.default is not None:
        return ""
    names, extent = {wanted.name}, extent_of(script, first)
    level = tokens.inside[extent.start]
    for at in extent[:MOST_BODY]:
        evaluator.world.steps += 1
        word = tokens.word(at) if tokens.kind(at) == WORD else ""
        if word == "if" and tokens.inside[at] == level and _is_nothing(script, at + 1, names, empty=empty):
            throws = tokens.closing(at + 1) + 1
            throws += tokens.is_punctuation(throws, "{")
            if tokens.word(throws) == "throw":
                return _message(script, throws)
        elif word in names and tokens.word(at + 1) in {"=", "||=", "??="}:
            return ""  # it gets a value of its own
        elif word in names and tokens.is_punctuation(at - 1, "=") and _is_same(script, at):
            names.add(tokens.word(at - 2))
        elif word in names and tokens.is_punctuation(at + 1, ")") and _makes_url(script, at - 1, level):
            return "Invalid URL"
        elif word in names and tokens.is_punctuation(at + 1, ",", ")") and tokens.is_punctuation(at - 1, "(", ","):
            opened = tokens.inside[at]
            before = opened - 2 if tokens.word(opened - 2) != "new" else opened - 3
            commas = sum(
                tokens.is_punctuation(each, ",") and tokens.inside[each] == opened for each in range(opened, at)
            )
            handed_on = tokens.inside[opened] == level and tokens.word(before) in BEFORE | {"return"}
            if handed_on and (said := refused(evaluator, script, opened - 1, commas, depth + 1, empty=empty)):
                return said
    return ""


def _makes_url(script: Script, opened: int, level: int) -> bool:
    """Return whether a bracket is that of `new URL(` or `new a.URL(`, by no condition of the function at this level."""
    tokens, first = script.tokens, opened - 1
    if not tokens.is_punctuation(opened, "(") or tokens.word(first) != "URL":
        return False
    first -= 2 if tokens.is_punctuation(first - 1, ".") else 0
    around = tokens.inside[opened]
    if tokens.word(around) == "{" and tokens.is_punctuation(first - 2, ":"):  # an entry of what is returned
        first, around = around + 1, tokens.inside[around]
    return around == level and tokens.word(first - 1) in {"new", "{"} and tokens.word(first - 2) in BEFORE | {"return"}


def _is_same(script: Script, at: int) -> bool:
    """Return whether what begins with a name is nothing where the name is: `t.trim()`, `t == null ? void 0 : …`."""
    tokens, words = script.tokens, list[str]()
    for each in range(at + 1, min(at + 20, len(tokens))):
        if tokens.inside[each] == tokens.inside[at]:
            if tokens.is_punctuation(each, ",", ";"):
                break
            words.append(tokens.word(each))
    chained = words[:1] in ([], ["."], ["?."]) and "?" not in words
    return (chained or words[:5] == ["==", "null", "?", "void", "0"]) and not {"||", "??"} & set(words)


def _is_nothing(script: Script, opened: int, names: set[str], *, empty: bool) -> bool:
    """Return whether a condition holds where one of the names is nothing, whatever else holds."""
    last = min(script.tokens.closing(opened), opened + 9)
    words = " ".join(script.tokens.word(each) for each in range(opened + 1, last))
    found = (FALSE if empty else NOTHING).match(words)
    return found is not None and next(filter(None, found.groups())) in names


def _message(script: Script, at: int) -> str:
    """Return the text of the error that is thrown, where it is about an address."""
    tokens = script.tokens
    texts = [tokens.word(each) for each in range(at, at + 12) if tokens.kind(each) in {STRING, PIECE}]
    return next((unescaped(each.strip("'\"")) for each in texts if ADDRESS.search(each)), "")
