"""What a rehearsal came to: for each fault what was expected and what the suite said of it."""

from __future__ import annotations

from msgspec import Struct, field


class Trial(Struct, frozen=True):
    """One fault of one environment, and what the suite must say of it."""

    environment: str
    fault: str
    title: str
    checks: tuple[str, ...]
    """Beginnings of the codes of the checks that must go red, or warn."""
    causes: tuple[str, ...]
    """Codes, any one of which is a right headline."""
    verdict: str
    needs: str | None = None
    """What the fault cannot do without, such as `namespace`."""


class FaultResult(Struct, frozen=True):
    """What the suite said of one fault."""

    trial: Trial
    verdict: str = ""
    red: tuple[str, ...] = ()
    """Codes of the checks that failed or warned, with the endpoint where there is a case for each."""
    cause: str | None = None
    """The headline's code."""
    also: tuple[str, ...] = ()
    """The codes of the other findings."""
    seconds: float = 0.0
    text: str = ""
    """What a person saw in the terminal."""
    trouble: str | None = None
    """Why the run did not come to a result."""
    left_out: str | None = None
    """Why the fault could not be rehearsed here."""

    @property
    def caught_by(self) -> tuple[str, ...]:
        """The red tests that were expected to be red."""
        expected = tuple(code for check in self.trial.checks for code in check.split("|"))
        return tuple(each for each in self.red if each.startswith(expected))

    @property
    def caught(self) -> bool:
        """Whether every check that is there for this fault went red."""
        return bool(self.trial.checks) and not self.silent

    @property
    def silent(self) -> tuple[str, ...]:
        """The checks that are there for this fault and did not go red."""
        checks = ((check, tuple(check.split("|"))) for check in self.trial.checks)
        return tuple(check for check, codes in checks if not any(each.startswith(codes) for each in self.red))

    @property
    def diagnosed(self) -> bool:
        """Whether the headline is one of the right ones."""
        return self.cause in self.trial.causes

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with what the suite said; nothing where all is as it must be."""
        if self.left_out is not None:
            return ()
        if self.trouble is not None:
            return (self.trouble,)
        found = []
        if not self.red:
            found.append("missed: nothing is red, and nothing warns")
        elif not self.caught:
            found.append(f"not caught by {', '.join(self.silent)}, but by {', '.join(self.red)}")
        if not self.diagnosed:
            expected = " or ".join(self.trial.causes)
            found.append(f"the cause named is {self.cause or 'none'}, expected {expected}")
        if self.verdict != self.trial.verdict:
            found.append(f"the verdict is {self.verdict or 'none'}, expected {self.trial.verdict}")
        return tuple(found)


class Mutant(Struct, frozen=True):
    """One response of a team's own deployment, broken on purpose: whether the suite noticed."""

    name: str
    promise: str
    """What it breaks, as the environment file calls it."""
    title: str
    red: tuple[str, ...] = ()
    """Ids of the tests that failed or warned."""
    blocked: tuple[str, ...] = ()
    """Ids of the tests that another red one kept from judging."""
    verdict: str = ""
    cause: str | None = None
    seconds: float = 0.0
    trouble: str | None = None

    @property
    def noticed(self) -> bool:
        """Whether a check went red, or warned, because of it."""
        return bool(self.red)


class Score(Struct, frozen=True):
    """How good the suite of one deployment is at noticing."""

    environment: str
    healthy: str
    """The verdict of the one real run."""
    mutants: tuple[Mutant, ...] = ()
    never_red: tuple[str, ...] = ()
    """Tests that passed in the real run and that nothing could turn red, or keep from judging."""
    overshadowed: tuple[str, ...] = ()
    """Tests that never went red themselves: each time another one was red for the same answer."""
    not_rehearsable: tuple[str, ...] = ()
    """What cannot be rehearsed in this way, and why."""
    trouble: str | None = None
    """Why there is no score."""

    @property
    def noticed(self) -> int:
        """How many of the mutants were noticed."""
        return sum(mutant.noticed for mutant in self.mutants)

    @property
    def holes(self) -> tuple[str, ...]:
        """Every promise that could be broken without any check noticing, every check that cannot fail."""
        unseen = [f"{m.promise}: {m.trouble or m.title + ': no check notices'}" for m in self.mutants if not m.noticed]
        return (*unseen, *(f"{test}: nothing turned it red" for test in self.never_red))


class Rehearsal(Struct, frozen=True):
    """One rehearsal of any number of environments."""

    healthy: dict[str, str] = field(default_factory=dict)
    """The verdict on each replica without a fault."""
    tried: tuple[FaultResult, ...] = ()
    scores: tuple[Score, ...] = ()
    seconds: float = 0.0
    trouble: tuple[str, ...] = ()
    """Why a baseline is not green."""

    @property
    def missed(self) -> int:
        """How many faults the checks that are there for them did not catch."""
        return sum(not each.caught for each in self.tried if each.left_out is None)

    @property
    def misdiagnosed(self) -> int:
        """How many faults got another cause or verdict than they must."""
        return sum(
            not each.diagnosed or each.verdict != each.trial.verdict for each in self.tried if each.left_out is None
        )

    @property
    def proven(self) -> bool:
        """Whether all is as it must be."""
        faults = not any(each.problems for each in self.tried)
        scored = not any(score.holes or score.trouble for score in self.scores)
        return faults and scored and not self.trouble and bool(self.tried or self.scores)

    @property
    def exit(self) -> int:
        """The exit code."""
        return 0 if self.proven else 1
