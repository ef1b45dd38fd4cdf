"""The backend as a check sees it: its health check, its endpoints and its monitoring summary."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from smokegate.environment.model import Endpoint, Monitoring
from smokegate.observation.evidence.assertions import Unmet
from smokegate.observation.exchange import Exchange
from smokegate.plugin.failures import Misuse
from smokegate.plugin.observed import Observed, needed
from smokegate.plugin.response import Response


class EndpointResponse(Response):
    """What one declared endpoint answered."""

    declared: Endpoint

    @property
    def path(self) -> str:
        """The endpoint's path."""
        return self.declared.path

    @property
    def within(self) -> float | None:
        """Its latency budget in seconds."""
        return self.declared.within


class MonitoringResponse(Response):
    """What the monitoring summary answered, and what the file says of its values."""

    def __init__(self, exchange: Exchange, offline: Callable[[], bool], section: Monitoring) -> None:
        super().__init__(exchange, offline)
        self.section = section

    @cached_property
    def known_statuses(self) -> tuple[str, ...]:
        """Every status that the summary may give."""
        return (*self.section.healthy, *self.section.degraded, *self.section.unhealthy)

    @property
    def reported(self) -> Any:
        """The status that it gives, whatever that is; raises as `answer` does."""
        return self.value(self.section.field)

    def expect_none_of(self, statuses: tuple[str, ...]) -> None:
        """State that it gives none of these statuses."""
        wanted = f"{self.section.field} {' or '.join(self.section.healthy)}"
        self.expect(self.reported not in statuses, wanted, f"{self.section.field} is {self.reported!r}")


class BackendView(Observed):
    """What the backend of one deployment answered."""

    @property
    def health(self) -> Response:
        """The first answer of the health check."""
        return self.response("health")

    @property
    def samples(self) -> list[Response]:
        """Every answer of the health check."""
        return [self.response(name) for name in self._source.names("health")]

    @property
    def wrong_identity(self) -> tuple[Unmet, ...]:
        """What says that the health check was answered by another service; raises as `health.answer` does."""
        from smokegate.diagnosis.identity import strangers  # noqa: PLC0415 - imported where it is read

        return strangers(self.environment.backend.health, self.health.answer)

    def endpoint(self, label: str | None = None) -> EndpointResponse:
        """Return what a declared endpoint answered: by path, or without one that of this check's case.

        Raises:
            LookupError: the file declares no such endpoint, or the check has no case of its own.
        """
        from smokegate.observation.plan.backend import endpoint_name  # noqa: PLC0415 - as above

        found = self._endpoint(label)
        return EndpointResponse(self._exchange(endpoint_name(found)), self._offline, found)

    @property
    def endpoint_samples(self) -> list[EndpointResponse]:
        """Every answer of the endpoint that this check's case is about, the first one first.

        Endpoints that touch the database are requested several times, each on another connection.
        """
        from smokegate.diagnosis.exchange_names import is_of  # noqa: PLC0415 - as above
        from smokegate.observation.plan.backend import endpoint_name  # noqa: PLC0415 - as above

        found = self._endpoint(None)
        first = endpoint_name(found)
        names = [each for each in self._source.names("endpoints") if is_of(each, first)]
        return [EndpointResponse(self._exchange(name), self._offline, found) for name in names]

    def _endpoint(self, label: str | None) -> Endpoint:
        declared = self.environment.backend.endpoints
        if label is not None:
            for each in declared:
                if label in {each.label, each.path}:
                    return each
            there = ", ".join(each.label for each in declared) or "none"
            raise Misuse(f"{self.name} declares no endpoint {label!r}; it declares {there}")
        if self._endpoint_index is None:
            raise Misuse('name a path, or mark the check with needs=("endpoint",) to get one case for each')
        return declared[self._endpoint_index]

    @property
    def monitoring(self) -> MonitoringResponse:
        """The monitoring summary. Needs `backend.monitoring`."""
        section = needed(self.environment.backend.monitoring, "monitoring", "('backend.monitoring',)")
        return MonitoringResponse(self._exchange("monitoring"), self._offline, section)
