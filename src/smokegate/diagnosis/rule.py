"""The shape of a rule: one cause, how it is judged, and what silences it; what is said of it is data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum

from msgspec import Struct, field

from smokegate.diagnosis.case import Case, Hit
from smokegate.diagnosis.model import Confidence, Finding, Owner
from smokegate.diagnosis.wording import without_repeats
from smokegate.knowledge import table
from smokegate.knowledge.causes import CauseText, Step, cause_text

__all__ = ["Case", "Confidence", "Hit", "Owner"]  # what every rule needs besides this module's own names

REACHED = ("runner", "net", "tls")
"""What must not be the matter before an answer is worth reading."""
ANSWERED = (*REACHED, "render", "nginx", "edge")
"""What must not be the matter before an answer counts as the application's own."""
EXPLAINED = (
    "app.database-unreachable",
    "app.database-not-initialised",
    "app.wrong-service",
    "frontend.spa-answers-api",
)
"""What explains by itself why the sign-in API, or the monitoring summary, answers otherwise than it should."""


class Level(IntEnum):
    """Where in the chain a cause sits: what is higher up (smaller) comes first in the diagnosis."""

    RUNNER = 0
    NAME = 1
    CONNECT = 2
    CERTIFICATE = 3
    EXCHANGE = 4
    SERVER = 5
    ROUTING = 6
    SERVICE = 7
    DATABASE = 8
    CONFIGURATION = 9
    HEALTH = 10
    SIGN_IN = 11
    MONITORING = 12
    PROMISE = 13
    FRONTEND = 14
    ADVICE = 15
    VANTAGE = 16


class Signs(Struct, frozen=True):
    """What a rule saw that supports its cause; what is None here is as the rule says."""

    evidence: tuple[str, ...]
    """Decisive line first; lines come from `smokegate.diagnosis.wording`, which quotes what was observed."""
    exchanges: tuple[str, ...] = ()
    """Names of the exchanges that it rests on, the decisive one first."""
    confidence: Confidence = Confidence.CERTAIN
    against: tuple[str, ...] = ()
    competing: tuple[str, ...] | None = None
    owner: Owner | None = None
    advisory: bool | None = None
    title: str | None = None
    steps: tuple[Step, ...] | None = None
    variant: str = ""
    """Which variant of the cause's text says what this evidence shows; `knowledge/causes` has it."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Names for the title and the steps that only this case knows."""


Judge = Callable[[Case], Signs | None]


class Rule(Struct, frozen=True):
    """One cause that the diagnosis can name.

    `after`, `unless` and `silences` hold codes (`render.no-server`) or families of codes (`render`).
    """

    code: str
    level: Level
    judge: Judge
    after: tuple[str, ...] = ANSWERED
    """Findings up the chain: this one follows where they concern the health check or the same exchanges.

    Most rules judge what the application answers; one that does not says so.
    """
    unless: tuple[str, ...] = ()
    """Findings that explain this one wherever they are found."""
    silences: tuple[str, ...] = ()
    """The same from the other side: what this cause explains."""
    advisory: bool = False
    log_text: CauseText | None = None
    """What is said of it, for a cause of `knowledge/logs`; of every other one `knowledge/causes` says it."""

    @property
    def text(self) -> CauseText:
        """What is said of it."""
        return self.log_text or cause_text(self.code)

    def finding(self, case: Case) -> Finding | None:
        """Return this cause as a finding about the case, or None where the evidence is absent."""
        signs = self.judge(case)
        if signs is None:
            return None
        names = {**case.names, **signs.names}
        text = cause_text(self.code, signs.variant) if signs.variant else self.text
        competing = text.competing if signs.competing is None else signs.competing
        return Finding(
            code=self.code,
            title=(signs.title or text.title).format_map(names),
            owner=signs.owner or Owner(text.owner),
            confidence=signs.confidence,
            evidence=without_repeats(signs.evidence),
            against=signs.against,
            competing=tuple(line.format_map(names) for line in competing),
            steps=remedy(text.steps if signs.steps is None else signs.steps, names),
            exchanges=signs.exchanges,
            symptom=filled(text.symptom, {**table("runbook.toml")["names"], **names}) or "",
            reads=text.reads,
            advisory=self.advisory if signs.advisory is None else signs.advisory,
        )


VERIFY = "Verify: run `{verify}` again; it must be green."


def remedy(steps: tuple[Step, ...], names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the steps with the names filled in; a step with unknown names is left out or replaced."""
    return tuple(text for step in (*steps, VERIFY) if (text := filled(step, names)) is not None)


def filled(step: Step, names: Mapping[str, str]) -> str | None:
    """Return the first form of a step whose names are all known."""
    for form in (step,) if isinstance(step, str) else step:
        try:
            return form.format_map(names)
        except KeyError:
            continue
    return None


def matches(code: str, patterns: tuple[str, ...]) -> bool:
    """Return whether a code is one of these codes or belongs to one of these families."""
    return code in patterns or code.partition(".")[0] in patterns
