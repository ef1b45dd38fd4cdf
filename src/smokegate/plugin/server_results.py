"""What the server vantage point found, as a check sees it."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from smokegate.diagnosis.service_state import is_finished, trouble, weak_policy
from smokegate.environment.model import Compose
from smokegate.observation.server import DatabaseReady, ListenerView, OriginAnswer, ServerView, ServiceView
from smokegate.plugin.failures import Blocked, ExpectationFailed, Judging, NotApplicable


class ServerResults(Judging, Struct, frozen=True):
    """What was collected on the server; `collected` is None where collecting itself failed."""

    collected: ServerView | None
    compose: Compose

    @property
    def view(self) -> ServerView:
        """What was seen of the containers.

        Raises:
            Blocked: nothing could be collected.
        """
        if self.collected is None or self.collected.failure is not None:
            raise Blocked("nothing could be collected on the server")
        return self.collected

    @property
    def database(self) -> DatabaseReady | None:
        """What the database says of itself, None where it was not requested; raises as `view` does."""
        return self.view.database

    @property
    def strangers(self) -> tuple[ListenerView, ...]:
        """What listens on the backend's port without being the backend; raises as `view` does."""
        found = self.view.listeners
        return tuple(each for each in found if each.service not in {self.compose.backend, None} or each.process)

    def expect_collected(self) -> None:
        """State that data could be collected on the server.

        Raises:
            ExpectationFailed: it could not.
        """
        if self.collected is None:
            raise ExpectationFailed("data collected on the server", "collecting server data failed")
        if self.collected.failure is not None:
            raise ExpectationFailed(f"data collected on {self.collected.host}", str(self.collected.failure))

    def weak(self) -> list[ServiceView]:
        """Return the services that would stay away after a crash or a reboot."""
        return [each for each in self.view.services if weak_policy(each, self.compose, self.view)]

    def is_down(self, service: ServiceView) -> bool:
        """Whether a service has a container that neither runs nor is on its way up again."""
        down = service.exists and not service.running and not service.crash_looping
        return down and not is_finished(service, self.compose, self.view)

    def is_unready(self, service: ServiceView) -> bool:
        """Whether a service keeps running and is not ready: its health check fails, or nothing answers before it."""
        steady = service.exists and service.running and not service.crash_looping
        return steady and trouble(service, self.compose, self.view) is not None

    def expect_no_service(self, what: str, holds: Callable[[ServiceView], bool]) -> None:
        """State that something holds for none of the services that must run.

        Raises:
            ExpectationFailed: it does for some.
            Blocked: nothing could be collected.
        """
        services = [each for each in self.view.services if each.expected]
        found = [each for each in services if holds(each)]
        actual = "; ".join(f"{each.name} {trouble(each, self.compose, self.view) or what}" for each in found)
        self.expect(not found, f"no service that {what}", actual)

    def require_well(self, name: str | None) -> None:
        """Go on only if a service is in no trouble, before anything is said of what it answers.

        Raises:
            Blocked: it is in trouble, which has a check of its own.
        """
        service = self.view.service(name) if name else None
        wrong = trouble(service, self.compose, self.view) if service is not None else None
        if service is not None and wrong is not None:
            raise Blocked(f"{service.name} {wrong}")

    def origin(self, path: str) -> OriginAnswer:
        """Return what the backend answers to the server itself at a path.

        Raises:
            NotApplicable: the environment file does not list that path.
            Blocked: there was no answer, which has a check of its own.
        """
        found = next((each for each in self.view.origin if each.path == path), None)
        if found is None:
            raise NotApplicable(f"{path} is not in `origin` of the environment's [compose]")
        if found.status is None:
            raise Blocked(f"on the server, {path} was not answered: {found.problem}")
        return found
