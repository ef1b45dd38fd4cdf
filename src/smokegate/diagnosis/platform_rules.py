"""The rules of what the platform's API says: a rule for each cause of `knowledge/causes/render.toml`.

They stand outside `rules/`, since building them reads the data: a run that does not ask the platform does without.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.platform_judges import JUDGES
from smokegate.diagnosis.rule import REACHED, Level, Rule

if TYPE_CHECKING:
    from smokegate.diagnosis.rule import Step

READS = ("what Render's API says of the service, its deploys and their events",)


@cache
def table() -> dict[str, Any]:
    """Return the data."""
    return tomllib.loads((files("smokegate.knowledge") / "causes" / "render.toml").read_text("utf-8"))


def platform_rules() -> tuple[Rule, ...]:
    """Return the rules, one for each row of the data."""
    return tuple(
        Rule(
            code=row["code"],
            title=row["title"],
            level=Level[row["level"]],
            owner=Owner(row["owner"]),
            symptom=row["symptom"],
            reads=READS,
            judge=JUDGES[row["code"]],
            steps=tuple(row["steps"]),
            competing=tuple(row.get("competing", ())),
            after=("runner",) if row["level"] == "VANTAGE" else REACHED,
            silences=tuple(row.get("silences", ())),
            advisory=row.get("advisory", False),
        )
        for row in table()["cause"]
    )


def start_steps(family: str) -> tuple[Step, ...] | None:
    """Return what to do about a start that failed for a certain kind of reason; None: the usual steps."""
    found = table()["start"].get(family)
    return tuple(found["steps"]) if found else None
