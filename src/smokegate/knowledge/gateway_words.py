"""Reads `gateway.toml`: the words and marks of gateways that no data file names."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def listed(name: str) -> tuple[str, ...]:
    """Return a list of `gateway.toml` as it stands there."""
    return tuple(_table()[name])


@cache
def words(name: str) -> re.Pattern[str]:
    """Return a list of `gateway.toml` as one pattern that ignores case."""
    return re.compile("|".join(f"(?:{each})" for each in listed(name)), re.IGNORECASE)


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads((files("smokegate.knowledge") / "gateway.toml").read_text(encoding="utf-8"))
