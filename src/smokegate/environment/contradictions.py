"""Rules between keys of a file. They work on the raw table, so that they are told even where a key is wrong too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from smokegate.environment.fields import ADDRESS

Found = Iterator[tuple[tuple[str | int, ...], str]]
"""Keys and what is wrong with them."""


def contradictions(table: Mapping[str, Any]) -> Found:
    """Yield everything in a file that no key is to blame for alone."""
    replica = "replica" in table
    yield from _addresses(table, replica=replica)
    yield from _endpoints(_section(_section(table, "backend"), "endpoints"))
    yield from _monitoring(_section(_section(table, "backend"), "monitoring"))
    yield from _sign_in(_section(table, "sign_in"))
    if "version" in table:
        yield from _either(table, "version", "header", "field")
    if "server" in table and _section(table, "server").get("local") is not False:
        yield from _either(table, "server", "ssh", "local")
    elif "server" in table and "ssh" not in _section(table, "server"):
        yield ("server",), "expected one of the keys ssh and local = true, found neither"
    if "compose" in table:
        yield from _compose(_section(table, "compose"), server=replica or "server" in table)


def _section(table: Any, key: str) -> Any:
    """Return what is under a key where it can be looked into, else something empty."""
    value = table.get(key) if isinstance(table, Mapping) else None
    return value if isinstance(value, Mapping | list) else {}


def _addresses(table: Mapping[str, Any], *, replica: bool) -> Found:
    for name in ("backend", "frontend"):
        if name == "frontend" and name not in table:
            continue
        section = table.get(name, {})
        if not isinstance(section, Mapping):
            continue
        if not replica and "url" not in section:
            yield (name, "url"), f"is missing; expected {ADDRESS}"
        if replica and "url" in section:
            yield (name, "url"), "contradicts [replica], which fills it in; keep one of them"


def _endpoints(endpoints: Any) -> Found:
    if not isinstance(endpoints, list):
        return
    first: dict[tuple[str, str], int] = {}
    for index, endpoint in enumerate(endpoints):
        method, path = (_section({"e": endpoint}, "e").get(key) for key in ("method", "path"))
        if isinstance(path, str):
            alike = first.setdefault((str(method or "GET"), path), index)
            if alike != index:
                text = f"{method or 'GET'} {path} is promised by backend.endpoints.{alike} already; expected one of each"
                yield ("backend", "endpoints", index), text


def _monitoring(monitoring: Any) -> Found:
    if not isinstance(monitoring, Mapping):
        return
    for one, other in (("age_field", "fresh_within"), ("fresh_within", "age_field")):
        if one in monitoring and other not in monitoring:
            yield ("backend", "monitoring", other), f"is missing; {one} says nothing without it"
    lists = {name: monitoring.get(name, [name]) for name in ("healthy", "degraded", "unhealthy")}
    words = Counter(
        word
        for values in lists.values()
        if isinstance(values, list)
        for word in values
        if isinstance(word, str)
    )
    for word in (word for word, times in words.items() if times > 1):
        yield (
            ("backend", "monitoring"),
            f'"{word}" is listed twice among healthy, degraded and unhealthy; expected once',
        )
    if lists["healthy"] == []:
        yield ("backend", "monitoring", "healthy"), "expected at least one value, found an empty array"


def _sign_in(sign_in: Any) -> Found:
    if isinstance(sign_in, Mapping) and sign_in.get("creates_accounts") is True and "register" not in sign_in:
        yield (
            ("sign_in", "register"),
            "is missing; creates_accounts = true needs the path where an account is created",
        )


def _either(table: Mapping[str, Any], name: str, one: str, other: str) -> Found:
    section = table[name]
    if isinstance(section, Mapping) and (one in section) == (other in section):
        found = "both" if one in section else "neither"
        yield (name,), f"expected one of the keys {one} and {other}, found {found}"


def _compose(compose: Any, *, server: bool) -> Found:
    if not server:
        yield ("server",), "is missing; [compose] is looked at through [server] ssh or local = true"
    services = compose.get("services") if isinstance(compose, Mapping) else None
    if isinstance(services, list) and services:
        for key in ("backend", "database"):
            if isinstance(compose.get(key), str) and compose[key] not in services:
                yield ("compose", key), f'"{compose[key]}" is not among compose.services'
