"""What a report shows: the outcome of one run over one or more environments, complete and decided."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from smokegate.diagnosis.model import Diagnosis
from smokegate.diagnosis.outcome import TestOutcome
from smokegate.diagnosis.verdict import Verdict
from smokegate.environment.model import Environment
from smokegate.observation.model import Observation


class EnvironmentReport(Struct, frozen=True):
    """One environment of a run."""

    environment: Environment
    observation: Observation
    diagnosis: Diagnosis
    outcomes: tuple[TestOutcome, ...]
    verdict: Verdict
    reasons: tuple[str, ...]
    """Sentences that say why the verdict is what it is."""
    not_covered: tuple[str, ...]
    partial: str = ""
    """Why not all checks were selected; empty where all were."""
    decision: str = ""
    """What to do, in a few words."""
    lost: bool = False
    """Whether the record of its requests was lost, with a worker that crashed."""

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.environment.name

    @property
    def version(self) -> str | None:
        """The commit that answered, where the environment says how it can be read."""
        return self.observation.commit

    def count(self, *words: str) -> int:
        """How many tests came out as one of these words."""
        return sum(1 for outcome in self.outcomes if outcome.outcome in words)

    @property
    def summary(self) -> str:
        """The verdict's reason in one sentence."""
        headline = self.diagnosis.headline
        if headline is not None and self.verdict is not Verdict.PASS:
            return headline.title
        return self.reasons[0] if self.reasons else "Every declared check ran and passed."


class RunReport(Struct, frozen=True):
    """One run."""

    started: datetime
    seconds: float
    exit: int
    environments: tuple[EnvironmentReport, ...]

    def total(self, name: str) -> int:
        """How many requests, writes or accounts there were in all, by the observation's word for them."""
        return sum(getattr(report.observation, name) for report in self.environments)

    @property
    def complete(self) -> bool:
        """Whether every check was selected and everything that they read was observed."""
        return all(report.observation.complete and not report.partial for report in self.environments)
