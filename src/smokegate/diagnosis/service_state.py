"""What is wrong with a service of the compose project, from its container and what answers there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.wording import quote
from smokegate.observation.server.model import ServerView
from smokegate.observation.server.service import ServiceView

if TYPE_CHECKING:
    from smokegate.environment.model import Compose
    from smokegate.observation.server import ServerView, ServiceView

COMPLETED = "service_completed_successfully"
"""The condition under which another service starts after a job."""
RUNS_ONCE = {"", "no", "on-failure"}
"""Restart policies under which a container that ended with 0 stays ended."""


def trouble(service: ServiceView, compose: Compose, view: ServerView) -> str | None:
    """Return why a service does not do what it is there for, None where it does."""
    if not service.exists:
        return "has no container"
    if service.crash_looping:
        return f"is restarted repeatedly (exit code {service.exit_code})"
    if not service.running:
        if is_finished(service, compose, view):
            return None
        why = " (out of memory)" if service.oom_killed else ""
        error = f": {service.error}" if service.error else ""
        return f"is {service.state or 'not running'}{why} (exit code {service.exit_code}){error}"
    if service.health == "unhealthy":
        return f"does not pass its health check{_last_check(service)}"
    starting = service.health == "starting" and not _answers(service, compose, view)
    return "has not passed its health check yet" if starting else None


def is_finished(service: ServiceView, compose: Compose, view: ServerView) -> bool:
    """Whether a container is that of a job which ran once and is done, such as a migration.

    Another service that starts after its completion proves it. Else it is inferred, only where the file does not
    list the services that must run: a job has no port, no health check and no policy that restarts it after 0.
    """
    if service.state != "exited" or service.exit_code != 0 or service.restart_policy not in RUNS_ONCE:
        return False
    if any((service.name, COMPLETED) in each.depends for each in view.services):
        return True
    long_lived = service.name in (*compose.services, compose.backend, compose.database)
    return not long_lived and service.check is None and not service.ports


def lasting(view: ServerView, compose: Compose) -> tuple[str, ...]:
    """Return the names of the services that must run, without the jobs that are done."""
    found = [each.name for each in view.services if each.expected and not is_finished(each, compose, view)]
    return tuple(dict.fromkeys(found))


def depends_on(service: ServiceView) -> tuple[str, ...]:
    """Return the services that a service starts after."""
    return tuple(name for name, _ in service.depends)


def weak_policy(service: ServiceView, compose: Compose, view: ServerView) -> bool:
    """Whether a service would stay away after a crash or a reboot; a job that is done may."""
    lasting = service.expected and service.exists and not is_finished(service, compose, view)
    return lasting and service.restart_policy not in compose.restart


def troubled(view: ServerView, compose: Compose) -> tuple[ServiceView, ...]:
    """Return the expected services that are in trouble, those that do not run first."""
    found = [each for each in view.services if each.expected and trouble(each, compose, view)]
    return tuple(sorted(found, key=lambda each: each.running))


def _answers(service: ServiceView, compose: Compose, view: ServerView) -> bool:
    """Whether a service whose first health check is still to come answers its endpoints.

    The engine's own verdict follows in any case; a service without endpoints is not held against it while the
    backend answers.
    """
    if service.name == compose.database and view.database is not None:
        return view.database.ready
    return bool(view.origin) and all(each.status is not None and each.status < 400 for each in view.origin)


def _last_check(service: ServiceView) -> str:
    log = service.check.log if service.check else ()
    return f": {log[-1].output or f'exit code {log[-1].exit_code}'}" if log else ""


def state(service: ServiceView) -> str:
    """Return the line that says how a service stands, quoted."""
    if not service.exists:
        return f"service {service.name} has no container"
    words = [f"state: {service.state}"]
    if service.health:
        words.append(f"health: {service.health}")
    if not service.running or service.exit_code:
        words.append(f"exit code: {service.exit_code}")
    if service.restart_count:
        words.append(f"restarts: {service.restart_count}")
    return f"container {service.container}: {quote(', '.join(words))}"
