"""Rules between keys of a file, on its raw table, so that they are reported even where a key is wrong too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from smokegate.environment.addresses import ADDRESS
from smokegate.environment.presets import with_preset

UNFILLED = ' (--set frontend.url=…): with "--set backend.url" no replica is started to fill it in'
GRAPHQL_WRITE = re.compile(r"^\s*(mutation|subscription)\b", re.MULTILINE)
"""What a GraphQL document has that is no query."""
Found = Iterator[tuple[tuple[str | int, ...], str]]
"""Keys and what is wrong with them."""


def contradictions(table: Mapping[str, Any], *, dropped: bool = False) -> Found:
    """Yield everything in a file that no key is to blame for alone.

    Args:
        table: the file's raw table.
        dropped: whether the file has a replica that is not started, because an override names what to check.
    """
    replica = "replica" in table
    yield from _addresses(table, replica=replica, dropped=dropped)
    backend = _section(table, "backend")
    yield from _endpoints(backend.get("endpoints"))
    yield from _request(_section(backend, "health"), ("backend", "health"))
    yield from _database(table)
    yield from _credentials(table, with_preset(_section(table, "sign_in")))
    yield from _monitoring(_section(_section(table, "backend"), "monitoring"))
    yield from _sign_in(_section(table, "sign_in"))
    if isinstance(table.get("version"), dict):
        yield from _version(table["version"], table)
    if isinstance(table.get("server"), dict):
        given = {key: value for key, value in table["server"].items() if value is not False}
        yield from _either("server", given, "ssh", "local")
    if "compose" in table:
        yield from _compose(_section(table, "compose"), server=replica or "server" in table)
    if "sign_in" in _section(table, "browser") and "sign_in" not in table:
        yield ("browser", "sign_in"), "needs [sign_in], which says whose account it uses"


def _section(table: Any, key: str) -> dict[str, Any]:
    """Return the table under a key, an empty one where there is none."""
    value = table.get(key) if isinstance(table, Mapping) else None
    return value if isinstance(value, dict) else {}


def _addresses(table: Mapping[str, Any], *, replica: bool, dropped: bool) -> Found:
    for name in ("backend", "frontend"):
        if name == "frontend" and name not in table:
            continue
        section = table.get(name, {})
        if not isinstance(section, Mapping):
            continue
        if not replica and "url" not in section:
            yield (name, "url"), f"is missing; expected {ADDRESS}" + (UNFILLED if dropped else "")
        if replica and "url" in section:
            yield (name, "url"), "contradicts [replica], which fills it in; keep one of them"


def _endpoints(endpoints: Any) -> Found:
    first: dict[tuple[str, str, str], int] = {}
    for index, endpoint in enumerate(endpoints if isinstance(endpoints, list) else ()):
        if not isinstance(endpoint, dict):
            continue
        yield from _request(endpoint, ("backend", "endpoints", index))
        path, method = endpoint.get("path"), endpoint.get("method") or "GET"
        method = "POST" if "graphql" in endpoint else method
        if isinstance(path, str):
            same = first.setdefault((str(method), path, str(endpoint.get("name"))), index)
            if same != index:
                text = f"{method} {path} is declared by backend.endpoints.{same} already"
                yield ("backend", "endpoints", index), f"{text}; expected each once, or a `name` for each"


def _request(said: Mapping[str, Any], path: tuple[str | int, ...]) -> Found:
    """Yield what no answer can fulfil, and what could change something."""
    graphql, method = said.get("graphql"), said.get("method", "GET")
    if graphql is not None and method not in {"GET", "POST"}:
        yield (*path, "method"), f"contradicts graphql, which is sent as POST; found {method}"
    if isinstance(graphql, str) and GRAPHQL_WRITE.search(graphql):
        yield (*path, "graphql"), "expected a query, found one that may change something"
    if method == "POST" and graphql is None and said.get("harmless") is not True:
        yield (*path, "method"), "POST needs harmless = true, which says that this request changes nothing"
    if said.get("fields") and graphql is None and method != "POST":
        yield (*path, "fields"), f'needs method = "POST"; {method} sends no body'
    yield from _no_body(said, path, str(method))
    yield from _texts(said, path)
    if said.get("follow") is True and _only(said.get("status", 200), "3"):
        yield (*path, "follow"), "contradicts a status that is a redirect; keep one of them"


def _no_body(said: Mapping[str, Any], path: tuple[str | int, ...], method: str) -> Found:
    """Yield what is said of a body that there cannot be."""
    statuses = said.get("status", 200)
    bodiless = {204, 304}.issuperset(statuses if isinstance(statuses, list) else [statuses])
    why = "method HEAD" if method == "HEAD" and "graphql" not in said else "its status" if bodiless else None
    for key in ("json", "contains", "text"):
        if why is not None and said.get(key) not in (None, "", {"equals": ""}):
            yield (*path, key), f"contradicts {why}, which comes without a body"
    if "json" in said and said.get("text") == "":
        yield (*path, "text"), "contradicts json; keep one of them"


def _texts(said: Mapping[str, Any], path: tuple[str | int, ...]) -> Found:
    """Yield rules for the body's text that no text keeps together."""
    text, contains = said.get("text"), said.get("contains")
    whole = text.get("equals") if isinstance(text, Mapping) else text
    if isinstance(contains, str) and isinstance(whole, str) and contains not in whole:
        yield (*path, "contains"), "contradicts text, which does not contain it"
    without = text.get("not_contains") if isinstance(text, Mapping) else None
    if isinstance(contains, str) and isinstance(without, str) and without in contains:
        yield (*path, "contains"), "contradicts text.not_contains"


def _only(status: Any, first: str) -> bool:
    several = status if isinstance(status, list) else [status]
    return bool(several) and all(str(each)[:1] == first for each in several)


def _database(table: Mapping[str, Any]) -> Found:
    """Yield what says that it depends on a database that there is not."""
    backend = _section(table, "backend")
    if backend.get("database") != "none":
        return
    endpoints = backend.get("endpoints")
    readers: list[tuple[tuple[str | int, ...], Any]] = [
        (("backend", "health"), backend.get("health")),
        (("backend", "monitoring"), backend.get("monitoring")),
        (("sign_in",), table.get("sign_in")),
        *((("backend", "endpoints", i), e) for i, e in enumerate(endpoints if isinstance(endpoints, list) else ())),
    ]
    for path, each in readers:
        if isinstance(each, Mapping) and each.get("touches"):
            yield (*path, "touches"), 'contradicts backend.database = "none"; keep one of them'


def _version(version: Mapping[str, Any], table: Mapping[str, Any]) -> Found:
    places = ("header", "field", "meta", "text")
    given = [key for key in places if version.get(key, False) is not False]
    needs = {"platform": ("render",), "label": ("server", "compose")}.get(str(version.get("from")))
    if needs is not None:
        for key in ("path", *given):
            if key in version:
                yield ("version", key), f'contradicts from = "{version["from"]}", which sends no request'
        for section in needs:
            if section not in table and "replica" not in table:
                yield (section,), f'is missing; version.from = "{version["from"]}" is read there'
        return
    if "path" not in version:
        yield ("version", "path"), 'is missing; expected a path such as "/version"'
    if len(given) != 1:
        found = " and ".join(given) or "none"
        yield ("version",), f"expected one of the keys {', '.join(places)}, found {found}"


def _requests(table: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Yield every section that says how requests are sent, and where it is."""
    backend = _section(table, "backend")
    yield ("backend",), backend
    for path in (("frontend",), ("version",), ("backend", "health"), ("backend", "monitoring")):
        yield path, _section(backend if len(path) > 1 else table, path[-1])
    endpoints = backend.get("endpoints")
    for index, each in enumerate(endpoints if isinstance(endpoints, list) else ()):
        if isinstance(each, Mapping):
            yield ("backend", "endpoints", index), each


def _doubled(said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the keys of a section that are one header, in pairs."""
    send = {key.lower() for key in _section(said, "send")}
    given = [key for key in ("basic", "bearer") if key in said] + ["send"] * ("authorization" in send)
    yield from ((given[0], key) for key in given[1:])
    if "host" in send and "host" in said:
        yield "host", "send"


def _credentials(table: Mapping[str, Any], sign_in: Mapping[str, Any]) -> Found:
    """Yield what would stand in one and the same header."""
    for path, said in _requests(table):
        for first, other in _doubled(said):
            header = "Host" if first == "host" else "Authorization"
            yield (*path, other), f"contradicts {'.'.join(map(str, path))}.{first}: both are the header {header}"
    backend = _section(table, "backend")
    send = {key.lower() for key in _section(backend, "send")}
    given = [key for key in ("basic", "bearer") if key in backend] + ["send"] * ("authorization" in send)
    header = str(sign_in.get("header", "Authorization")).lower()
    if given and sign_in and sign_in.get("session") != "cookie" and header == "authorization":
        text = f"contradicts backend.{given[0]}: both are the header Authorization"
        yield ("sign_in", "header"), text


def _monitoring(monitoring: Mapping[str, Any]) -> Found:
    for one, other in (("age_field", "fresh_within"), ("fresh_within", "age_field")):
        if one in monitoring and other not in monitoring:
            yield ("backend", "monitoring", other), f"is missing; {one} says nothing without it"
    if not monitoring:
        return
    lists = [monitoring.get(name, [name]) for name in ("healthy", "degraded", "unhealthy")]
    words = Counter(each for values in lists if isinstance(values, list) for each in values if isinstance(each, str))
    for word in (word for word, times in words.items() if times > 1):
        text = f'expected "{word}" in one of healthy, degraded and unhealthy, found it twice'
        yield ("backend", "monitoring"), text
    if lists[0] == []:
        yield ("backend", "monitoring", "healthy"), "expected at least one value, found an empty array"


def _sign_in(written: Mapping[str, Any]) -> Found:
    sign_in = with_preset(written)
    if sign_in.get("creates_accounts") is True and "register" not in sign_in:
        yield (
            ("sign_in", "register"),
            "is missing; creates_accounts = true needs the path that creates an account",
        )
    by_cookie = sign_in.get("session") == "cookie"
    if "cookie" in written and not by_cookie:
        yield ("sign_in", "cookie"), 'goes with session = "cookie"'
    for key in ("token", "token_header", "header", "scheme"):
        if key in written and by_cookie:
            yield ("sign_in", key), 'contradicts session = "cookie", where no token is sent; keep one of them'
    if "token" in written and "token_header" in sign_in:
        yield ("sign_in", "token"), "contradicts token_header, which says that the token is in a header"
    for call in ("logout", "delete"):
        found = _section(sign_in, call)
        if found.get("method") == "GET" and found.get("fields"):
            yield ("sign_in", call, "fields"), 'contradicts method = "GET", which sends no body'
    if isinstance(sign_in.get("csrf"), Mapping):
        yield from _csrf(sign_in["csrf"])


def _csrf(csrf: Mapping[str, Any]) -> Found:
    sources = ("input", "meta", "cookie", "json", "answer_header")
    given = [key for key in sources if key in csrf]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        yield ("sign_in", "csrf"), f"expected one of the keys {', '.join(sources)}, found {found}"
    elif given != ["input"] and not {"field", "header"} & csrf.keys():
        yield ("sign_in", "csrf"), "expected field or header, which say how the token is sent, found neither"


def _either(name: str, section: Mapping[str, Any], one: str, other: str) -> Found:
    if (one in section) == (other in section):
        found = "both" if one in section else "neither"
        yield (name,), f"expected one of the keys {one} and {other}, found {found}"


def _compose(compose: Mapping[str, Any], *, server: bool) -> Found:
    if not server:
        yield ("server",), "is missing; [compose] is reached through [server] ssh or local = true"
    services = compose.get("services")
    if isinstance(services, list) and services:
        for key in ("backend", "database"):
            if isinstance(compose.get(key), str) and compose[key] not in services:
                yield ("compose", key), f'expected a service of compose.services, found "{compose[key]}"'
