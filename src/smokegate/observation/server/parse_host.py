"""Parses the output of ss, docker ps, df and pg_isready: pure functions from text to values."""

from __future__ import annotations

import re

from smokegate.observation.server.model import DatabaseReady, Disk, ListenerView
from smokegate.observation.server.parse import MAX_OUTPUT, PROJECT, SERVICE, objects


def listeners(text: str, port: int) -> tuple[ListenerView, ...]:
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


def disks(text: str, service_name: str | None = None) -> tuple[Disk, ...]:
    """Parse `df -Pk`, with sizes in KiB; each mount point once."""
    found: dict[str, Disk] = {}
    for line in text.splitlines()[1:]:
        row = re.fullmatch(r"(\S.*?)\s+(\d+)\s+(\d+)\s+(-?\d+)\s+\d+%\s+(/.*)", line)
        if row and not row[1].startswith(("proc", "sysfs", "devtmpfs", "udev", "shm")):
            found[row[5]] = Disk(row[5], int(row[2]) * 1024, max(0, int(row[4])) * 1024, service_name)
    return tuple(found.values())


def database(name: str, status: int, stdout: str, stderr: str) -> DatabaseReady:
    """Parse `pg_isready`: 0 accepting, 1 rejecting (still starting), 2 no response, 3 not tried."""
    output = (stdout or stderr).strip()
    detail = output.rpartition(" - ")[2] if " - " in output else output
    return DatabaseReady(
        name, status == 0 and "accepting connections" in output, detail[:MAX_OUTPUT] or f"exit status {status}"
    )
