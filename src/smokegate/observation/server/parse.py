"""Parses the output of docker and compose: pure functions from text to values.

Compose prints a JSON array up to v2.20, and one JSON object per line since v2.21, v5 included. Its `ps` reports exit
code 0 and no health for a crash loop, so those come from `docker inspect`.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from smokegate.observation.server.service import HealthCheck, HealthProbe, LogLine, PublishedPort, Sample, ServiceView

REVISION = "org.opencontainers.image.revision"
SERVICE = "com.docker.compose.service"
PROJECT = "com.docker.compose.project"
ONE_OFF = "com.docker.compose.oneoff"
DEPENDS = "com.docker.compose.depends_on"
#: The engine's "never".
NEVER = "0001-01-01"
#: Format of `docker inspect`: one JSON object per container, without its environment, which holds secrets.
INSPECT = (
    '{"Id":{{json .ID}},"Name":{{json .Name}},"RestartCount":{{json .RestartCount}},"State":{{json .State}},'
    '"Policy":{{json .HostConfig.RestartPolicy.Name}},"Memory":{{json .HostConfig.Memory}},'
    '"Image":{{json .Config.Image}},"Labels":{{json .Config.Labels}},'
    '"Healthcheck":{{json .Config.Healthcheck}},"Networks":{{json .NetworkSettings.Networks}},'
    '"Ports":{{json .NetworkSettings.Ports}}}'
)
MAX_OUTPUT = 400
NANO = 1e9


def objects(text: str) -> list[dict[str, Any]]:
    """Parse JSON objects from an array, from lines, or from empty text; other values are dropped. Raises ValueError."""
    text = text.strip()
    if not text or text == "null":
        return []
    try:
        lines = (line for line in text.splitlines() if line.strip())
        values = json.loads(text) if text.startswith("[") else [json.loads(line) for line in lines]
    except RecursionError:
        raise ValueError("JSON that is nested too deep") from None
    return [value for value in values if isinstance(value, dict)]


def container_ids(ps: str) -> list[str]:
    """Return the container ids in the output of `docker compose ps --format json`, in order; raises ValueError."""
    found = [str(each.get("ID", "")) for each in objects(ps)]
    return [each for each in found if re.fullmatch(r"[0-9a-f]{12,64}", each)]


def moment(text: object) -> datetime | None:
    """Parse the engine's RFC 3339 times, which have up to nine fractional digits; None for "never"."""
    if not isinstance(text, str) or text.startswith(NEVER):
        return None
    found = re.match(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(\.\d{1,9})?\s?(Z|[+-]\d\d:?\d\d)?", text)
    if found is None:
        return None
    zone = (found[4] or "Z").replace("Z", "+00:00")
    try:
        return datetime.fromisoformat(f"{found[1]}T{found[2]}{(found[3] or '.0')[:7]:0<7}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):  # month 13, or before year 1 in another time zone
        return None


def service(one: dict[str, Any], *, expected: bool = True) -> ServiceView:
    """Convert an object of `INSPECT` to a view without logs; raises ValueError if its structure is unknown."""
    try:
        return _service(one, expected=expected)
    except (AttributeError, KeyError, TypeError, IndexError, OverflowError) as error:
        raise ValueError(f"a container is described in an unknown way: {type(error).__name__}: {error}") from error


def _service(one: dict[str, Any], *, expected: bool) -> ServiceView:
    state, labels = one.get("State") or {}, one.get("Labels") or {}
    health = state.get("Health") or {}
    sample = _sample(one)
    return ServiceView(
        name=str(labels.get(SERVICE, "")),
        expected=expected,
        container=str(one.get("Name", "")).lstrip("/"),
        id=str(one.get("Id", "")),
        state=sample.state,
        health=str(health.get("Status", "")).replace("none", "") if sample.state == "running" else "",
        exit_code=int(state.get("ExitCode") or 0),
        error=str(state.get("Error") or ""),
        oom_killed=bool(state.get("OOMKilled")),
        samples=(sample,),
        restart_policy=str(one.get("Policy") or "no"),
        image=str(one.get("Image", "")),
        revision=labels.get(REVISION) or None,
        ports=_ports(one.get("Ports") or {}),
        addresses=tuple(
            sorted(net["IPAddress"] for net in (one.get("Networks") or {}).values() if net.get("IPAddress"))
        ),
        check=_check(one.get("Healthcheck"), health),
        finished_at=moment(state.get("FinishedAt")),
        one_off=str(labels.get(ONE_OFF, "")).lower() == "true",
        depends=_depends(str(labels.get(DEPENDS) or "")),
    )


def _depends(label: str) -> tuple[tuple[str, str], ...]:
    """Parse compose's label: `db:service_healthy:false,migrate:service_completed_successfully:false`."""
    parts = (each.split(":") for each in label.split(",") if each)
    return tuple((part[0], part[1] if len(part) > 1 else "") for part in parts)


def _sample(one: dict[str, Any]) -> Sample:
    """Convert an object of `INSPECT` to a sample."""
    state = one.get("State") or {}
    status = "restarting" if state.get("Restarting") else str(state.get("Status", ""))
    return Sample(status, int(one.get("RestartCount") or 0), moment(state.get("StartedAt")))


def later(view: ServiceView, one: dict[str, Any]) -> ServiceView:
    """Update a view with another sample of its container, keeping the earlier ones.

    Exit code and OOM kill are kept, too: the engine resets them when it restarts a container.
    """
    new = service(one, expected=view.expected)
    return replace(
        new,
        samples=(*view.samples, *new.samples),
        exit_code=new.exit_code or view.exit_code,
        oom_killed=new.oom_killed or view.oom_killed,
        log=view.log,
        log_problem=view.log_problem,
    )


def _ports(table: dict[str, Any]) -> tuple[PublishedPort, ...]:
    return tuple(
        PublishedPort(str(host.get("HostIp", "")), int(host["HostPort"]), int(port), protocol)
        for port, protocol, hosts in ((*target.split("/", 1), hosts) for target, hosts in table.items())
        for host in hosts or ()
    )


def _check(declared: dict[str, Any] | None, health: dict[str, Any]) -> HealthCheck | None:
    test = (declared or {}).get("Test") or []
    if not test or test[0] == "NONE":
        return None
    assert declared is not None
    log = tuple(
        HealthProbe(
            moment(each.get("End")),
            int(each.get("ExitCode") or 0),
            str(each.get("Output") or "").strip()[:MAX_OUTPUT],
        )
        for each in health.get("Log") or ()
    )
    return HealthCheck(
        start_period=(declared.get("StartPeriod") or 0) / NANO,
        failing_streak=int(health.get("FailingStreak") or 0),
        log=log,
    )


def log_lines(stdout: str, stderr: str, keep: int, width: int = 2000) -> tuple[LogLine, ...]:
    """Merge both streams of `docker logs --timestamps` by time: the last `keep` lines, truncated to `width`."""
    found = []
    for line in (*stdout.splitlines(), *stderr.splitlines()):
        stamp, _, text = line.partition(" ")
        at = moment(stamp)
        found.append(LogLine(at, (text if at else line)[:width].rstrip()))
    found.sort(key=lambda line: line.at or datetime.min.replace(tzinfo=UTC))
    return tuple(found[-keep:])
