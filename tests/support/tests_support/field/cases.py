"""The field cases of a folder: one folder each, or one row of a table each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

FIELD = Path(__file__).parents[3] / "field"
"""The cases of this repository."""


@dataclass(frozen=True)
class Case:
    """A deployment, and what is right to say of it."""

    id: str
    kind: str
    what: str
    source: str
    env: str
    """The environment file."""
    expect: dict[str, Any]
    home: Path
    """The folder that holds `cases/`, `tables/` and `bin/`."""
    folder: Path | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)
    options: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """Whether a red verdict would be a false alarm."""
        return bool(self.expect.get("healthy", False))

    def matches(self, patterns: list[str]) -> bool:
        """Whether the case is selected by its name or kind; no pattern selects all."""
        return not patterns or any(fnmatch(name, each) for name in (self.id, self.kind) for each in patterns)


def all_cases(*homes: Path) -> list[Case]:
    """Return the cases of one or several folders."""
    found: list[Case] = []
    for home in homes or (FIELD,):
        found += [_of_folder(path, home) for path in sorted(home.glob("cases/*/case.toml"))]
        for path in sorted(home.glob("tables/*.toml")):
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            found += [_of_row(row, table, home) for row in table["case"]]
    return found


def _of_folder(path: Path, home: Path) -> Case:
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    return Case(
        id=path.parent.name,
        kind=read["kind"],
        what=read["what"],
        source=read.get("source", ""),
        env=(path.parent / "env.toml").read_text(encoding="utf-8"),
        expect=read["expect"],
        home=home,
        folder=path.parent,
        options=tuple(read.get("options", ())),
        variables=read.get("variables", {}),
    )


def _of_row(row: dict[str, Any], table: dict[str, Any], home: Path) -> Case:
    """Return a row of a table as a case: one answer, for every path or for the one that it names."""
    expect = {**table["says"][row["says"]], **row.get("expect", {})}
    words = "|".join(row.get("words", [re.escape(row["platform"])]))
    expect["cause"] = [each.replace("{platform}", words) for each in expect["cause"]]
    answer = {key: row[key] for key in ("path", "status", "headers", "body") if key in row}
    return Case(
        id=row["id"],
        kind=table["kind"],
        what=f"{row['platform']}: {row['what']}",
        source=row.get("source", ""),
        env=table["env"],
        expect=expect,
        home=home,
        answers=[answer, *table.get("answer", [])],
    )
