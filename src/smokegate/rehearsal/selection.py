"""Which faults are rehearsed: every one that the replica of an environment knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from smokegate.environment.model import Environment
from smokegate.replica import Fault
from smokegate.report.rehearsal.model import Trial


def trials(environment: Environment) -> tuple[Trial, ...]:
    """Return the faults of an environment's replica, in the order of the catalogue.

    An environment with `[browser]` is rehearsed with those that a browser is needed for; each costs a browser's start,
    and every other fault shows without one.
    """
    assert environment.replica is not None
    found = faults_of(environment.replica.kind)
    browser = environment.browser is not None
    return tuple(_trial(environment.name, each) for each in found if (each.needs == "browser") is browser)


def faults_of(kind: str) -> Iterable[Fault]:
    """Return the faults of a kind of replica."""
    if kind == "compose":
        from smokegate.replica.compose.faults import FAULTS as COMPOSE  # noqa: PLC0415 - containers are an extra

        return COMPOSE.values()
    from smokegate.replica import FAULTS  # noqa: PLC0415 - the replica's server stack is an extra

    return FAULTS[kind].values()


def _trial(environment: str, fault: Fault) -> Trial:
    return Trial(environment, fault.name, fault.title, fault.caught_by, fault.cause, fault.verdict, fault.needs)


class NoFaultSelectedError(ValueError):
    """A keyword selects no fault; the text says which one may have been meant."""


def choose(found: Sequence[Trial], keyword: str) -> tuple[Trial, ...]:
    """Return the trials that a keyword selects: a part of a fault's name, or several with `or` between them.

    Raises:
        NoFaultSelectedError: it selects none.
    """
    words = [word.strip() for word in keyword.split(" or ")]
    selected = tuple(trial for trial in found if any(word in trial.fault for word in words))
    if not selected:
        near = get_close_matches(keyword, [trial.fault for trial in found], n=3)
        hint = f"did you mean {', '.join(near)}?" if near else "`smokegate replica --list` shows all of them"
        raise NoFaultSelectedError(f"-k {keyword!r} selects none of {len(found)} faults; {hint}")
    return selected
