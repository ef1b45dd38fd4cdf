"""Reads `gateway.toml`: wording and marks of unknown gateways."""

from __future__ import annotations

import re
from functools import cache

from smokegate.knowledge import table


def listed(name: str) -> tuple[str, ...]:
    """Return a list of `gateway.toml` verbatim."""
    return tuple(table("gateway.toml")[name])


@cache
def words(name: str) -> re.Pattern[str]:
    """Return a list of `gateway.toml` as one case-insensitive pattern."""
    return re.compile("|".join(f"(?:{each})" for each in listed(name)), re.IGNORECASE)
