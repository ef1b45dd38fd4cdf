"""How a check ends that does not pass: it failed, it was blocked, or it does not apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from _pytest.outcomes import Failed, Skipped

if TYPE_CHECKING:
    from smokegate.observation.exchange import Exchange


class ExpectationFailed(AssertionError):  # noqa: N818 - a finding about a deployment, not an error of a program
    """Something is not as expected: what was expected, what was received, and in which exchange."""

    def __init__(self, expected: str, actual: str, exchange: Exchange | None = None) -> None:
        super().__init__(f"expected {expected}, got {actual}")
        self.expected = expected
        self.actual = actual
        self.exchange = exchange


class Judging:
    """What is seen from a vantage point, and what must hold of it."""

    __slots__ = ()

    def expect(self, holds: object, expected: str, actual: str) -> None:
        """State what must hold there.

        Raises:
            ExpectationFailed: it does not.
        """
        if not holds:
            raise ExpectationFailed(expected, actual)


class Misuse(LookupError, ValueError):  # noqa: N818 - see above
    """A team's check gave something that cannot be used; the text says what is expected."""


class ExplainedFailure(Failed):
    """A failed expectation once it is explained: a text for a person, without a traceback."""

    def __init__(self, text: str, summary: str) -> None:
        super().__init__(text, pytrace=False)
        self.summary = summary
        """The same in one line."""


class _Explained(Skipped):
    def __init__(self, summary: str) -> None:
        self.summary = summary
        super().__init__(summary, _use_item_location=True)


class Blocked(_Explained):
    """The check cannot be judged, because something else failed first."""


class NotJudged(_Explained):
    """Something that was inferred, not declared, was not found: the run says so, and it is not a failure."""


class NotApplicable(Skipped):
    """The check makes no sense for this deployment, such as a valid certificate over plain http: it is not counted."""
