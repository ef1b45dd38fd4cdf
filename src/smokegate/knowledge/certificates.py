"""Reads `certificates.toml`: default certificates of servers and platforms."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from msgspec import Struct


class DefaultCertificate(Struct, frozen=True):
    """A certificate that a server presents if none is configured for the name."""

    owner: str
    names: re.Pattern[str]
    step: str
    local: bool
    """Whether it is made for `localhost`, where it is not out of place."""


@cache
def _known() -> tuple[DefaultCertificate, ...]:
    table = tomllib.loads((files("smokegate.knowledge") / "certificates.toml").read_text(encoding="utf-8"))
    return tuple(
        DefaultCertificate(
            each["owner"], re.compile(each["names"], re.IGNORECASE), each["step"], local=each.get("local", False)
        )
        for each in table["certificate"]
    )


def default_certificate(names: str) -> DefaultCertificate | None:
    """Return the default certificate with these names, None if it is not a known one."""
    return next((each for each in _known() if each.names.search(names)), None)
