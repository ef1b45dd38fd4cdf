"""Every service that must run does, as seen from the server that runs them."""

from __future__ import annotations

import pytest

from smokegate.diagnosis.server_evidence import start_up_errors
from smokegate.environment.model import Compose
from smokegate.plugin.server_view import ServerSeen


def test_server_can_be_looked_at(server: ServerSeen) -> None:
    """The server lets this runner in, docker runs on it, and the compose project is where the file says.

    Symptom: ssh is refused or hangs, or the engine does not run: nobody can look at the containers.
    """
    server.must_be_seen()


def test_every_service_has_a_container(server: ServerSeen) -> None:
    """Every service that must run has been created.

    Symptom: a container is missing from `docker compose ps --all`: a deploy was cut short.
    """
    server.no_service("has no container", lambda service: not service.exists)


def test_services_run(server: ServerSeen) -> None:
    """The containers of all services run: none is stopped, paused, or could not be started.

    Symptom: "Backend Health: ERROR" on the dashboard, 502 or 503, or data that grow old.
    """
    server.no_service("does not run", server.is_down)


def test_services_do_not_restart(server: ServerSeen) -> None:
    """No container crashes and is restarted again and again.

    Symptom: it works now and then; `docker compose ps` says `Restarting` and `Up` in turn.
    """
    server.no_service("is restarted again and again", lambda service: service.crash_looping)


def test_services_are_healthy(server: ServerSeen) -> None:
    """Every container that has a health check passes it.

    Symptom: `docker compose ps` says `(unhealthy)`, or `(health: starting)` for longer than a start takes.
    """
    server.no_service(
        "does not pass its health check",
        lambda service: server.is_steady(service) and service.health in {"starting", "unhealthy"},
    )


def test_database_accepts_connections(server: ServerSeen, compose: Compose) -> None:
    """The database says that it accepts connections.

    Symptom: pages load, and everything with data fails.
    """
    server.must_be_well(compose.database)
    ready = server.view.database
    if ready is not None:
        server.must(ready.ready, "pg_isready: accepting connections", f"pg_isready: {ready.detail}")


def test_port_belongs_to_the_backend(server: ServerSeen, compose: Compose) -> None:
    """What listens on the backend's port is the backend's container.

    Symptom: an older container or a process that was started by hand answers in the backend's place.
    """
    server.must_be_well(compose.backend)
    strangers = [each for each in server.view.listeners if each.service not in {compose.backend, None} or each.process]
    server.must(not strangers, f"{compose.backend} on port {compose.port}", "; ".join(map(str, strangers)))
    server.must(server.view.listeners, f"{compose.backend} on port {compose.port}", "nobody listens there")


def test_logs_have_no_start_up_error(server: ServerSeen, compose: Compose) -> None:
    """What the containers have logged since their last start tells of no failed start.

    Symptom: it runs, and a part of it could not be loaded, reached or written when it started.
    """
    found = [f"{each.name}: {line}" for each in server.well() for line in start_up_errors(each, compose)]
    server.must(not found, "logs without start-up errors", "; ".join(found[:5]))


@pytest.mark.advisory
def test_services_come_back_after_a_crash(server: ServerSeen, compose: Compose) -> None:
    """Every container has a restart policy that brings it back.

    Symptom: after a reboot of the server a service stays away.
    """
    wanted = " or ".join(compose.restart)
    weak = [each for each in server.there() if each.restart_policy not in compose.restart]
    told = ", ".join(f"{each.name}: {each.restart_policy}" for each in weak)
    server.must(not weak, f"a restart policy of {wanted}", told)
