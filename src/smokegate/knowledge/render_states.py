"""Reads `render.toml`: what the states that Render's API reports mean."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

Meaning = Literal["live", "in progress", "failed", "canceled", "superseded"]


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((files("smokegate.knowledge") / "render.toml").read_text("utf-8"))


def deploy_meaning(status: str) -> Meaning:
    """Return what a deploy's status means; a new one is a deploy in progress."""
    return cast("Meaning", _table()["deploy"].get(status, "in progress"))


def is_known(status: str) -> bool:
    """Return whether a deploy's status is one of those that are known."""
    return status in _table()["deploy"]


def database_meaning(status: str) -> str:
    """Return `available`, `in progress` or `away`; a status that is not known is in progress."""
    return str(_table()["database"].get(status, "in progress"))


def suspender(name: str) -> tuple[str, str]:
    """Return who suspended a service, in words, and what to do about it."""
    known = _table()["suspender"]
    found = known.get(name, known["unknown"])
    return (found["by"] if name in known else f"{found['by']} ({name})"), found["step"]


def failure(reason: dict[str, Any]) -> str:
    """Return what an event says of why a deploy failed, in words; empty where it says nothing."""
    for row in _table()["failure"]:
        value = reason.get(row["key"])
        if value not in (None, False, "", 0):
            detail = value if isinstance(value, str) else value.get("memoryLimit") if isinstance(value, dict) else None
            text = str(row["says"]).format(value=value)
            return f"{text} ({detail})" if detail and "{" not in row["says"] else text
    return ""
