"""What `deployment` needs of the run around it: a source of exchanges, and the test that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    import pytest

    from smokegate.environment.model import Environment
    from smokegate.observation.evidence.redact import Redactor
    from smokegate.observation.exchange import Exchange
    from smokegate.observation.model import Observation
    from smokegate.observation.plan.step import Group, RawResponse, RequestToSend
    from smokegate.plugin.client import Client


class Source(Protocol):
    """Where exchanges come from: the observer of a run, or an observation that is complete already."""

    environment: Environment
    redactor: Redactor
    """Learns the secrets that are sent."""

    def start(self, groups: Collection[Group] | None = None) -> None:
        """Start some groups of requests, or all."""

    def exchange(self, name: str) -> Exchange:
        """Return one exchange, once it is there."""

    def send(self, request: RequestToSend, got: Callable[[RawResponse], None], *, late: bool) -> Exchange:
        """Send a request that was not planned."""

    def names(self, group: Group) -> tuple[str, ...]:
        """Return the names of a group's exchanges."""

    def complete(self, groups: Collection[Group] | None = None) -> Observation:
        """Return everything that was started, or some groups of it, once it is there."""


class CurrentTest(Protocol):
    """What is known of the test that runs."""

    item: pytest.Item | None
    clients: dict[str, Client]
