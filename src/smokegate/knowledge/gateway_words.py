"""Reads `gateway.toml`: wording and marks of unknown gateways."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def listed(name: str) -> tuple[str, ...]:
    """Return a list of `gateway.toml` verbatim."""
    return tuple(_table()[name])


@cache
def words(name: str) -> re.Pattern[str]:
    """Return a list of `gateway.toml` as one case-insensitive pattern."""
    return re.compile("|".join(f"(?:{each})" for each in listed(name)), re.IGNORECASE)


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads((files("smokegate.knowledge") / "gateway.toml").read_text(encoding="utf-8"))
