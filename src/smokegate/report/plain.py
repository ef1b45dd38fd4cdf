"""Values of the stages as plain data: what JSON can hold, without secrets, bodies cut to what a reader needs."""

from __future__ import annotations

import base64
from collections.abc import Collection
from datetime import datetime
from enum import Enum
from functools import singledispatch
from typing import Any

from msgspec import Struct

from smokegate.observation.evidence.secret_places import MARK
from smokegate.observation.evidence.sink import SINK
from smokegate.observation.exchange import Body, Headers

#: Headers whose whole value is a credential. The authentication scheme in front of it is kept.
SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})
BODY_LIMIT = 2048
WITHHELD = "[withheld: it holds more credentials than can be told apart from data]"


def stamp(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def header(name: str, value: str) -> str:
    """Return a header's value without the credential that it is, the scheme or cookie name kept."""
    if name.lower() not in SECRET_HEADERS:
        return value
    if name.lower() == "set-cookie":
        cookie, _, attributes = value.partition(";")
        return f"{cookie.partition('=')[0]}={MARK}" + (f";{attributes}" if attributes else "")
    scheme, _, rest = value.partition(" ")
    return f"{scheme} {MARK}" if rest and "=" not in scheme else MARK


@singledispatch
def plain(value: Any) -> Any:
    """Return a value of the stages as JSON has it."""
    if isinstance(value, Struct):
        return {name: plain(getattr(value, name)) for name in value.__struct_fields__}
    return value


@plain.register
def _(value: Headers) -> Any:
    return [[name, header(name, text)] for name, text in value.fields]


@plain.register
def _(value: Body) -> Any:
    if value.withheld:
        return {"text": WITHHELD, "size": value.size, "cut": True}
    cut = value.cut or len(value.text) > BODY_LIMIT
    # Redacted before it is cut: a secret that the cut divides would not be found.
    return {"text": SINK.text(value.text[: 2 * BODY_LIMIT])[:BODY_LIMIT], "size": value.size, "cut": cut}


@plain.register
def _(value: bytes) -> Any:
    return base64.b64encode(value).decode()


@plain.register
def _(value: datetime) -> Any:
    return stamp(value)


@plain.register
def _(value: Enum) -> Any:
    return getattr(value, "code", value.value)


@plain.register(dict)
def _(value: dict[Any, Any]) -> Any:
    return {str(key): plain(each) for key, each in value.items()}


@plain.register(tuple)
@plain.register(list)
@plain.register(set)
@plain.register(frozenset)
def _(value: Collection[Any]) -> Any:
    return [plain(each) for each in value]


@plain.register
def _(value: float) -> Any:
    return round(value, 6)
