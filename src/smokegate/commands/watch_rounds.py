"""What a round of a watch has shown, and what all rounds come to."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct, field

from smokegate.commands.common import CheckResult
from smokegate.diagnosis.verdict import Verdict
from smokegate.report.containers import span

UP = {Verdict.PASS, Verdict.WARN}
DOWN = {Verdict.FAIL, Verdict.OUTAGE}


class Round(Struct, frozen=True):
    """The result of one round."""

    started: datetime
    verdict: Verdict
    cause: str | None
    latency: float | None
    """Seconds of the health check's answer."""
    seconds: float
    version: str | None
    reason: str = ""
    """The verdict's reason in a sentence; empty where it is PASS."""

    @property
    def red_cause(self) -> str | None:
        """The cause, unless the verdict is PASS."""
        return None if self.verdict is Verdict.PASS else self.cause


def round_of(seen: CheckResult) -> Round:
    """Return a check as a round."""
    report = seen.report
    health = report.observation.exchanges.get("health")
    answered = health if health is not None and health.answer is not None else None
    headline = report.diagnosis.headline
    return Round(
        seen.started,
        report.verdict,
        headline.code if headline else None,
        (answered.warm_seconds or answered.seconds) if answered else None,
        seen.seconds,
        report.version,
        "" if report.verdict is Verdict.PASS else report.summary,
    )


class Tally(Struct):
    """What the rounds come to."""

    rounds: list[Round] = field(default_factory=list)
    changes: int = 0

    def add(self, one: Round) -> bool:
        """Take a round over; returns whether it differs from the one before."""
        last = self.rounds[-1] if self.rounds else one
        changed = (last.verdict, last.red_cause) != (one.verdict, one.red_cause)
        self.rounds.append(one)
        self.changes += changed
        return changed

    @property
    def availability(self) -> float | None:
        """The share of the judged rounds in which it worked, None where none was judged."""
        judged = [each for each in self.rounds if each.verdict in UP | DOWN]
        return sum(each.verdict in UP for each in judged) / len(judged) if judged else None

    @property
    def longest_outage(self) -> float:
        """Seconds from the first round in which it was down to the next that worked, or to the last one."""
        longest, since = 0.0, None
        for each in self.rounds:
            if each.verdict in DOWN:
                since = since or each.started
            if since is not None:
                longest = max(longest, (each.started - since).total_seconds())
            if each.verdict in UP:
                since = None
        return longest

    def lines(self) -> list[str]:
        """Return the summary."""
        if not self.rounds:
            return ["no round was completed"]
        kinds = {v.name: sum(each.verdict is v for each in self.rounds) for v in Verdict}
        share = self.availability
        down = any(each.verdict in DOWN for each in self.rounds)
        plural = "" if len(self.rounds) == 1 else "s"
        return [
            f"{len(self.rounds)} round{plural}: " + ", ".join(f"{n} {word}" for word, n in kinds.items() if n),
            f"changes: {self.changes}",
            "availability: " + ("nothing was judged" if share is None else f"{share:.2%} of the judged rounds"),
            "longest outage: " + (f"{span(self.longest_outage)}, as seen between rounds" if down else "none"),
        ]
