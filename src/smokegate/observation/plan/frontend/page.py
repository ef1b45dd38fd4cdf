"""Parses a page: its files, inline scripts and embedded settings."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from msgspec import Struct, field

from smokegate.observation.plan.step import same_origin

SCRIPT_TYPES = frozenset({"", "module", "text/javascript", "application/javascript", "text/ecmascript"})
SHOWN = frozenset({"img", "svg", "picture", "canvas", "iframe", "frame", "object", "embed", "video", "input", "button"})
HIDDEN = frozenset({"title", "style", "template"})
HTMX = ("hx-get", "hx-post", "hx-put", "hx-patch", "hx-delete", "data-hx-get", "data-hx-post", "data-fetch-url")


class Page(Struct):
    """The contents of a page that matter to the checks."""

    scripts: dict[str, bool] = field(default_factory=dict)
    """Script URL → whether it is a module."""
    styles: dict[str, None] = field(default_factory=dict)
    preloads: dict[str, None] = field(default_factory=dict)
    foreign: dict[str, None] = field(default_factory=dict)
    """Scripts of other origins, which are not fetched."""
    inline: list[str] = field(default_factory=list)
    data: list[Any] = field(default_factory=list)
    """JSON embedded in the page (`__NEXT_DATA__`, settings)."""
    elements: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)
    """`meta` elements, and elements with `data-` attributes or an id."""
    calls: dict[str, None] = field(default_factory=dict)
    """URLs called by the markup itself (`hx-get`)."""
    import_map: dict[str, str] = field(default_factory=dict)
    shows: bool = False
    """Whether the static page shows anything: text, a picture, a field."""
    content: int = 0
    """Number of elements and texts that are visible, or that scripts may fill."""


MAX_TEXT = 1024 * 1024
"""Maximum characters parsed: a tag opened a million times takes seconds."""


class _Parser(HTMLParser):
    """Collects the contents of a page, with URLs unresolved."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self.base: str | None = None
        self._script: dict[str, str] | None = None
        self._text: list[str] = []
        self._noscript = False
        """Whether the parser is inside `noscript`."""
        self._hidden = ""
        """The open element whose text is not visible."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.page.content += tag not in {"html", "head", "meta", "title", "body"}
        self.page.shows |= tag in SHOWN and not self._noscript
        self._hidden = tag if tag in HIDDEN else self._hidden
        if tag == "script":
            self._script, self._text = given, []
        elif tag == "noscript":
            self._noscript = True
        elif tag == "link" and given.get("href"):
            self._link(given)
        elif tag == "base" and given.get("href") and self.base is None:
            self.base = given["href"]
        if tag == "meta" or "id" in given or any(name.startswith("data-") for name in given):
            self.page.elements.append((tag, given))
        self.page.calls.update((given[name], None) for name in HTMX if given.get(name))

    def handle_data(self, data: str) -> None:
        if self._script is not None:
            self._text.append(data)
        else:
            self.page.content += bool(data.strip())
            self.page.shows |= bool(data.strip()) and not self._noscript and not self._hidden

    def handle_endtag(self, tag: str) -> None:
        self._noscript = self._noscript and tag != "noscript"
        self._hidden = "" if tag == self._hidden else self._hidden
        if tag != "script" or self._script is None:
            return
        given, self._script = self._script, None
        kind = given.get("type", "").lower().strip()
        if given.get("src") and kind in SCRIPT_TYPES and "nomodule" not in given:
            self.page.scripts.setdefault(given["src"], kind == "module")
        elif kind in SCRIPT_TYPES and "nomodule" not in given:
            self.page.inline.append("".join(self._text))
        elif kind in {"application/json", "importmap"}:
            self._json(kind, "".join(self._text))

    def _link(self, given: Mapping[str, str]) -> None:
        rel = given.get("rel", "").lower().split()
        # A print stylesheet is not needed, unless its `onload` applies it to the screen.
        printed = given.get("media", "").lower().strip() == "print" and "onload" not in given
        if "stylesheet" in rel and "alternate" not in rel and not printed and not self._noscript:
            self.page.styles[given["href"]] = None
        elif "modulepreload" in rel or ("preload" in rel and given.get("as") == "script"):
            self.page.preloads[given["href"]] = None

    def _json(self, kind: str, text: str) -> None:
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            return
        if kind == "importmap" and isinstance(found, dict) and isinstance(found.get("imports"), dict):
            self.page.import_map.update({k: v for k, v in found["imports"].items() if isinstance(v, str)})
        else:
            self.page.data.append(found)


def page_of(html: str, url: str) -> Page:
    """Parse a page; URLs of its files are absolute, scripts of other origins are in `foreign`."""
    parser = _Parser()
    # Browsers read "<![" as a comment up to the next ">"; the parser fails on most of them.
    parser.feed(html[:MAX_TEXT].replace("<![", "<!_"))
    found = parser.page
    base = absolute(parser.base, url) or url if parser.base else url
    scripts = {absolute(each, base): module for each, module in found.scripts.items()}
    found.foreign = {each: None for each in scripts if each and not same_origin(each, url)}
    found.scripts = {each: module for each, module in scripts.items() if each and same_origin(each, url)}
    found.styles = _own(found.styles, base, url)
    found.preloads = _own(found.preloads, base, url)
    return found


def _own(references: Mapping[str, None], base: str, url: str) -> dict[str, None]:
    found = (absolute(each, base) for each in references)
    return {each: None for each in found if each and same_origin(each, url)}


def absolute(reference: str, base: str) -> str | None:
    """Resolve a reference on a page; None if it is not an HTTP URL."""
    try:
        found = urljoin(base, reference.strip()).partition("#")[0]
        return found if found.startswith(("http://", "https://")) and same_origin(found, found) else None
    except ValueError:
        return None


IS_PAGE = re.compile(r"\s*(?:<!--[\s\S]{0,400}?-->\s*)?<(?:!doctype|html|head|body)\b", re.IGNORECASE)


def is_page(text: str) -> bool:
    """Return whether a text is a web page, whatever its content type."""
    return IS_PAGE.match(text[:1000]) is not None
