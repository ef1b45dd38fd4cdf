"""What a diagnosis is made of: findings, the headline among them, and what could not be excluded."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from smokegate.project import page


class Confidence(Enum):
    """How sure a finding is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Owner(Enum):
    """Who can fix it."""

    APP = "app"
    CONFIGURATION = "configuration"
    PLATFORM = "platform"
    NETWORK = "network"
    RUNNER = "runner"
    TEST_DATA = "test data"
    DEPLOY = "deploy"
    """A deploy that has not ended, or that a newer one overtook: there is nothing to fix yet."""


class Finding(Struct, frozen=True):
    """A cause that the evidence supports."""

    code: str
    """Stable: `render.no-server`."""
    title: str
    owner: Owner
    confidence: Confidence
    evidence: tuple[str, ...]
    """Decisive line first."""
    against: tuple[str, ...] = ()
    """What speaks against it."""
    competing: tuple[str, ...] = ()
    """Causes that the evidence does not exclude, each in a short sentence."""
    steps: tuple[str, ...] = ()
    """What to do, in order, with this deployment's own names."""
    exchanges: tuple[str, ...] = ()
    """Names of the exchanges that it rests on."""
    symptom: str = ""
    """What a person sees, as the runbook has it."""
    reads: tuple[str, ...] = ()
    """Which evidence distinguishes it from others, as the runbook has it."""
    advisory: bool = False
    """True where the cause breaks no gating promise: a budget, a degraded status."""

    @property
    def runbook(self) -> str:
        """The address of this cause's entry in the runbook, as it is at this version."""
        return page("docs/runbook.md", self.code.replace(".", ""))


class Diagnosis(Struct, frozen=True):
    """What is the matter with one environment: the headline first, the rest below it."""

    environment: str
    headline: Finding | None = None
    others: tuple[Finding, ...] = ()
    errors: tuple[str, ...] = ()
    """Rules that ended in an error of their own: what they would have found is not known."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings, the headline first."""
        return (self.headline, *self.others) if self.headline else self.others
