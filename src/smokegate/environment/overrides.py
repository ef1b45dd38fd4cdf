"""`--set KEY=VALUE`: one value of a file, replaced for one run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from smokegate.environment.errors import Mistake
from smokegate.environment.reading import DEEPEST, bound
from smokegate.environment.wording import did_you_mean, dotted

EXAMPLE = "--set backend.url=https://preview.example.com"


class Override(Struct, frozen=True):
    """One value to put in the place of a file's."""

    environment: str
    path: tuple[str, ...]
    value: Any
    place: str
    """What a message calls it: what was typed but for its value, which may be a secret where none belongs."""

    def brought(self, keys: tuple[str, ...], written: Any) -> bool:
        """Return whether the file is not to blame for what is at these keys: the override put it there."""
        if keys[: len(self.path)] == self.path:
            return True
        return self.path[: len(keys)] == keys and not _has(written, keys)


def _has(node: Any, path: tuple[str, ...]) -> bool:
    for key in path:
        if isinstance(node, list) and _index(key, node) is not None:
            node = node[int(key)]
        elif isinstance(node, dict) and key in node:
            node = node[key]
        else:
            return False
    return True


def _index(key: str, items: list[Any]) -> int | None:
    return int(key) if re.fullmatch(r"[0-9]{1,6}", key) and int(key) < len(items) else None


def parse(texts: Iterable[str], selected: Sequence[str]) -> tuple[list[Override], list[Mistake]]:
    """Read `KEY=VALUE` (one environment is selected) and `NAME:KEY=VALUE`.

    The value is read as TOML where it is TOML, else it is the text itself.
    """
    found: list[Override] = []
    mistakes: list[Mistake] = []
    for text in texts:
        target, equals, value = text.partition("=")
        name, key = _target(target)
        path = _path(key)
        place = f"--set {target.strip()}=…" if equals else f"--set {text}"
        if not equals or path is None:
            mistakes.append(Mistake(place, "", f"expected KEY=VALUE with a key of the file, as in {EXAMPLE}"))
        elif name is None and len(selected) != 1:
            problem = f"{len(selected)} environments are selected, expected which one is meant"
            example = f"--set {selected[0] if selected else 'NAME'}:{key}=…"
            mistakes.append(Mistake(place, "", f"{problem}, as in {example}"))
        elif name is not None and name not in selected:
            chosen = ", ".join(selected)
            problem = f'expected one of the selected environments ({chosen}), found "{name}"'
            mistakes.append(Mistake(place, "", problem + did_you_mean(name, selected)))
        else:
            found.append(Override(name or selected[0], path, _value(value), place))
    return found, mistakes


def _target(text: str) -> tuple[str | None, str]:
    found = re.match(r'\s*([^\s:"\'=]+):(.*)', text, re.DOTALL)
    return (found[1], found[2].strip()) if found else (None, text.strip())


def _path(key: str) -> tuple[str, ...] | None:
    """Read a dotted key as TOML does, quotes included."""
    try:
        table: Any = tomllib.loads(f"{key} = 0") if "\n" not in key else {}
    except (ValueError, RecursionError):
        return None
    path: list[str] = []
    while isinstance(table, dict) and len(table) == 1:
        key, table = next(iter(table.items()))
        path.append(key)
    return tuple(path) if table == 0 and 0 < len(path) <= DEEPEST else None


def _value(text: str) -> Any:
    try:
        table = tomllib.loads(f"value = {text}")
        bound(table)
    except (ValueError, RecursionError):
        return text
    return table["value"] if table.keys() == {"value"} else text


def apply(overrides: Sequence[Override], table: Mapping[str, Any]) -> tuple[dict[str, Any], list[Mistake]]:
    """Return the table with the overrides in it, and those that lead nowhere."""
    mistakes: list[Mistake] = []
    changed: Any = dict(table)
    for override in overrides:
        try:
            changed = _put(changed, override.path, override.value)
        except LookupError as error:
            mistakes.append(Mistake(override.place, "", str(error.args[0])))
    return changed, mistakes


def _put(node: Any, path: tuple[str, ...], value: Any, done: tuple[str, ...] = ()) -> Any:
    """Return a copy of a tree with one value replaced; tables are made, a missing array item is a `LookupError`."""
    if not path:
        return value
    key, *rest = path
    here = (*done, key)
    if isinstance(node, dict):
        return {**node, key: _put(node.get(key, {}), tuple(rest), value, here)}
    if isinstance(node, list):
        index = _index(key, node)
        if index is not None:
            return [*node[:index], _put(node[index], tuple(rest), value, here), *node[index + 1 :]]
        numbers = f"a number from 0 to {len(node) - 1}" if node else "no more keys: it is an empty array"
        raise LookupError(f'expected after {dotted(done)} {numbers}, found "{key}"')
    raise LookupError(f"expected {dotted(done)} to be a table in which {key} can be set, found a plain value")
