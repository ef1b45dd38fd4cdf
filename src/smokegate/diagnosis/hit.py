"""One outcome that rules look at: of an exchange's last attempt, or of an earlier one."""

from __future__ import annotations

from msgspec import Struct

from smokegate.diagnosis.wording import quote
from smokegate.observation.evidence.edge import EdgeAnswer
from smokegate.observation.exchange import Answer, Exchange, NoAnswer


class Hit(Struct, frozen=True):
    """One outcome of an exchange: the last one, or an earlier attempt that was tried again."""

    exchange: Exchange
    outcome: Answer | NoAnswer
    healed: bool
    """True for an earlier attempt of an exchange that was answered in the end."""
    edge: EdgeAnswer | None = None
    """What the edge says of itself, where it made this answer."""

    @property
    def sign(self) -> str | None:
        """What proves that the edge made this answer: the header as it came, or the body."""
        if self.edge is None or not isinstance(self.outcome, Answer):
            return None
        text = self.outcome.body.start.strip()
        if self.edge.header:
            more = f"; body {quote(text)}" if text and not self.edge.sign.startswith("x-render") else ""
            return f"{quote(self.edge.sign)}{more}"
        return f"{self.edge.sign}: {quote(text)}"
