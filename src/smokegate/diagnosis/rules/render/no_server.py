"""Nothing is behind the host name on Render: the outage that this project was born from."""

from __future__ import annotations

from smokegate.diagnosis.rule import REACHED, Level, Rule
from smokegate.diagnosis.rule_helpers import by_edge

CODE = "render.no-server"
PARTLY = "Render's router loses {target} for some requests"
RULES = (Rule(CODE, Level.ROUTING, by_edge(CODE, partly=PARTLY), after=REACHED),)
