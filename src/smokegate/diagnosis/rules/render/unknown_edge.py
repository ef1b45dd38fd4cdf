"""Render's edge says something that this catalogue does not know yet: a value of its header outside the table."""

from __future__ import annotations

from smokegate.diagnosis.rule import REACHED, Confidence, Level, Rule
from smokegate.diagnosis.rule_helpers import by_edge

CODE = "render.unknown-edge"
PARTLY = "Render's edge answers some requests for {target} itself"
RULES = (Rule(CODE, Level.ROUTING, by_edge(CODE, Confidence.LIKELY, partly=PARTLY), after=REACHED),)
