"""Reads `pages/clients.toml`: what HTTP clients call if they have no address."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from msgspec import Struct, convert


class Client(Struct, frozen=True):
    """One HTTP client, identified by its source."""

    holds: tuple[str, ...]
    calls: str
    option: str = ""
    method: str = ""

    def is_in(self, source: str) -> bool:
        """Return whether a source contains this client."""
        return all(each in source for each in self.holds)


@cache
def clients() -> tuple[Client, ...]:
    """Return the known clients."""
    text = files("smokegate.knowledge").joinpath("pages", "clients.toml").read_text("utf-8")
    return tuple(convert(each, Client) for each in tomllib.loads(text).values())
