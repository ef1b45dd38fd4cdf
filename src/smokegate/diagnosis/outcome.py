"""What became of one smoke test, free of the test runner that ran it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Word = Literal["passed", "failed", "blocked", "advisory", "skipped", "error", "not run"]


@dataclass(frozen=True)
class TestOutcome:
    """One smoke test of one environment."""

    __test__ = False  # pytest would else take the name for a test class

    id: str
    outcome: Word
    advisory: bool = False
    """Whether a broken promise of this test is only a warning."""
    why: str = ""
    """Empty where it passed."""
    promise: str = ""
    """The promise in a sentence."""
    seconds: float = 0.0
    exchanges: tuple[str, ...] = ()
    """Names of the exchanges that it read."""
