"""Rules of the vantage `browser`: what a user sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.rule import ANSWERED, Level, Rule

if TYPE_CHECKING:
    from smokegate.diagnosis.rule import Judge


def rule(name: str, judge: Judge, *unless: str, advisory: bool = False) -> Rule:
    """Return the rule of a cause that only a browser sees."""
    level = Level.ADVICE if advisory else Level.FRONTEND
    return Rule(f"browser.{name}", level, judge, after=ANSWERED, unless=unless, advisory=advisory)
