"""Addresses found in scripts: with dynamic parts or unfilled placeholders; compared by origin and path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import SplitResult, urlsplit

from smokegate.environment.model import Environment
from smokegate.observation.evidence.html import is_html
from smokegate.observation.exchange import Answer
from smokegate.observation.model import DYNAMIC

UNSET = re.compile(
    r"(?:(?:https?|wss?)://)?(?:undefined|null|NaN|\[object Object\])(?=$|[/:?\ufffc])|https?:///"
    r"|undefined(?=[a-z]+(?:$|[/?\ufffc]))"
)
UNFILLED = re.compile(
    r"(?:https?://)?(?:__[A-Za-z][A-Za-z0-9_]*__|%[A-Z][A-Z0-9_]*%|\$\{[A-Za-z_][\w.]*(?::?-[^}]*)?\}|\$[A-Z][A-Z0-9_]{2,}"
    r"|\{\{\s*[\w.]+\s*\}\}|<%=?.*?%>|#\{\w+\}#?|@@?[A-Z][A-Z0-9_]+@@?|<[A-Z][A-Z0-9_-]+>"
    r"|(?:YOUR|REPLACE|CHANGE|INSERT|PLACEHOLDER|TODO)[_-][A-Z_-]+|[A-Z][A-Z0-9]*_API_[A-Z0-9_]+|API_[A-Z0-9_]+_PLACEHOLDER"
    r"|[A-Z0-9_]+_PLACEHOLDER)(?=$|[/:?\ufffc])"
)
VERSION = re.compile(r"v\d{1,3}")
WITHOUT_SCHEME = re.compile(r"[\"']https?://|((?:[\w-]+\.)+[\w-]+|localhost)(?::\d+)?/", re.IGNORECASE)
"""An address that browsers treat as a path: without a scheme, or with a settings file's quotation marks."""


def split_address(url: str) -> SplitResult:
    """Split an address; a WebSocket's scheme becomes that of the HTTP server."""
    try:
        parts = urlsplit(url.replace(DYNAMIC, "/" + DYNAMIC, 1) if re.fullmatch(r"\w+://[^/]*\ufffc.*", url) else url)
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts._replace(scheme={"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme))


def origin_of(parts: SplitResult) -> tuple[str, str | None, int]:
    """Return an address's origin: scheme, host and port."""
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def is_below(path: str, prefix: str) -> bool:
    """Return whether a path equals a prefix or lies below it."""
    return path.rstrip("/") == prefix.rstrip("/") or path.startswith(prefix.rstrip("/") + "/")


def has_prefix(called: Iterable[str], declared: str, path: str) -> bool:
    """Return whether some call begins with the part of a declared path that `path` lacks."""
    first = "/" + declared.removesuffix(path).strip("/").partition("/")[0]
    return any(is_below(each, first) for each in called)


def versionless(path: str) -> list[str]:
    """Return a path's segments without versions and empty ones."""
    return [each for each in path.split("/") if each and VERSION.fullmatch(each) is None]


def is_api(answer: Answer) -> bool:
    """Return whether an answer comes from an API rather than a static file host."""
    kind = answer.headers.get("content-type", "").lower()
    return "json" in kind or (not is_html(answer) and answer.status not in {404, 405} and "text/plain" not in kind)


def declared_paths(environment: Environment) -> Iterator[str]:
    """Yield the API paths that the environment file declares."""
    for endpoint in environment.backend.endpoints:
        path = endpoint.path.partition("?")[0]
        if len(path) > 1:
            yield path
    if environment.sign_in is not None:
        for path in (environment.sign_in.login, environment.sign_in.account):
            if isinstance(path, str) and len(path) > 1:
                yield path.partition("?")[0]
