"""Reads `certificates.toml`: whose a certificate is that was made for no deployment's name."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from msgspec import Struct


class DefaultCertificate(Struct, frozen=True):
    """A certificate that a server shows where none is set up for the name."""

    owner: str
    names: re.Pattern[str]
    step: str


@cache
def _known() -> tuple[DefaultCertificate, ...]:
    table = tomllib.loads((files("smokegate.knowledge") / "certificates.toml").read_text(encoding="utf-8"))
    return tuple(
        DefaultCertificate(each["owner"], re.compile(each["names"], re.IGNORECASE), each["step"])
        for each in table["certificate"]
    )


def default_certificate(names: str) -> DefaultCertificate | None:
    """Return whose default certificate has these names, None where it is not a default that is known."""
    return next((each for each in _known() if each.names.search(names)), None)
