"""Words for mistakes: how a value of a file, a key and a near miss are shown to a person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

LONGEST = 60
"""Characters of a value that a message shows."""
LARGEST = 1e18
KINDS: dict[tuple[type, ...], str] = {(list, tuple): "array", (dict,): "table"}


def describe(value: Any) -> str:
    """Return a short description of a TOML value, in TOML's own spelling where there is one."""
    if isinstance(value, str):
        return f'"{value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {'that is too large to show' if abs(value) > LARGEST else value}"
    for kinds, word in KINDS.items():
        if isinstance(value, kinds):
            return f"{'an' if word[0] == 'a' else 'a'} {word}" if value else f"an empty {word}"
    return f"the date or time {value}"


def dotted(path: Iterable[str | int]) -> str:
    """Return a path of keys as TOML writes it, array positions counting from 0."""
    return ".".join(part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"' for part in map(str, path))


def nearest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known word that is most like this one, if one is."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it, and it costs start-up time

    lowered = {each.lower(): each for each in known}
    found = get_close_matches(word[:LONGEST].lower(), lowered, n=1, cutoff=cutoff)
    return lowered[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return `; did you mean "…"?` where a known word is near, else nothing."""
    near = nearest(word, known)
    return f'; did you mean "{near}"?' if near is not None else ""
