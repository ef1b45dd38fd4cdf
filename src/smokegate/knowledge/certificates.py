"""Reads `certificates.toml`: default certificates of servers and platforms."""

from __future__ import annotations

import re
from functools import cache

from msgspec import Struct

from smokegate.knowledge import rows, table


class DefaultCertificate(Struct, frozen=True):
    """A certificate that a server presents if none is configured for the name."""

    owner: str
    names: re.Pattern[str]
    step: str
    local: bool = False
    """Whether it is made for `localhost`, where it is not out of place."""


@cache
def _known() -> tuple[DefaultCertificate, ...]:
    return rows(table("certificates.toml")["certificate"], DefaultCertificate)


def default_certificate(names: str) -> DefaultCertificate | None:
    """Return the default certificate with these names, None if it is not a known one."""
    return next((each for each in _known() if each.names.search(names)), None)
