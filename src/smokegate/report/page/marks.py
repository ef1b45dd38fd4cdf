"""Where in an exchange stands what is wrong: at the path of a failed expectation, else where the evidence quotes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

QUOTED = re.compile(r"'((?:[^'\\]|\\.)+)'")
"""A text in the words of an expectation: a text without 'error'."""
Span = tuple[int, int]


@lru_cache(maxsize=64)  # samples say the same
def _pretty(text: str) -> str:
    """Return a body as a person reads it: JSON with one value a line."""
    value = _parsed(text)
    return text if value is None else _laid_out(value)


def marked_body(environment: dict[str, Any], exchange: dict[str, Any]) -> list[str]:
    """Return the body in pieces: every second one is what is wrong."""
    raw = str(exchange["answer"]["body"].get("text") or "")
    text = _pretty(raw)
    spans = list(_unmet(exchange.get("unmet") or (), raw, text))
    if not spans:
        spans = [span for quote in _quotes(environment, exchange) for span in _places(quote, text)]
    pieces, at = [], 0
    for start, end in _merged(spans):
        pieces += [text[at:start], text[start:end]]
        at = end
    return [*pieces, text[at:]]


def wrong_headers(environment: dict[str, Any], exchange: dict[str, Any]) -> set[str]:
    """Return the names of the headers that are not as declared, or that the evidence quotes."""
    wrong = {each["what"].removeprefix("header ").lower() for each in exchange.get("unmet") or ()}
    quotes = set(_quotes(environment, exchange))
    return {
        name for name, text in exchange["answer"]["headers"] if name.lower() in wrong or f"{name}: {text}" in quotes
    }


def _unmet(unmet: Any, raw: str, text: str) -> Iterator[Span]:
    for each in unmet:
        kind, _, path = each["what"].partition(" ")
        if kind == "json" and path:
            yield from _at_path(raw, text, path.split("."))
        elif kind == "body":
            for quote in QUOTED.findall(each["expected"]):
                yield from _places(quote, text)


def _at_path(raw: str, text: str, path: list[str]) -> Iterator[Span]:
    """Yield the place of a key and its value in a body that is laid out, or in one that was cut."""
    value = _parsed(raw)
    if value is None:
        found = re.search(rf'{re.escape(json.dumps(path[-1]))}\s*:\s*(?:"(?:[^"\\]|\\.)*"|[^,\s}}\]]+)', text)
        if found:
            yield found.span()
        return
    inner = value
    for key in path[:-1]:
        inner = _item(inner, key)
    unique = "\ue000" * (1 + text.count("\ue000"))  # a text that stands nowhere else in it
    if isinstance(inner, dict) and path[-1] in inner:
        inner[path[-1]] = unique
    elif isinstance(inner, list) and _item(inner, path[-1]) is not None:
        inner[int(path[-1])] = unique
    else:
        return
    other = _laid_out(value)
    at = other.index(f'"{unique}"')
    end = len(text) - (len(other) - at - len(unique) - 2)
    start = other.rfind("\n", 0, at) + 1
    yield start + len(other[start:at]) - len(other[start:at].lstrip()), end


def _item(value: Any, key: str) -> Any:
    if isinstance(value, dict):
        return value.get(key)
    return value[int(key)] if isinstance(value, list) and key.isdecimal() and int(key) < len(value) else None


def _quotes(environment: dict[str, Any], exchange: dict[str, Any]) -> Iterator[str]:
    """Yield what the evidence quotes of an exchange; "the same of 5 more" quotes only the first of them."""
    causes = [cause for cause in (environment["cause"], *environment["other_causes"]) if cause]
    for cause in causes if environment["verdict"] != "PASS" else ():
        involved = exchange["name"] in cause.get("exchanges", ())
        for line in cause.get("evidence", ()):
            if involved or line.startswith(f"{exchange['name']}: "):
                yield from line.split("`")[1::2]


def _places(quote: str, text: str) -> Iterator[Span]:
    """Yield where a text is quoted, whatever the white space: evidence is on one line, what is shown is laid out."""
    letters = [index for index, letter in enumerate(text) if not letter.isspace()]
    wanted, within = "".join(quote.split()), "".join(text[index] for index in letters)
    at = within.find(wanted) if wanted else -1
    while at >= 0:
        yield letters[at], letters[at + len(wanted) - 1] + 1
        at = within.find(wanted, at + len(wanted))


def _merged(spans: list[Span]) -> Iterator[Span]:
    end = -1
    for start, last in sorted(spans):
        if last > end:
            yield max(start, end), last
            end = last


def _parsed(text: str) -> Any:
    """Return a JSON object or array, None where the text is neither."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _laid_out(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
