"""Rules of the vantage `browser`: what a user sees."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule

if TYPE_CHECKING:
    from smokegate.diagnosis.rule import Judge

READS = ("what the browser saw of the pages", "the same calls from here")


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((files("smokegate.knowledge") / "causes/browser.toml").read_text(encoding="utf-8"))


def rule(name: str, judge: Judge, *unless: str, advisory: bool = False) -> Rule:
    """Return the rule of a cause whose texts are data: `knowledge/causes/browser.toml`."""
    text = _texts()[name]
    return Rule(
        code=f"browser.{name}",
        title=text["title"],
        level=Level.ADVICE if advisory else Level.FRONTEND,
        owner=Owner(text["owner"]),
        symptom=text["symptom"],
        reads=READS,
        judge=judge,
        steps=tuple(text["steps"]),
        competing=tuple(text["competing"]),
        after=ANSWERED,
        unless=unless,
        advisory=advisory,
    )
