"""Addresses as scripts have them: with holes, with parts that were never filled in, and compared by place and path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from smokegate.observation.evidence.html import is_html
from smokegate.observation.model import DYNAMIC

if TYPE_CHECKING:
    from smokegate.environment.model import Environment
    from smokegate.observation.exchange import Answer


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
"""An address that a browser takes for a path: without its scheme, or with the quotation marks of a settings file."""


def split_address(url: str) -> SplitResult:
    """Split an address; a socket's is that of the server that opens it."""
    try:
        parts = urlsplit(url.replace(DYNAMIC, "/" + DYNAMIC, 1) if re.fullmatch(r"\w+://[^/]*\ufffc.*", url) else url)
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts._replace(scheme={"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme))


def place_of(parts: SplitResult) -> tuple[str, str | None, int]:
    """Return the server that an address leads to, whatever its path."""
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def covers(path: str, prefix: str) -> bool:
    """Return whether a path is a prefix or below it."""
    return path.rstrip("/") == prefix.rstrip("/") or path.startswith(prefix.rstrip("/") + "/")


def begun(called: Iterable[str], declared: str, path: str) -> bool:
    """Return whether some call begins as the part of a declared path does that this one lacks."""
    first = "/" + declared.removesuffix(path).strip("/").partition("/")[0]
    return any(covers(each, first) for each in called)


def versionless(path: str) -> list[str]:
    """Return the parts of a path without those that are a version's, and without empty ones."""
    return [each for each in path.split("/") if each and VERSION.fullmatch(each) is None]


def is_api(answer: Answer) -> bool:
    """Return whether an answer is an API's rather than that of a host for files."""
    kind = answer.headers.get("content-type", "").lower()
    return "json" in kind or (not is_html(answer) and answer.status not in {404, 405} and "text/plain" not in kind)


def declared_paths(environment: Environment) -> Iterator[str]:
    """Yield the paths of the API that the file names."""
    for endpoint in environment.backend.endpoints:
        path = endpoint.path.partition("?")[0]
        if len(path) > 1:
            yield path
    if environment.sign_in is not None:
        for path in (environment.sign_in.login, environment.sign_in.account):
            if isinstance(path, str) and len(path) > 1:
                yield path.partition("?")[0]
