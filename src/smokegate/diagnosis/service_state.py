"""What is wrong with a service of the compose project, told from its container alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.environment.model import Compose
    from smokegate.observation.server import ServerView, ServiceView


def trouble(service: ServiceView, compose: Compose) -> str | None:
    """Return why a service does not do what it is there for, None where it does."""
    if not service.exists:
        return "has no container"
    if service.crash_looping:
        return f"is restarted again and again (exit code {service.exit_code})"
    if not service.running:
        if is_finished(service, compose):
            return None
        why = " for want of memory" if service.oom_killed else ""
        told = f": {service.error}" if service.error else ""
        return f"is {service.state or 'not running'}{why} (exit code {service.exit_code}){told}"
    if service.health == "unhealthy":
        return f"does not pass its health check{_last_check(service)}"
    return "has not passed its health check yet" if service.health == "starting" else None


def is_finished(service: ServiceView, compose: Compose) -> bool:
    """Tell whether a container is that of a job which ran once and is done, such as a migration.

    Only where the file does not list the services that must run: a job has no port, no health check and no
    restart policy, and ended with 0.
    """
    long_lived = service.name in (*compose.services, compose.backend, compose.database)
    ended_well = service.state == "exited" and service.exit_code == 0 and service.restart_policy in {"", "no"}
    return ended_well and not long_lived and service.check is None and not service.ports


def troubled(view: ServerView, compose: Compose) -> tuple[ServiceView, ...]:
    """Return the expected services that are in trouble, those that do not run first."""
    found = [each for each in view.services if each.expected and trouble(each, compose)]
    return tuple(sorted(found, key=lambda each: each.running))


def _last_check(service: ServiceView) -> str:
    log = service.check.log if service.check else ()
    return f": {log[-1].output or f'exit code {log[-1].exit_code}'}" if log else ""
