"""Collects the server data once, in a few rounds of parallel commands.

The first command opens the connection and queries the engine; without an engine the rest of the host is collected all
the same, to detect a working origin or a full disk.
"""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from smokegate.environment.model import Compose, Environment, Server
from smokegate.observation.server import parse
from smokegate.observation.server.causes import CommandCause
from smokegate.observation.server.containers import Project, follow, inspect, with_logs
from smokegate.observation.server.host import Host, HostError, connect
from smokegate.observation.server.model import CommandFailure, DatabaseReady, Disk, OriginAnswer, ServerView
from smokegate.observation.server.probes import (
    ORIGIN_LIMIT,
    database,
    disks,
    disks_inside,
    engine,
    listeners,
    origin_answer,
)
from smokegate.observation.server.service import ServiceView

#: Parallel commands; sshd allows ten sessions per connection (MaxSessions).
MAX_PARALLEL = 6


def collect(environment: Environment) -> ServerView:
    """Collect the data of an environment's server once; failures are recorded in the view.

    Raises:
        ValueError: the environment has no `[server]` or no `[compose]`.
    """
    server, compose = environment.server, environment.compose
    if server is None or compose is None:
        raise ValueError(f"{environment.name}: [server] and [compose] are both needed to check the server")
    began = time.monotonic()
    name = server.ssh or "local"
    try:
        with connect(server) as host:
            view = _collect(host, server, compose, environment.backend.url)
    except HostError as error:
        view = ServerView(name, failure=error.failure)
    except ValueError as error:
        view = ServerView(name, failure=CommandFailure(CommandCause.COMMAND_FAILED, "ssh", str(error)))
    return replace(view, seconds=time.monotonic() - began)


class _Failures(Struct):
    """Failed commands that did not stop the collection."""

    problems: list[CommandFailure] = field(default_factory=list)

    def get(self, future: Future[Any], default: Any) -> Any:
        """Return a future's result, or record its failure and return the default."""
        try:
            return future.result()
        except HostError as error:
            self.problems.append(error.failure)
        except ValueError as error:
            problem = f"its output is not JSON: {error}"
            self.problems.append(CommandFailure(CommandCause.COMMAND_FAILED, "docker ps", problem))
        return default


def _collect(host: Host, server: Server, compose: Compose, public: str) -> ServerView:
    version, root, failure = engine(host)
    project, failures = Project(host, compose), _Failures()
    services: tuple[ServiceView, ...] = ()
    now: datetime | None = None
    with ThreadPoolExecutor(MAX_PARALLEL, thread_name_prefix="server") as pool:
        limit = min(ORIGIN_LIMIT, server.timeout)
        answers = [pool.submit(origin_answer, host, compose.port, path, limit, public) for path in compose.origin]
        listening = pool.submit(listeners, host, compose.port, engine=failure is None)
        host_disks = pool.submit(disks, host, root)
        ready: DatabaseReady | None = None
        inside: list[Disk] = []
        if failure is None:
            try:
                services, failure = _services(pool, project)
            except HostError as error:
                failure = error.failure
        if services:
            logs = [pool.submit(with_logs, host, each) for each in services]
            checked = pool.submit(database, host, compose, services)
            stateful = [each for each in services if each.running and each.name in {compose.backend, compose.database}]
            disks_within = [pool.submit(disks_inside, host, each) for each in stateful]
            services = tuple(failures.get(each, seen) for each, seen in zip(logs, services, strict=True))
            services, now = failures.get(pool.submit(follow, host, services), (services, None))
            ready = failures.get(checked, None)
            inside = [disk for each in disks_within for disk in failures.get(each, ())]
        return ServerView(
            host=host.name,
            failure=failure,
            services=services,
            listeners=failures.get(listening, ()),
            database=ready,
            disks=(*failures.get(host_disks, ()), *inside),
            origin=tuple(
                failures.get(each, OriginAnswer(path, None, problem="could not be queried"))
                for each, path in zip(answers, compose.origin, strict=True)
            ),
            problems=tuple(failures.problems),
            engine=version,
            now=now,
        )


def _services(pool: ThreadPoolExecutor, project: Project) -> tuple[tuple[ServiceView, ...], CommandFailure | None]:
    """Return the profile's services with a first sample per container, or why compose cannot list them."""
    declared = pool.submit(project.run, "config", "--services")
    listed = pool.submit(project.run, "ps", "--all", "--format", "json")
    for future in (declared, listed):
        output = future.result()
        if not output.ok:
            return (), project.failure(output)
    names = sorted(declared.result().stdout.split())
    expected_names = project.compose.services or tuple(names)
    try:
        ids = parse.container_ids(listed.result().stdout)
        found = inspect(project.host, ids)
    except ValueError as error:
        return (), replace(
            listed.result().failure(CommandCause.COMMAND_FAILED), detail=f"its output is not JSON: {error}"
        )
    seen = [replace(each, expected=each.name in expected_names) for each in found if not each.one_off]
    missing = [ServiceView(name, exists=False) for name in expected_names if name not in {each.name for each in seen}]
    return tuple(sorted((*seen, *missing), key=lambda each: (not each.expected, each.name))), None
