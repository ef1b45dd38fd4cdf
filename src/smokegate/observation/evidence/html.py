"""Whether an answer is a web page."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.observation.exchange import Answer


def is_html(answer: Answer) -> bool:
    """Return whether an answer is a web page: by its content type, or by how it begins."""
    kind = answer.headers.get("content-type", "").lower()
    return "text/html" in kind or "xhtml" in kind or answer.body.start.lstrip()[:5].lower() in {"<!doc", "<html"}
