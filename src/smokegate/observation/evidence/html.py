"""Reads what is needed of a web page with regular expressions: an HTML parser would slow start-up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.observation.exchange import Answer


def is_html(answer: Answer) -> bool:
    """Return whether an answer is a web page: by its content type, or by how it begins."""
    kind = answer.headers.get("content-type", "").lower()
    return "text/html" in kind or "xhtml" in kind or answer.body.start.lstrip()[:5].lower() in {"<!doc", "<html"}


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
