"""What every view of a deployment has: its file, its exchanges, each waited for when it is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from smokegate.observation.model import InterruptedRunError
from smokegate.observation.plan.step import GROUPS
from smokegate.plugin.failures import Blocked
from smokegate.plugin.response import Response

if TYPE_CHECKING:
    from datetime import datetime

    from smokegate.environment.model import Environment, Expectation
    from smokegate.observation.exchange import Exchange
    from smokegate.observation.model import Observation
    from smokegate.observation.plan.step import Group
    from smokegate.plugin.source import Source


class Observed:
    """One deployment's exchanges.

    Args:
        connect: returns where exchanges come from; called when something is first read.
        touched: called with the name of each exchange that is read.
    """

    def __init__(self, connect: Callable[[], Source], touched: Callable[[str], None]) -> None:
        self._connect = connect
        self._touched = touched

    @cached_property
    def _source(self) -> Source:
        return self._connect()

    @property
    def environment(self) -> Environment:
        """The environment file, with the addresses that the deployment really has."""
        return self._source.environment

    @property
    def name(self) -> str:
        """The environment's name."""
        return self.environment.name

    @property
    def observation(self) -> Observation:
        """Everything that was observed; waits for all of it."""
        return self._source.complete()

    @property
    def started(self) -> datetime:
        """When the observation began."""
        return self._source.complete(()).started

    def response(self, name: str) -> Response:
        """Return the outcome of a request, by the exchange's name as in reports: `health`, `preflight`."""
        return Response(self._exchange(name), self._offline, self._declared(name))

    def _seen(self, group: Group) -> Observation:
        """Return what was observed, once all of a group is there; starts it where it was not."""
        self._source.start((group,))
        return self._source.complete((group,))

    def _exchange(self, name: str) -> Exchange:
        planned = any(name in self._source.names(group) for group in GROUPS)
        if not planned and self.environment.missing:
            raise Blocked(f"{' and '.join(self.environment.missing)} not set: no test credentials configured")
        self._touched(name)
        try:
            return self._source.exchange(name)
        except InterruptedRunError as cut_short:
            raise Blocked(str(cut_short)) from None

    def _declared(self, name: str) -> Expectation | None:
        sample = name == "health" or name.startswith("health ")
        return self.environment.backend.health if sample else None

    def _offline(self) -> bool:
        control = self.observation.control
        return bool(control) and not any(probe.reached for probe in control)
