"""Follows containers over the time of a look: inspected first and last, with the end of their logs."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from smokegate.observation.server import parse

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from smokegate.observation.server.host import Host
    from smokegate.observation.server.model import ServiceView

#: Lines of log that are fetched of each container.
LOG_LINES = 300
#: For how long of its life, in seconds, a running container without a passed health check is under suspicion
#: of a crash loop:
#: one that has been restarted before, and one that has not. Python programs that can not start fail within a
#: few seconds.
SUSPECT = {True: 12.0, False: 4.0}
#: How long a look follows suspects at most, and how often it samples them, in seconds.
FOLLOWING = 12.0
PACE = 0.4


def inspect(host: Host, ids: Iterable[str]) -> list[ServiceView]:
    """Return a view of each container that is still there, with one sample and without its log.

    Raises:
        ValueError: what docker printed is no JSON.
        HostError: the server could not be reached or the command did not end in time.
    """
    wanted = list(ids)
    if not wanted:
        return []
    return [
        parse.service(one)
        for one in parse.objects(host.run(["docker", "inspect", "--format", parse.INSPECT, *wanted]).stdout)
    ]


def with_logs(host: Host, service: ServiceView) -> ServiceView:
    """Add the end of its log to a view.

    Raises:
        HostError: the server could not be reached or the command did not end in time.
    """
    if not service.exists:
        return service
    output = host.run(["docker", "logs", "--timestamps", "--tail", str(LOG_LINES), service.id])
    if not output.ok:
        return replace(service, log_problem=output.stderr.strip()[-400:] or f"exit status {output.status}")
    return replace(service, log=parse.log_lines(output.stdout, output.stderr, LOG_LINES))


def follow(host: Host, services: tuple[ServiceView, ...]) -> tuple[tuple[ServiceView, ...], datetime | None]:
    """Sample the containers again; those under suspicion until they have lived long enough or were restarted.

    Returns the views with all samples and the engine's time at the last one. Logs of containers that turn out
    to be in a crash loop are fetched anew.

    Raises:
        ValueError: what docker printed is no JSON.
        HostError: the server could not be reached or the command did not end in time.
    """
    deadline = time.monotonic() + FOLLOWING
    while True:
        now = parse.moment(host.run(["docker", "info", "--format", "{{.SystemTime}}"]).stdout.strip())
        services = _sampled(host, services)
        if time.monotonic() >= deadline or not any(_suspect(each, now) for each in services):
            break
        time.sleep(PACE)
    return tuple(with_logs(host, each) if each.crash_looping else each for each in services), now


def _sampled(host: Host, services: tuple[ServiceView, ...]) -> tuple[ServiceView, ...]:
    ids = [each.id for each in services if each.exists]
    objects = (
        parse.objects(host.run(["docker", "inspect", "--format", parse.INSPECT, *ids]).stdout) if ids else []
    )
    found = {str(one.get("Id")): one for one in objects}
    return tuple(parse.later(each, found[each.id]) if each.id in found else each for each in services)


def _suspect(service: ServiceView, now: datetime | None) -> bool:
    if (
        not service.running
        or service.crash_looping
        or service.health
        or now is None
        or service.started_at is None
    ):
        return False
    return (now - service.started_at).total_seconds() < SUSPECT[service.restart_count > 0]
