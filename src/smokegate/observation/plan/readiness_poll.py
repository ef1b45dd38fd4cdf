"""Judges a readiness poll: is the deployment ready, and can waiting help? Polls another vantage point."""

from __future__ import annotations

import time

from msgspec import Struct

from smokegate.environment.model import Environment
from smokegate.observation.evidence.assertions import unmet
from smokegate.observation.evidence.edge import edge_answer
from smokegate.observation.evidence.version import same_version
from smokegate.observation.exchange import Answer, Exchange, NoAnswer
from smokegate.observation.plan.step import origin_of
from smokegate.observation.transport.pool import Pool


class Watch:
    """Polls on the pool's threads, one poll at a time, until it is stopped or a poll is the last."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._stopped = False
        self._began = 0.0
        self.healing = False
        """Whether a deploy is in progress that will replace the running version."""
        self.commit: str | None = None
        """The running version as this vantage point reports it; None: unknown."""
        self.line = ""
        """State of the deploy, in words."""

    @property
    def requests(self) -> int:
        """Number of requests sent."""
        return 0

    def begin(self) -> None:
        """Start polling; does not block."""
        self._began = time.monotonic()
        self._pool.submit(self, self._turn)

    def stop(self) -> None:
        """Stop polling."""
        self._stopped = True

    def _turn(self) -> None:
        if self._stopped:
            return
        pause = self._check_once()
        if pause is not None:
            self._pool.later(pause, lambda: self._pool.submit(self, self._turn))

    def _check_once(self) -> float | None:
        """Poll once; return the seconds until the next poll, None to stop."""
        raise NotImplementedError


class Poll(Struct, frozen=True):
    """The result of one poll."""

    last: str
    """The response in words."""
    good: bool = False
    """Whether the deployment is ready."""
    awaited: str | None = None
    """What is missing; None if unchanged."""
    hopeless: str | None = None
    """Why waiting cannot help, if so."""


def judge(
    environment: Environment, exchange: Exchange, expected: str | None, watch: Watch | None, commit: str | None
) -> Poll:
    """Judge the response to a readiness poll; `commit` is the deployed one, `expected` the awaited one, if known."""
    outcome = exchange.outcome
    if isinstance(outcome, NoAnswer):
        title = outcome.cause.title
        if outcome.cause.heals and not _never_resolves(environment):
            return Poll(title)
        return Poll(title, hopeless=f"{title}, which waiting cannot heal ({outcome.detail})")
    assert isinstance(outcome, Answer)
    health = environment.backend.health
    edge = edge_answer(outcome, health)
    last = f"{outcome.status}" + (f" ({edge.sign})" if edge is not None else "")
    missing = unmet(health, outcome)
    healing = watch is not None and watch.healing
    if edge is not None and not edge.heals and missing and not healing:
        return Poll(last, hopeless=f"{edge.sign}: waiting cannot heal it")
    if missing:
        return Poll(last, awaited=str(missing[0]))
    declared = environment.version is not None and environment.version.path
    known = declared or watch is not None
    if known and expected is not None and not same_version(expected, commit, environment.version):
        last += f" from version {commit[:12]}" if commit else " without a known version"
        return Poll(last, awaited=f"version {expected[:12]}")
    return Poll(last, good=True)


def _never_resolves(environment: Environment) -> bool:
    """Return whether the host name can never resolve (RFC 6761)."""
    direct = environment.backend.connect_to is not None
    return not direct and origin_of(environment.backend.url).host.rstrip(".").endswith(".invalid")
