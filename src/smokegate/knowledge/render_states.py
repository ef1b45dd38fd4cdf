"""Reads `render.toml`: meanings of the states in Render's API."""

from __future__ import annotations

from typing import Any, Literal, cast

from smokegate.knowledge import table

Meaning = Literal["live", "in progress", "failed", "canceled", "superseded"]


def deploy_meaning(status: str) -> Meaning:
    """Return a deploy status's meaning; an unknown one is a deploy in progress."""
    return cast("Meaning", table("render.toml")["deploy"].get(status, "in progress"))


def is_known(status: str) -> bool:
    """Return whether a deploy status is known."""
    return status in table("render.toml")["deploy"]


def database_meaning(status: str) -> str:
    """Return `available`, `in progress` or `away`; an unknown status is in progress."""
    return str(table("render.toml")["database"].get(status, "in progress"))


def suspender(name: str) -> tuple[str, str]:
    """Return who suspended a service, in words, and what to do about it."""
    known = table("render.toml")["suspender"]
    found = known.get(name, known["unknown"])
    return (found["by"] if name in known else f"{found['by']} ({name})"), found["step"]


def failure(reason: dict[str, Any]) -> str:
    """Return an event's reason for a failed deploy, in words; empty if it has none."""
    for row in table("render.toml")["failure"]:
        value = reason.get(row["key"])
        if value not in (None, False, "", 0):
            detail = value if isinstance(value, str) else value.get("memoryLimit") if isinstance(value, dict) else None
            text = str(row["says"]).format(value=value)
            return f"{text} ({detail})" if detail and "{" not in row["says"] else text
    return ""
