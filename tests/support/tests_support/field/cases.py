"""The field cases of a folder: one folder each, or one row of a table each."""

from __future__ import annotations

import json
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
    folder: Path | None = None
    answers: list[dict[str, Any]] = field(default_factory=list)
    docker: dict[str, Any] | None = None
    """What the stand-ins for `docker` and `ssh` answer."""
    options: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)
    needs: str = ""
    """What the case cannot do without: `browser`."""

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
        found += [_of_folder(path) for path in sorted(home.glob("cases/*/case.toml"))]
        for path in sorted(home.glob("tables/*.toml")):
            table = tomllib.loads(path.read_text(encoding="utf-8"))
            of_row = _of_server if table["kind"] == "server" else _of_row
            found += [of_row(row, table) for row in table["case"]]
    return found


def _of_folder(path: Path) -> Case:
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    docker = path.parent / "docker.json"
    return Case(
        id=path.parent.name,
        kind=read["kind"],
        what=read["what"],
        source=read.get("source", ""),
        env=(path.parent / "env.toml").read_text(encoding="utf-8"),
        expect=read["expect"],
        folder=path.parent,
        docker=json.loads(docker.read_text(encoding="utf-8")) if docker.exists() else None,
        options=tuple(read.get("options", ())),
        variables=read.get("variables", {}),
        needs=read.get("needs", ""),
    )


CONTAINERS: dict[str, dict[str, Any]] = {
    "backend": {"port": "{port}", "health": "healthy"},
    "database": {"service": "db", "image": "postgres:16", "health": "healthy"},
}
LOOPING = {"state": "restarting", "exit": 1, "restarts": 7, "age": 20}


def _of_server(row: dict[str, Any], table: dict[str, Any]) -> Case:
    """Return a row about a server: the words in which its commands fail, or how one of its containers ends."""
    containers = {role: {"service": role, **each} for role, each in CONTAINERS.items()}
    services = [each["service"] for each in containers.values()]
    if (role := row.get("role", "backend")) not in containers:
        services.append(role)
    if "log" in row or "down" in row:
        ended = {**LOOPING, **row.get("down", {}), "log": row.get("log", "").strip().split("\n")}
        containers[role] = {"service": role, **containers.get(role, {}), **ended}
    env = table["env"].replace("{server}", 'ssh = "deploy@app.invalid"' if "ssh" in row else "local = true")
    env = env.replace("{timeout}", row.get("timeout", "5s"))
    said = {key: row[key] for key in ("ssh", "fails") if key in row}
    return Case(
        id=row["id"],
        kind=table["kind"],
        what=row["what"],
        source=table["source"],
        env=env.replace("{folder}", row.get("directory", "{folder}")),
        expect={**table["says"][row["says"]], "code": row["code"], "cause": [""]},
        answers=[] if role == "backend" and ("log" in row or "down" in row) else table["answer"],
        docker={"services": services, "containers": [*containers.values()], **said},
        variables=row.get("variables", {}),
    )


def _of_row(row: dict[str, Any], table: dict[str, Any]) -> Case:
    """Return a row of a table as a case: one answer, for every path or for the one that it names.

    What is right is said by `says`, and by the code of the cause where the row has one.
    """
    expect = {**table["says"][row["says"]], **row.get("expect", {})}
    if "code" in row:
        expect = {"cause": [""], **expect, "code": row["code"]}
    words = "|".join(row.get("words", [re.escape(row.get("platform", ""))]))
    expect["cause"] = [each.replace("{platform}", words) for each in expect["cause"]]
    answer = {key: row[key] for key in ("path", "status", "headers", "body") if key in row}
    return Case(
        id=row["id"],
        kind=table["kind"],
        what=f"{row['platform']}: {row['what']}" if "platform" in row else row["what"],
        source=row.get("source", table.get("source", "")),
        env=row.get("env", table["env"]) + row.get("more", ""),
        expect=expect,
        answers=[*([answer] if answer else []), *table.get("answer", [])],
        variables=row.get("variables", table.get("variables", {})),
        needs=table.get("needs", ""),
    )
