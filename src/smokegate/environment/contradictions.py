"""Rules between keys of a file, on its raw table, so that they are told even where a key is wrong too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from smokegate.environment.addresses import ADDRESS
from smokegate.environment.presets import with_preset

UNFILLED = ' (--set frontend.url=…): with "--set backend.url" no replica is started to fill it in'
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
    yield from _endpoints(_section(table, "backend").get("endpoints"))
    yield from _monitoring(_section(_section(table, "backend"), "monitoring"))
    yield from _sign_in(_section(table, "sign_in"))
    if isinstance(table.get("version"), dict):
        yield from _either("version", table["version"], "header", "field")
    if isinstance(table.get("server"), dict):
        given = {key: value for key, value in table["server"].items() if value is not False}
        yield from _either("server", given, "ssh", "local")
    if "compose" in table:
        yield from _compose(_section(table, "compose"), server=replica or "server" in table)


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
    first: dict[tuple[str, str], int] = {}
    for index, endpoint in enumerate(endpoints if isinstance(endpoints, list) else ()):
        method, path = (endpoint.get(key) for key in ("method", "path")) if isinstance(endpoint, dict) else (0, 0)
        if isinstance(path, str):
            same = first.setdefault((str(method or "GET"), path), index)
            if same != index:
                text = f"{method or 'GET'} {path} is promised by backend.endpoints.{same} already"
                yield ("backend", "endpoints", index), f"{text}; expected each method and path once"


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
        yield ("server",), "is missing; [compose] is looked at through [server] ssh or local = true"
    services = compose.get("services")
    if isinstance(services, list) and services:
        for key in ("backend", "database"):
            if isinstance(compose.get(key), str) and compose[key] not in services:
                yield ("compose", key), f'expected a service of compose.services, found "{compose[key]}"'
