"""Knowledge of platforms, proxies and drivers: data in TOML files, with readers that load them on demand.

A file holds the wording of other programs and its meaning; other code decides whether it applies. No file is read
if every answer is obviously the application's.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from msgspec import convert

T = TypeVar("T")


@cache
def table(*path: str) -> dict[str, Any]:
    """Return a file of this folder as it stands, by its path within it."""
    return tomllib.loads(files(__name__).joinpath(*path).read_text(encoding="utf-8"))


def rows(written: Any, kind: type[T], flags: int = re.IGNORECASE) -> tuple[T, ...]:
    """Return tables of a file as values of a kind; its patterns are compiled with these flags."""
    return tuple(convert(each, kind, dec_hook=lambda _, text: re.compile(text, flags)) for each in written)
