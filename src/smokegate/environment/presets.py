"""Presets of `[sign_in]`: the usual values of a framework, as data in `knowledge/sign_in/`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from smokegate.environment.errors import InvalidValueError
from smokegate.environment.wording import describe, did_you_mean

HOME = Path(__file__).parents[1] / "knowledge" / "sign_in"
"""A preset is read only when a file names it, so that other files load as fast as without."""


@cache
def names() -> tuple[str, ...]:
    """Return the names of all presets, sorted."""
    return tuple(sorted(file.stem for file in HOME.glob("*.toml")))


@cache
def preset(name: str) -> dict[str, Any]:
    """Return what a preset says: `about`, `proven`, and the keys of `[sign_in]` under `values`."""
    return tomllib.loads((HOME / f"{name}.toml").read_text(encoding="utf-8"))


def known_preset(name: str) -> str:
    """Check the name of a preset."""
    if name not in names():
        found = describe(name) + did_you_mean(name, names())
        raise InvalidValueError(f"one of {', '.join(names())}", found=found)
    return name


def with_preset(section: Mapping[str, Any]) -> dict[str, Any]:
    """Return the raw section with the preset's values for what it leaves out; `false` drops what a preset says."""
    name = section.get("preset")
    if not isinstance(name, str) or name not in names():
        return dict(section)
    return merged(preset(name)["values"], section)


def merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table over another, level by level; a path alone is the `path` of the table below it."""
    result = dict(base)
    for key, value in over.items():
        below = result.get(key)
        if isinstance(below, Mapping) and isinstance(value, str):
            result[key] = {**below, "path": value}
        elif isinstance(below, Mapping) and isinstance(value, Mapping) and "env" not in value:
            result[key] = merged(below, value)
        elif value is False and isinstance(below, Mapping) and key != "logout":
            del result[key]
        else:
            result[key] = value
    return result
