"""Reads one element of a web page by its name; a parser of HTML would cost more than a page's worth of start-up."""

from __future__ import annotations

import re

LARGEST_PAGE = 1 << 18
"""Characters of a page that are searched for a CSRF token."""
ELEMENT = re.compile(r"<(?:input|meta)\b[^>]{0,2000}>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")


def element(text: str, name: str, holds: str) -> str | None:
    """Return an attribute of the input or meta element of that name on a page."""
    for tag in ELEMENT.findall(text[:LARGEST_PAGE]):
        found = {key.lower(): one or two or three for key, one, two, three in ATTRIBUTE.findall(tag)}
        if found.get("name") == name and holds in found:
            from html import unescape  # noqa: PLC0415 - its table costs start-up time, and few runs need it

            return unescape(found[holds])
    return None
