"""A blueprint as a tree whose nodes know where they stand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

LARGEST = 1 << 20


class Finding(Struct, frozen=True):
    """Something that would break, or that is not as the environment file says."""

    rule: str
    level: str
    """`error` or `warning`."""
    text: str
    line: int = 1
    column: int = 1


class BlueprintError(Exception):
    """The file cannot be read as a blueprint; says where."""

    def __init__(self, text: str, line: int = 1, column: int = 1) -> None:
        super().__init__(text)
        self.finding = Finding("readable", "error", text, line, column)


class Node(Struct, frozen=True):
    """A value of the file, and where it stands, counted from 1."""

    value: Any
    line: int = 1
    column: int = 1

    def get(self, key: str) -> Node | None:
        """Return what stands under a key, None where there is nothing."""
        if not isinstance(self.value, dict) or key not in self.value:
            return None
        return Node(self.value[key], *_place(self.value, "value", key, self))

    def text(self, key: str) -> str:
        """Return a plain value under a key as text, empty where there is none."""
        found = self.get(key)
        if found is None or isinstance(found.value, dict | list) or found.value is None:
            return ""
        return str(found.value).lower() if isinstance(found.value, bool) else str(found.value)

    def items(self, key: str) -> Iterator[Node]:
        """Yield the elements of a list under a key."""
        found = self.get(key)
        if found is not None and isinstance(found.value, list):
            for index, each in enumerate(found.value):
                yield Node(each, *_place(found.value, "item", index, found))

    def finding(self, rule: str, text: str, level: str = "error") -> Finding:
        """Return a finding about this place."""
        return Finding(rule, level, text, self.line, self.column)


def _place(holder: Any, what: str, key: Any, otherwise: Node) -> tuple[int, int]:
    try:
        line, column = getattr(holder.lc, what)(key)
    except (AttributeError, KeyError, TypeError):
        return otherwise.line, otherwise.column
    return line + 1, column + 1


def read(file: Path) -> Node:
    """Read a blueprint; raises BlueprintError where it cannot be read or is not a table in YAML."""
    from ruamel.yaml import YAML  # noqa: PLC0415 -- an extra
    from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: PLC0415 -- an extra

    try:
        if file.stat().st_size > LARGEST:
            raise BlueprintError(f"expected a file of at most {LARGEST >> 10} KiB")
        found = YAML(typ="rt").load(file.read_text("utf-8"))
    except OSError as error:
        raise BlueprintError(f"cannot be read: {(error.strerror or type(error).__name__).lower()}") from None
    except MarkedYAMLError as error:
        mark = error.problem_mark
        raise BlueprintError(f"not YAML: {error.problem}", (mark.line if mark else 0) + 1, 1) from None
    except (YAMLError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BlueprintError(f"not YAML: {type(error).__name__}") from None
    if not isinstance(found, dict):
        raise BlueprintError("expected a table with `services`")
    return Node(found)
