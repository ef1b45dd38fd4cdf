"""The rules of what the platform's API says: one for each cause that `platform_judges` judges.

They stand outside `rules/`, since building them reads the data: a run that sends nothing to the platform does without.
"""

from __future__ import annotations

from smokegate.diagnosis.platform_judges import JUDGES
from smokegate.diagnosis.rule import REACHED, Level, Rule
from smokegate.knowledge.causes import cause_file


def platform_rules() -> tuple[Rule, ...]:
    """Return the rules; level and what each silences stand with its texts."""
    rows = {code: cause_file("render")[code.partition(".")[2]] for code in JUDGES}
    return tuple(
        Rule(
            code,
            Level[row["level"]],
            JUDGES[code],
            after=("runner",) if row["level"] == "VANTAGE" else REACHED,
            silences=tuple(row.get("silences", ())),
            advisory=row.get("advisory", False),
        )
        for code, row in rows.items()
    )
