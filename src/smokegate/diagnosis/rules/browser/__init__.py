"""Rules of the vantage `browser`: what a user sees."""

from __future__ import annotations

from smokegate.diagnosis.rule import Judge, Level, Rule


def rule(name: str, judge: Judge, *unless: str, advisory: bool = False) -> Rule:
    """Return the rule of a cause that only a browser sees."""
    level = Level.ADVICE if advisory else Level.FRONTEND
    return Rule(f"browser.{name}", level, judge, unless=unless, advisory=advisory)
