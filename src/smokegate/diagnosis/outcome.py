"""The result of one check, free of the test runner that ran it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Word = Literal["passed", "failed", "blocked", "advisory", "skipped", "error", "not run", "not judged"]

NEVER_RAN = "the run ended before this test"
"""Why a check says nothing that the run did not come to."""
SUITE = "smokegate/"
"""What the ids of the suite's own checks begin with, wherever the suite is installed."""


class TestOutcome(Struct, frozen=True):
    """The result of one check of one environment."""

    __test__ = False  # pytest would else take the name for a test class

    id: str
    outcome: Word
    advisory: bool = False
    """Whether a failure of this check is only a warning."""
    why: str = ""
    """Empty where it passed."""
    promise: str = ""
    """What must hold, in a sentence."""
    seconds: float = 0.0
    exchanges: tuple[str, ...] = ()
    """Names of the exchanges that it read."""
    code: str = ""
    """The check's stable code."""
    parameter: str = ""
    """Which of the check's cases it is, where there is one for each endpoint: `/api/x`."""
    failed_on: str = ""
    """The exchange that is not as expected, where it failed on one."""
    blocked_by: str = ""
    """The code of the check whose failure it follows from, where it is blocked by one."""
    internal: bool = False
    """Whether it ended in an error inside smokegate, which says nothing of the deployment."""

    @property
    def label(self) -> str:
        """What a person and a comparison between runs call it: the code, and which case."""
        return f"{self.code or self.id}[{self.parameter}]" if self.parameter else self.code or self.id

    @property
    def is_own(self) -> bool:
        """Whether it is a check of the team's own, which no rule knows."""
        return bool(self.id) and not self.id.startswith(SUITE)
