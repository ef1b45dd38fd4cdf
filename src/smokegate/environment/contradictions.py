"""Rules between keys of a file, on its raw table, so that they are reported even where a key is wrong too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from smokegate.environment.addresses import ADDRESS
from smokegate.environment.presets import with_preset
from smokegate.environment.request_contradictions import Found, in_credentials, in_endpoints, in_request, section

UNFILLED = ' (--set frontend.url=…): with "--set backend.url" no replica is started to fill it in'


def contradictions(table: Mapping[str, Any], *, dropped: bool = False) -> Found:
    """Yield the mistakes of a file that only several keys together make.

    Args:
        table: the file's raw table.
        dropped: whether the file has a replica that is not started, because an override names what to check.
    """
    replica = "replica" in table
    yield from _addresses(table, replica=replica, dropped=dropped)
    backend = section(table, "backend")
    yield from in_endpoints(backend.get("endpoints"))
    yield from in_request(section(backend, "health"), ("backend", "health"))
    yield from _database(table)
    yield from in_credentials(table, with_preset(section(table, "sign_in")))
    yield from _monitoring(section(section(table, "backend"), "monitoring"))
    yield from _sign_in(section(table, "sign_in"))
    if isinstance(table.get("version"), dict):
        yield from _version(table["version"], table)
    if isinstance(table.get("server"), dict):
        given = {key: value for key, value in table["server"].items() if value is not False}
        yield from _either("server", given, "ssh", "local")
    if "compose" in table:
        yield from _compose(section(table, "compose"), server=replica or "server" in table)
    if "sign_in" in section(table, "browser") and "sign_in" not in table:
        yield ("browser", "sign_in"), "needs [sign_in], which says whose account it uses"


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


def _database(table: Mapping[str, Any]) -> Found:
    """Yield what says that it depends on a database that there is not."""
    backend = section(table, "backend")
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
    yield from _one_of(places, given, ("version",))


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
        text = "is missing; creates_accounts = true needs the path that creates an account"
        yield ("sign_in", "register"), text
    by_cookie = sign_in.get("session") == "cookie"
    if "cookie" in written and not by_cookie:
        yield ("sign_in", "cookie"), 'goes with session = "cookie"'
    for key in ("token", "token_header", "header", "scheme"):
        if key in written and by_cookie:
            yield ("sign_in", key), 'contradicts session = "cookie", where no token is sent; keep one of them'
    if "token" in written and "token_header" in sign_in:
        yield ("sign_in", "token"), "contradicts token_header, which says that the token is in a header"
    for call in ("logout", "delete"):
        found = section(sign_in, call)
        if found.get("method") == "GET" and found.get("fields"):
            yield ("sign_in", call, "fields"), 'contradicts method = "GET", which sends no body'
    if isinstance(sign_in.get("csrf"), Mapping):
        yield from _csrf(sign_in["csrf"])


def _csrf(csrf: Mapping[str, Any]) -> Found:
    sources = ("input", "meta", "cookie", "json", "answer_header")
    given = [key for key in sources if key in csrf]
    yield from _one_of(sources, given, ("sign_in", "csrf"))
    if len(given) == 1 and given != ["input"] and not {"field", "header"} & csrf.keys():
        yield ("sign_in", "csrf"), "expected field or header, which say how the token is sent, found neither"


def _one_of(keys: Sequence[str], given: Sequence[str], place: tuple[str, ...]) -> Found:
    if len(given) != 1:
        yield place, f"expected one of the keys {', '.join(keys)}, found {' and '.join(given) or 'none'}"


def _either(name: str, given: Mapping[str, Any], one: str, other: str) -> Found:
    if (one in given) == (other in given):
        found = "both" if one in given else "neither"
        yield (name,), f"expected one of the keys {one} and {other}, found {found}"


def _compose(compose: Mapping[str, Any], *, server: bool) -> Found:
    if not server:
        yield ("server",), "is missing; [compose] is reached through [server] ssh or local = true"
    services = compose.get("services")
    if isinstance(services, list) and services:
        for key in ("backend", "database"):
            if isinstance(compose.get(key), str) and compose[key] not in services:
                yield ("compose", key), f'expected a service of compose.services, found "{compose[key]}"'
