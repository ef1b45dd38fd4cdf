"""Every service that must run does, as seen from the server that runs them."""

from __future__ import annotations

from smokegate.api import Deployment, check

NEEDS = ("server", "compose")


@check("containers.collected", needs=NEEDS)
def test_server_can_be_reached(deployment: Deployment) -> None:
    """The server lets this runner in, docker runs on it, and the compose project is where the file says.

    Symptom: ssh is refused or hangs, or the engine does not run: the containers cannot be inspected.
    """
    deployment.server.expect_collected()


@check("containers.created", after=("containers.collected",), needs=NEEDS)
def test_every_service_has_a_container(deployment: Deployment) -> None:
    """Every service that must run has been created.

    Symptom: a container is missing from `docker compose ps --all`: a deploy was cut short.
    """
    deployment.server.expect_no_service("has no container", lambda service: not service.exists)


@check("containers.running", after=("containers.collected",), needs=NEEDS)
def test_services_run(deployment: Deployment) -> None:
    """The containers of all services run: none is stopped, paused, or could not be started.

    Symptom: "Backend Health: ERROR" on the dashboard, 502 or 503, or data that grow old.
    """
    server = deployment.server
    server.expect_no_service("does not run", server.is_down)


@check("containers.steady", after=("containers.collected",), needs=NEEDS)
def test_services_do_not_restart(deployment: Deployment) -> None:
    """No container crashes and is restarted repeatedly.

    Symptom: it works now and then; `docker compose ps` says `Restarting` and `Up` in turn.
    """
    deployment.server.expect_no_service("is restarted repeatedly", lambda service: service.crash_looping)


@check("containers.healthy", after=("containers.collected",), needs=NEEDS)
def test_services_are_healthy(deployment: Deployment) -> None:
    """Every container that has a health check passes it.

    Symptom: `docker compose ps` says `(unhealthy)`, or `(health: starting)` for longer than a start takes.
    """
    server = deployment.server
    server.expect_no_service("does not pass its health check", server.is_unready)


@check("containers.database", after=("containers.collected",), needs=NEEDS)
def test_database_accepts_connections(deployment: Deployment) -> None:
    """The database says that it accepts connections.

    Symptom: pages load, and everything with data fails.
    """
    server = deployment.server
    server.require_well(server.compose.database)
    ready = server.database
    if ready is not None:
        server.expect(ready.ready, "pg_isready: accepting connections", f"pg_isready: {ready.detail}")


@check("containers.port", after=("containers.collected",), needs=NEEDS)
def test_port_belongs_to_the_backend(deployment: Deployment) -> None:
    """What listens on the backend's port is the backend's container.

    Symptom: an older container or a process that was started by hand answers in the backend's place.
    """
    server = deployment.server
    server.require_well(server.compose.backend)
    expected = f"{server.compose.backend} on port {server.compose.port}"
    server.expect(not server.strangers, expected, "; ".join(map(str, server.strangers)))
    server.expect(server.view.listeners, expected, "no process listens there")


@check("containers.restart-policy", after=("containers.collected",), needs=NEEDS, severity="advisory")
def test_services_come_back_after_a_crash(deployment: Deployment) -> None:
    """Every container has a restart policy that brings it back.

    Symptom: after a reboot of the server a service stays away.
    """
    server = deployment.server
    good, weak = server.compose.restart, server.weak()
    actual = ", ".join(f"{each.name}: {each.restart_policy}" for each in weak)
    server.expect(not weak, f"a restart policy of {' or '.join(good)}", actual)
