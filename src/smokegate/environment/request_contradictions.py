"""Rules between the keys that say of one request how it is sent and what is expected of its answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

GRAPHQL_WRITE = re.compile(r"^\s*(mutation|subscription)\b", re.MULTILINE)
"""What a GraphQL document has that is not a query."""
Found = Iterator[tuple[tuple[str | int, ...], str]]
"""Keys and what is wrong with them."""


def section(table: Any, key: str) -> dict[str, Any]:
    """Return the table under a key, an empty one where there is none."""
    value = table.get(key) if isinstance(table, Mapping) else None
    return value if isinstance(value, dict) else {}


def in_endpoints(endpoints: Any) -> Found:
    """Yield what is wrong with a list of endpoints: of each, and where one is declared twice."""
    first: dict[tuple[str, str, str], int] = {}
    for index, endpoint in enumerate(endpoints if isinstance(endpoints, list) else ()):
        if not isinstance(endpoint, dict):
            continue
        yield from in_request(endpoint, ("backend", "endpoints", index))
        path, method = endpoint.get("path"), endpoint.get("method") or "GET"
        method = "POST" if "graphql" in endpoint else method
        if isinstance(path, str):
            same = first.setdefault((str(method), path, str(endpoint.get("name"))), index)
            if same != index:
                text = f"{method} {path} is declared by backend.endpoints.{same} already"
                yield ("backend", "endpoints", index), f"{text}; expected each once, or a `name` for each"


def in_request(request: Mapping[str, Any], path: tuple[str | int, ...]) -> Found:
    """Yield what no answer can fulfil, and what would change something."""
    graphql, method = request.get("graphql"), request.get("method", "GET")
    if graphql is not None and method not in {"GET", "POST"}:
        yield (*path, "method"), f"contradicts graphql, which is sent as POST; found {method}"
    if isinstance(graphql, str) and GRAPHQL_WRITE.search(graphql):
        yield (*path, "graphql"), "expected a query, found one that may change something"
    if method == "POST" and graphql is None and request.get("harmless") is not True:
        yield (*path, "method"), "POST needs harmless = true, which says that this request changes nothing"
    if request.get("fields") and graphql is None and method != "POST":
        yield (*path, "fields"), f'needs method = "POST"; {method} sends no body'
    yield from _no_body(request, path, str(method))
    yield from _texts(request, path)
    if request.get("follow") is True and _only(request.get("status", 200), "3"):
        yield (*path, "follow"), "contradicts a status that is a redirect; keep one of them"


def _no_body(request: Mapping[str, Any], path: tuple[str | int, ...], method: str) -> Found:
    """Yield what is expected of a body that there cannot be."""
    statuses = request.get("status", 200)
    bodiless = all(each in (204, 304) for each in (statuses if isinstance(statuses, list) else [statuses]))
    why = "method HEAD" if method == "HEAD" and "graphql" not in request else "its status" if bodiless else None
    for key in ("json", "contains", "text"):
        if why is not None and request.get(key) not in (None, "", {"equals": ""}):
            yield (*path, key), f"contradicts {why}, which comes without a body"
    if "json" in request and request.get("text") == "":
        yield (*path, "text"), "contradicts json; keep one of them"


def _texts(request: Mapping[str, Any], path: tuple[str | int, ...]) -> Found:
    """Yield rules for the body's text that no text keeps together."""
    text, contains = request.get("text"), request.get("contains")
    whole = text.get("equals") if isinstance(text, Mapping) else text
    if isinstance(contains, str) and isinstance(whole, str) and contains not in whole:
        yield (*path, "contains"), "contradicts text, which does not contain it"
    without = text.get("not_contains") if isinstance(text, Mapping) else None
    if isinstance(contains, str) and isinstance(without, str) and without in contains:
        yield (*path, "contains"), "contradicts text.not_contains"


def _only(status: Any, first: str) -> bool:
    several = status if isinstance(status, list) else [status]
    return bool(several) and all(str(each)[:1] == first for each in several)


def in_credentials(table: Mapping[str, Any], sign_in: Mapping[str, Any]) -> Found:
    """Yield what would stand in one and the same header."""
    for path, request in _requests(table):
        for first, other in _doubled(request):
            header = "Host" if first == "host" else "Authorization"
            yield (*path, other), f"contradicts {'.'.join(map(str, path))}.{first}: both are the header {header}"
    backend = section(table, "backend")
    send = {key.lower() for key in section(backend, "send")}
    given = [key for key in ("basic", "bearer") if key in backend] + ["send"] * ("authorization" in send)
    header = str(sign_in.get("header", "Authorization")).lower()
    if given and sign_in and sign_in.get("session") != "cookie" and header == "authorization":
        text = f"contradicts backend.{given[0]}: both are the header Authorization"
        yield ("sign_in", "header"), text


def _requests(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Yield every section that says how requests are sent, and where it is."""
    backend = section(table, "backend")
    yield ("backend",), backend
    for path in (("frontend",), ("version",), ("backend", "health"), ("backend", "monitoring")):
        yield path, section(backend if len(path) > 1 else table, path[-1])
    endpoints = backend.get("endpoints")
    for index, each in enumerate(endpoints if isinstance(endpoints, list) else ()):
        if isinstance(each, Mapping):
            yield ("backend", "endpoints", index), each


def _doubled(request: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the keys of a section that are one header, in pairs."""
    send = {key.lower() for key in section(request, "send")}
    given = [key for key in ("basic", "bearer") if key in request] + ["send"] * ("authorization" in send)
    yield from ((given[0], key) for key in given[1:])
    if "host" in send and "host" in request:
        yield "host", "send"
