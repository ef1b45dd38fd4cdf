"""What a smoke test holds of the server's vantage: a view that fails or blocks whoever asks it too much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smokegate.diagnosis.service_state import is_finished, trouble
from smokegate.plugin.seen import Blocked, Broken, NotApplicable

if TYPE_CHECKING:
    from smokegate.environment.model import Compose
    from smokegate.observation.server import OriginAnswer, ServerView, ServiceView

HERE = "test_containers.py::"
LOOKED_AT = f"{HERE}test_server_can_be_looked_at"
CREATED = f"{HERE}test_every_service_has_a_container"
RUNS = f"{HERE}test_services_run"
STEADY = f"{HERE}test_services_do_not_restart"
HEALTHY = f"{HERE}test_services_are_healthy"


@dataclass(frozen=True)
class ServerSeen:
    """What was seen from the server; None where the look itself broke down."""

    seen: ServerView | None
    compose: Compose

    @property
    def view(self) -> ServerView:
        """What was seen of the containers.

        Raises:
            Blocked: the server could not be looked at, which has a test of its own.
        """
        if self.seen is None or self.seen.failure is not None:
            raise Blocked(LOOKED_AT)
        return self.seen

    def must_be_seen(self) -> None:
        """State that the server could be looked at.

        Raises:
            Broken: it could not.
        """
        if self.seen is None:
            raise Broken("a look from the server", "the look broke down")
        if self.seen.failure is not None:
            raise Broken(f"a look from the server {self.seen.host}", str(self.seen.failure))

    def must(self, holds: object, expected: str, actual: str) -> None:
        """State what must hold on the server.

        Raises:
            Broken: it does not.
        """
        if not holds:
            raise Broken(expected, actual)

    def there(self) -> list[ServiceView]:
        """Return the services that must run and have a container."""
        return [each for each in self.view.services if each.expected and each.exists]

    def well(self) -> list[ServiceView]:
        """Return the services that are in no trouble, so that what they log is not explained by that."""
        return [each for each in self.there() if trouble(each, self.compose) is None]

    def is_down(self, service: ServiceView) -> bool:
        """Whether a service has a container, and it neither runs nor is it on its way up again."""
        down = service.exists and not service.running and not service.crash_looping
        return down and not is_finished(service, self.compose)

    def is_steady(self, service: ServiceView) -> bool:
        """Whether a service runs and goes on running."""
        return service.exists and service.running and not service.crash_looping

    def no_service(self, what: str, holds: Callable[[ServiceView], bool]) -> None:
        """State that something holds for none of the services that must run.

        Raises:
            Broken: it does for some.
            Blocked: the server could not be looked at.
        """
        services = [each for each in self.view.services if each.expected]
        found = [each for each in services if holds(each)]
        told = "; ".join(f"{each.name} {trouble(each, self.compose) or what}" for each in found)
        if found:
            raise Broken(f"no service that {what}", told)

    def must_be_well(self, name: str | None) -> None:
        """Make sure that a service does its work, before anything is said of what it answers.

        Raises:
            Blocked: it does not, which is the symptom of another test.
        """
        service = self.view.service(name) if name else None
        if service is None or trouble(service, self.compose) is None:
            return
        if not service.exists:
            raise Blocked(CREATED)
        if service.crash_looping:
            raise Blocked(STEADY)
        raise Blocked(HEALTHY if service.running else RUNS)

    def origin(self, path: str) -> OriginAnswer:
        """Return what the backend answers to the server itself at a path.

        Raises:
            NotApplicable: the file does not have it asked there.
            Blocked: it did not answer, which has a test of its own.
        """
        found = next((each for each in self.view.origin if each.path == path), None)
        if found is None:
            raise NotApplicable(f"{path} is not among `origin` of the environment's [compose]")
        if found.status is None:
            raise Blocked("test_origin.py::test_origin_answers")
        return found
