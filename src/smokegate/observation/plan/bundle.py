"""Reads a page and its scripts as a browser would, to learn which address they will call for the API.

The address stands in a script as the `baseURL` of the HTTP client (axios), as a literal or as the name of a
variable, or as the argument of `fetch`. Every axios bundle also contains a plain `"http://localhost"`, which
nobody calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urlsplit

from smokegate.observation.plan.step import resolve, same_origin

STRING = r"""(?:"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)"""
BASE_URL = re.compile(rf"""\bbaseURL["']?\s*[:=]\s*(?P<value>{STRING}|[^,;}})\n]{{1,300}})""")
FETCH = re.compile(rf"""\bfetch\(\s*(?P<value>{STRING})""")
LITERAL = re.compile(STRING)
NAME = re.compile(r"[A-Za-z_$][\w$]*")
API_URL = re.compile(r"""["'`](https?://[^"'`\s/]+/api(?:/[^"'`\s]*)?)["'`]""")
CHUNK = re.compile(r"""["'`]((?:\./|/)?(?:[\w-]+/)*[\w.-]+-[\w-]{6,}\.m?js)["'`]""")
#: axios' own fallback for pages without a location.
AXIOS = "http://localhost"


class _Page(HTMLParser):
    """Collects the addresses of a page's scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.base: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script" and given.get("src"):
            self.found.append(given["src"])
        elif tag == "link" and "modulepreload" in given.get("rel", "").lower().split() and given.get("href"):
            self.found.append(given["href"])
        elif tag == "base" and given.get("href") and self.base is None:
            self.base = given["href"]


def scripts_of(html: str, url: str) -> tuple[str, ...]:
    """Return the absolute addresses of a page's own scripts, those of other origins left out."""
    page = _Page()
    page.feed(html)
    base = resolve(url, page.base) if page.base else url
    return tuple(dict.fromkeys(found for found in _absolute(page.found, base) if same_origin(found, url)))


def chunks_of(script: str, script_url: str, page_url: str) -> tuple[str, ...]:
    """Return the addresses of the further scripts that a script loads when needed.

    Vite names them relative to the script (`import("./Login-1a2b3c.js")`) or to the page (`"assets/…"`).
    """
    bases = {True: script_url, False: page_url}
    found: list[str] = []
    for match in CHUNK.finditer(script):
        found += _absolute([match[1]], bases[match[1].startswith("./")])
    return tuple(url for url in dict.fromkeys(found) if same_origin(url, page_url) and url != script_url)


def _absolute(references: list[str], base: str) -> Iterator[str]:
    for reference in references:
        try:
            found = resolve(base, reference.strip()).partition("#")[0]
            usable = found.startswith(("http://", "https://")) and same_origin(found, found)
        except ValueError:
            continue
        if usable:
            yield found


def api_addresses(script: str, page_url: str) -> tuple[tuple[str, str], ...]:
    """Return the API addresses in a script: each literal, and the absolute address it means on the page."""
    literals = [*_direct(script)] or [*_named(script)] or [*_fetched(script)]
    if not literals:
        literals = [found[1] for found in API_URL.finditer(script)]
    found = {}
    for literal in literals:
        try:
            found[literal] = resolve(page_url, literal)
        except ValueError:
            found[literal] = literal
    return tuple(found.items())


def _direct(script: str) -> Iterator[str]:
    for match in BASE_URL.finditer(script):
        value = _first_address(match["value"])
        if value is not None:
            yield value


def _named(script: str) -> Iterator[str]:
    """Follow `baseURL: NAME` to the assignment before it; bundlers shorten names and use them again."""
    for match in BASE_URL.finditer(script):
        name = match["value"].strip()
        if not NAME.fullmatch(name):
            continue
        assigned = re.compile(rf"(?<![\w$.]){re.escape(name)}\s*=(?!=)\s*([^;]{{1,300}})")
        values = [_first_address(_expression(each[1])) for each in assigned.finditer(script, 0, match.start())]
        known = [value for value in values if value is not None]
        if known:
            yield known[-1]


def _expression(text: str) -> str:
    """Return what stands before the first comma outside a string."""
    end = 0
    for match in re.finditer(rf"{STRING}|,", text):
        if match[0] == ",":
            end = match.start()
            break
    return text[:end] if end else text


def _fetched(script: str) -> Iterator[str]:
    for match in FETCH.finditer(script):
        value = match["value"][1:-1]
        if _is_address(value) and "${" not in value and urlsplit(value).path.startswith("/api"):
            yield value


def _first_address(expression: str) -> str | None:
    """Return the first string of an expression such as `X.VITE_API || "http://…"`, if it is an address."""
    for match in LITERAL.finditer(expression):
        value = match[0][1:-1]
        if value:
            return value if _is_address(value) and "${" not in value else None
    return None


def _is_address(value: str) -> bool:
    return value != AXIOS and (value.startswith(("http://", "https://")) or (value.startswith("/") and value != "/"))
