"""Reads `pages/clients.toml`: what HTTP clients call that are given no address."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from msgspec import Struct, convert


class Client(Struct, frozen=True):
    """One client, by its source."""

    holds: tuple[str, ...]
    calls: str
    option: str = ""

    def is_in(self, source: str) -> bool:
        """Return whether a source is this client's."""
        return all(each in source for each in self.holds)


@cache
def clients() -> tuple[Client, ...]:
    """Return the clients that are known."""
    text = files("smokegate.knowledge").joinpath("pages", "clients.toml").read_text("utf-8")
    return tuple(convert(each, Client) for each in tomllib.loads(text).values())
