"""One collection of data from the server: everything to be seen, in a few rounds of commands that run side by side.

The first command opens the connection and asks the engine; without an engine the rest of the host is still
looked at, so that an origin that answers, or a full disk, is seen all the same.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from smokegate.observation.server import origin, parse
from smokegate.observation.server.causes import CommandCause, docker_cause
from smokegate.observation.server.containers import follow, inspect, with_logs
from smokegate.observation.server.host import Host, HostError, Redactor, connect
from smokegate.observation.server.model import (
    CommandFailure,
    DatabaseReady,
    Disk,
    ListenerView,
    OriginAnswer,
    ServerView,
)
from smokegate.observation.server.project import Project
from smokegate.observation.server.service import ServiceView

if TYPE_CHECKING:
    from datetime import datetime

    from smokegate.environment.model import Compose, Environment, Server

#: sshd allows ten sessions on a connection (MaxSessions).
SIDE_BY_SIDE = 6
#: How long the backend may take to answer the server itself, in seconds.
ORIGIN_LIMIT = 5.0
ENGINE = "{{.ServerVersion}} {{.SystemTime}} {{.DockerRootDir}}"
#: Evaluated by the shell in the database's container, whose environment has the names. Over TCP, as the
#: backend asks: while the image initialises its database, a server that no one else reaches answers on the
#: local socket.
READY = 'user="${POSTGRES_USER:-postgres}"; exec pg_isready -h 127.0.0.1 -t 3 -U "$user" -d "${POSTGRES_DB:-$user}"'
LISTENING = 'PATH="$PATH:/usr/sbin:/sbin" exec ss -Hltnp'


def collect(environment: Environment, *, redactor: Redactor | None = None) -> ServerView:
    """Check an environment's server; see `smokegate.observation.server.collect_server`."""
    server, compose = environment.server, environment.compose
    if server is None or compose is None:
        raise ValueError(f"{environment.name}: [server] and [compose] are both needed to check the server")
    began = time.monotonic()
    name = server.ssh or "local"
    try:
        with connect(server, redactor=redactor) as host:
            view = _collect(host, server, compose, environment.backend.url)
    except HostError as error:
        view = ServerView(name, failure=error.failure)
    except ValueError as error:
        view = ServerView(name, failure=CommandFailure(CommandCause.COMMAND_FAILED, "ssh", str(error)))
    return replace(view, seconds=time.monotonic() - began)


@dataclass
class _Notes:
    """The commands that failed while the collection continued."""

    problems: list[CommandFailure] = field(default_factory=list)

    def get(self, future: Future[Any], otherwise: Any) -> Any:
        """Return a future's value, or note why there is none."""
        try:
            return future.result()
        except HostError as error:
            self.problems.append(error.failure)
        except ValueError as error:
            problem = f"its output is not JSON: {error}"
            self.problems.append(CommandFailure(CommandCause.COMMAND_FAILED, "docker ps", problem))
        return otherwise


def _collect(host: Host, server: Server, compose: Compose, public: str) -> ServerView:
    version, root, failure = _engine(host)
    project, notes = Project(host, compose), _Notes()
    services: tuple[ServiceView, ...] = ()
    now: datetime | None = None
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="server") as pool:
        limit = min(ORIGIN_LIMIT, server.timeout)
        answers = [pool.submit(_origin_answer, host, compose.port, path, limit, public) for path in compose.origin]
        listening = pool.submit(_listeners, host, compose.port, engine=failure is None)
        space = pool.submit(_disks, host, root)
        ready: DatabaseReady | None = None
        inside: list[Disk] = []
        if failure is None:
            try:
                services, failure = _services(pool, project)
            except HostError as error:
                failure = error.failure
        if services:
            logs = [pool.submit(with_logs, host, each) for each in services]
            checked = pool.submit(_database, host, compose, services)
            within = [
                pool.submit(_disks_inside, host, each)
                for each in services
                if each.running and each.name in _stateful(compose)
            ]
            services = tuple(notes.get(each, seen) for each, seen in zip(logs, services, strict=True))
            services, now = notes.get(pool.submit(follow, host, services), (services, None))
            ready = notes.get(checked, None)
            inside = [disk for each in within for disk in notes.get(each, ())]
        return ServerView(
            host=host.name,
            failure=failure,
            services=services,
            listeners=notes.get(listening, ()),
            database=ready,
            disks=(*notes.get(space, ()), *inside),
            origin=tuple(
                notes.get(each, OriginAnswer(path, None, problem="could not be queried"))
                for each, path in zip(answers, compose.origin, strict=True)
            ),
            problems=tuple(notes.problems),
            engine=version,
            now=now,
        )


def _stateful(compose: Compose) -> tuple[str, ...]:
    return tuple(name for name in (compose.backend, compose.database) if name)


def _engine(host: Host) -> tuple[str, str, CommandFailure | None]:
    """Return the engine's version and directory, or why it cannot be reached.

    Raises:
        HostError: the server itself cannot be reached; an engine that hangs is a failure to report.
    """
    try:
        output = host.run(["docker", "info", "--format", ENGINE])
    except HostError as error:
        if error.failure.cause is CommandCause.COMMAND_TIMED_OUT:
            return "", "", error.failure
        raise
    words = output.stdout.split()
    if output.ok and len(words) > 1:
        return words[0], words[-1], None
    return "", "", output.failure(docker_cause(output.stderr))


def _services(pool: ThreadPoolExecutor, project: Project) -> tuple[tuple[ServiceView, ...], CommandFailure | None]:
    """Return the profile's services with the first sample of each container, or why compose cannot list them."""
    declared = pool.submit(project.run, "config", "--services")
    listed = pool.submit(project.run, "ps", "--all", "--format", "json")
    for future in (declared, listed):
        output = future.result()
        if not output.ok:
            return (), project.failure(output)
    names = sorted(declared.result().stdout.split())
    wanted = project.compose.services or tuple(names)
    try:
        ids = parse.container_ids(listed.result().stdout)
        found = inspect(project.host, ids)
    except ValueError as error:
        return (), replace(
            listed.result().failure(CommandCause.COMMAND_FAILED), detail=f"its output is no JSON: {error}"
        )
    seen = [replace(each, expected=each.name in wanted) for each in found if not each.one_off]
    missing = [ServiceView(name, exists=False) for name in wanted if name not in {each.name for each in seen}]
    return tuple(sorted((*seen, *missing), key=lambda each: (not each.expected, each.name))), None


def _origin_answer(host: Host, port: int, path: str, limit: float, public: str) -> OriginAnswer:
    return origin.answer(path, host.run(origin.command(port, path, limit, public), limit + 5.0))


def _listeners(host: Host, port: int, *, engine: bool) -> tuple[ListenerView, ...]:
    """Return who holds the port: containers by what they publish, processes other than docker's proxies."""
    found: tuple[ListenerView, ...] = ()
    if engine:
        found = parse.publishers(
            host.run(["docker", "ps", "--filter", f"publish={port}", "--no-trunc", "--format", "{{json .}}"]).stdout,
            port,
        )
    output = host.run(["sh", "-c", LISTENING])
    processes = parse.listeners(output.stdout, port)
    unseen = [each for each in processes if each.process is None and found]
    return (*found, *(each for each in processes if each.process != "docker-proxy" and each not in unseen))


def _disks(host: Host, root: str) -> tuple[Disk, ...]:
    return parse.disks(host.run(["df", "-Pk", "/", *([root] if root.startswith("/") else [])]).stdout)


def _disks_inside(host: Host, service: ServiceView) -> tuple[Disk, ...]:
    output = host.run(["docker", "exec", service.id, "df", "-Pk"])
    return tuple(
        each
        for each in parse.disks(output.stdout, service.name)
        if not each.mount.startswith(("/sys", "/proc", "/dev"))
    )


def _database(host: Host, compose: Compose, services: tuple[ServiceView, ...]) -> DatabaseReady | None:
    if compose.database is None:
        return None
    one = next((each for each in services if each.name == compose.database), None)
    if one is None or not one.exists or not one.running:
        return DatabaseReady(
            compose.database,
            ready=False,
            detail=f"its container is {one.state or 'not there' if one else 'not there'}",
        )
    output = host.run(["docker", "exec", one.id, "sh", "-c", READY])
    return parse.database(compose.database, output.status, output.stdout, output.stderr)
