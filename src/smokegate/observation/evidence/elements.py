"""Reads single elements of a web page with regular expressions: an HTML parser would slow start-up."""

from __future__ import annotations

import re

LARGEST_PAGE = 1 << 18
"""Maximum characters of a page that are searched."""
ELEMENT = re.compile(r"<(?:input|meta)\b[^>]{0,2000}>", re.IGNORECASE)
ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def policies_in(text: str) -> list[str]:
    """Return the content security policies in a page's meta elements."""
    if "content-security-policy" not in text[:LARGEST_PAGE].lower():
        return []
    from html import unescape  # noqa: PLC0415 - see below

    tags = [_attributes(tag) for tag in ELEMENT.findall(COMMENT.sub("", text[:LARGEST_PAGE]))]
    stated = (each for each in tags if each.get("http-equiv", "").lower() == "content-security-policy")
    return [unescape(each.get("content", "")) for each in stated]


def _attributes(tag: str) -> dict[str, str]:
    return {key.lower(): one or two or three for key, one, two, three in ATTRIBUTE.findall(tag)}


def element(text: str, name: str, holds: str) -> str | None:
    """Return an attribute of the input or meta element with this name."""
    for tag in ELEMENT.findall(text[:LARGEST_PAGE]):
        found = _attributes(tag)
        if found.get("name") == name and holds in found:
            from html import unescape  # noqa: PLC0415 - its table costs start-up time, and few runs need it

            return unescape(found[holds])
    return None
