"""Single commands on the server and their output: engine, listeners, disks, database and the local backend."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from smokegate.environment.model import Compose
from smokegate.observation.server.causes import CommandCause, docker_cause
from smokegate.observation.server.host import Host, HostError, Output
from smokegate.observation.server.model import CommandFailure, DatabaseReady, Disk, ListenerView, OriginAnswer
from smokegate.observation.server.parse import MAX_OUTPUT, PROJECT, SERVICE, objects
from smokegate.observation.server.service import ServiceView

#: Timeout in seconds of a request to the backend from the server.
ORIGIN_LIMIT = 5.0
ENGINE = "{{.ServerVersion}} {{.SystemTime}} {{.DockerRootDir}}"
#: Evaluated by the shell in the database's container, whose environment has the names. Over TCP, like the backend:
#: while the image initialises its database, a temporary server answers on the local socket only.
PG_READY = 'user="${POSTGRES_USER:-postgres}"; exec pg_isready -h 127.0.0.1 -t 3 -U "$user" -d "${POSTGRES_DB:-$user}"'
LISTENING = 'PATH="$PATH:/usr/sbin:/sbin" exec ss -Hltnp'
ORIGIN_SCRIPT = Path(__file__).with_name("origin.sh").read_text("utf-8")
RESPONSE_HEAD = re.compile(r"HTTP/[\d.]+ (\d{3})[^\r\n]*\r?\n((?:[^\r\n]+\r?\n)*)\r?\n")
MAX_TEXT = 20_000


def engine(host: Host) -> tuple[str, str, CommandFailure | None]:
    """Return the engine's version and root directory, or why it cannot be reached; raises HostError."""
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


def origin_answer(host: Host, port: int, path: str, limit: float, public: str) -> OriginAnswer:
    """Request a path from the backend on the server."""
    return answer(path, host.run(command(port, path, limit, public), limit + 5.0))


def listeners(host: Host, port: int, *, engine: bool) -> tuple[ListenerView, ...]:
    """Return what holds the port: containers that publish it, and processes other than docker's proxies."""
    found: tuple[ListenerView, ...] = ()
    if engine:
        found = publishers(
            host.run(["docker", "ps", "--filter", f"publish={port}", "--no-trunc", "--format", "{{json .}}"]).stdout,
            port,
        )
    output = host.run(["sh", "-c", LISTENING])
    processes = listening(output.stdout, port)
    unnamed = [each for each in processes if each.process is None and found]
    return (*found, *(each for each in processes if each.process != "docker-proxy" and each not in unnamed))


def disks(host: Host, root: str) -> tuple[Disk, ...]:
    """Return the file systems of `/` and of the engine's root directory."""
    return file_systems(host.run(["df", "-Pk", "/", *([root] if root.startswith("/") else [])]).stdout)


def disks_inside(host: Host, service: ServiceView) -> tuple[Disk, ...]:
    """Return the file systems inside a container."""
    output = host.run(["docker", "exec", service.id, "df", "-Pk"])
    return tuple(
        each
        for each in file_systems(output.stdout, service.name)
        if not each.mount.startswith(("/sys", "/proc", "/dev"))
    )


def database(host: Host, compose: Compose, services: tuple[ServiceView, ...]) -> DatabaseReady | None:
    """Run `pg_isready` in the database's container; None if no database is declared."""
    if compose.database is None:
        return None
    one = next((each for each in services if each.name == compose.database), None)
    if one is None or not one.exists or not one.running:
        return DatabaseReady(
            compose.database,
            ready=False,
            detail=f"its container is {one.state or 'not there' if one else 'not there'}",
        )
    output = host.run(["docker", "exec", one.id, "sh", "-c", PG_READY])
    return database_state(compose.database, output.status, output.stdout, output.stderr)


def command(port: int, path: str, limit: float, public: str) -> list[str]:
    """Return the command that requests a path like a proxy: with the host and scheme of the public URL.

    An application may reject other hosts with 400, and redirect to https otherwise.
    `limit` is in seconds.
    """
    parts = urlsplit(public)
    host = parts.netloc.rpartition("@")[2]
    return ["sh", "-c", ORIGIN_SCRIPT, "sh", str(port), path, f"{limit:g}", host, parts.scheme]


def answer(path: str, output: Output) -> OriginAnswer:
    """Parse the output of `command`."""
    head = RESPONSE_HEAD.match(output.stdout)
    # curl prints interim responses such as 100-continue first
    while head is not None and head[1].startswith("1"):
        head = RESPONSE_HEAD.match(output.stdout, head.end())
    if head is None or not output.ok:
        problem = output.stderr.strip() or f"no HTTP answer (exit status {output.status})"
        return OriginAnswer(path, None, output.seconds, problem=problem[-MAX_TEXT:])
    body, _, seconds = output.stdout[head.end() :].rpartition("\n")
    fields = tuple(
        (name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in head[2].splitlines())
    )
    try:
        parsed, is_json = json.loads(body), True
    except ValueError:
        parsed, is_json = None, False
    return OriginAnswer(path, int(head[1]), _seconds(seconds, output.seconds), fields, body[:MAX_TEXT], parsed, is_json)


def _seconds(text: str, default: float) -> float:
    try:
        return float(text)
    except ValueError:
        return default


def listening(text: str, port: int) -> tuple[ListenerView, ...]:
    """Parse `ss -Hltnp` and return the processes listening on a port."""
    found = []
    for line in text.splitlines():
        words = line.split()
        address, _, number = words[3].rpartition(":") if len(words) > 4 else ("", "", "")
        if number == str(port):
            who = re.search(r'users:\(\("([^"]*)",pid=(\d+)', line)
            found.append(ListenerView(address, port, who[1] if who else None, int(who[2]) if who else None))
    return tuple(found)


def publishers(text: str, port: int) -> tuple[ListenerView, ...]:
    """Parse `docker ps --format '{{json .}}'` and return the containers that publish a port."""
    found: list[ListenerView] = []
    for one in objects(text):
        pairs = (part.split("=", 1) for part in str(one.get("Labels", "")).split(",") if "=" in part)
        labels, name = dict(pairs), str(one.get("Names", ""))
        found += (
            ListenerView(address, port, container=name, project=labels.get(PROJECT), service=labels.get(SERVICE))
            for address in re.findall(rf"([^\s,]+):{port}->", str(one.get("Ports", "")))
        )
    return tuple(found)


def file_systems(text: str, service_name: str | None = None) -> tuple[Disk, ...]:
    """Parse `df -Pk`, with sizes in KiB; each mount point once."""
    found: dict[str, Disk] = {}
    for line in text.splitlines()[1:]:
        row = re.fullmatch(r"(\S.*?)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+\d+%\s+(/.*)", line)
        if row and not row[1].startswith(("proc", "sysfs", "devtmpfs", "udev", "shm")):
            found[row[5]] = Disk(row[5], int(row[2]) * 1024, max(0, int(row[4])) * 1024, service_name)
    return tuple(found.values())


def database_state(name: str, status: int, stdout: str, stderr: str) -> DatabaseReady:
    """Parse `pg_isready`: 0 accepting, 1 rejecting (still starting), 2 no response, 3 not tried."""
    output = (stdout or stderr).strip()
    detail = output.rpartition(" - ")[2] if " - " in output else output
    return DatabaseReady(
        name, status == 0 and "accepting connections" in output, detail[:MAX_OUTPUT] or f"exit status {status}"
    )
