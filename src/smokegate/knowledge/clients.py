"""Reads `pages/clients.toml`: what HTTP clients call if they have no address."""

from __future__ import annotations

from functools import cache

from msgspec import Struct

from smokegate.knowledge import rows, table


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
    return rows(list(table("pages", "clients.toml").values()), Client)
