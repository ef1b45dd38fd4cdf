"""Signs that an answer comes from the application and not from a gateway."""

from __future__ import annotations

import re
from html import unescape

from smokegate.knowledge.database_texts import place_in
from smokegate.knowledge.gateway_words import listed, words
from smokegate.observation.evidence.html import is_html
from smokegate.observation.exchange import Answer

EXCEPTION = re.compile(r"\b(?:[A-Z][a-z0-9]+){2,}(?:Error|Exception)\b|\b(?:Operational|Type|Value|Key)Error\b")
"""An exception's class name, as in a stack trace or an error page."""


def shows_program_error(text: str) -> bool:
    """Return whether a text holds an exception or a database driver's error: gateways have neither."""
    place = place_in(unescape(text))
    return EXCEPTION.search(text) is not None or (place is not None and place.subject in {"database", "store"})


def is_application_error(answer: Answer) -> bool:
    """Return whether an error is certainly the application's: a mark, or words that no gateway uses.

    A 500 without a body, or with an unknown page, is only probably the application's.
    """
    if "x-render-origin-server" in answer.headers:
        return True
    text = answer.body.start[:20_000]
    plain = bool(text.strip()) and not is_html(answer)
    return answer.status == 500 and (has_mark(answer) or plain or shows_program_error(text))


def visible(text: str) -> str:
    """Return a page's visible text on one line."""
    text = re.sub(r"(?is)<(script|style|svg|noscript)\b.*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)", " ", text[:20_000])
    return " ".join(unescape(re.sub(r"<[^<>]*>", " ", text)).split())


def has_mark(answer: Answer) -> bool:
    """Return whether an answer has an application's mark; proxies use its servers, too (Kestrel, Netty, Node)."""
    headers = answer.headers
    proxied = answer.status in {502, 504} and not answer.body.start.strip()
    return (
        bool(words("app_servers").search(headers.get("server", "")) and not proxied)
        or any(name in headers for name in listed("app_headers"))
        or all(name in headers for name in listed("framework_headers"))
        or (answer.status == 404 and words("framework_404").search(answer.body.start[:20_000]) is not None)
    )
