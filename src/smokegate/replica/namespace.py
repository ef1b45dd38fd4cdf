"""Network faults that no server can bring about: no route, swallowed packets, no name server, no network.

`python -m smokegate.replica.namespace FAULT -- COMMAND…` runs a command in a Linux network namespace of its
own in which the network is broken in that way, and nothing outside can be reached at all. Its exit code is
the command's. Needs root, or a kernel that lets users make user namespaces, and the tools `unshare`, `ip`
and `mount`.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from smokegate.replica.catalogue import faults
from smokegate.replica.process.client import NAMESPACE_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

_INSIDE = "--inside"
_WRONG_USE = 2
_NAME_SERVER = "127.0.0.53"
_SERVFAIL = 2
_NXDOMAIN = 3
_HEADER = 12
_SETTINGS = ("link", "set", "lo", "up")
_SWALLOW = ("route", "add", "192.0.2.0/24", "dev", "lo")
"""Packets to these addresses come back over the loopback link and are dropped: no one has the address."""


class NamespaceError(Exception):
    """The namespace could not be made; the text says what is missing."""


def names() -> list[str]:
    """The faults that a namespace can be made for."""
    return [fault.name for of_kind in faults().values() for fault in of_kind.values() if fault.needs == "namespace"]


def command(fault: str, inner: Sequence[str]) -> list[str]:
    """The command line that runs another one in a namespace made for a fault."""
    if fault not in names():
        raise NamespaceError(f"no network fault {fault!r}: there are {', '.join(names())}")
    unshare = ["unshare", "--net", "--mount"]
    if os.geteuid() != 0:
        unshare += ["--user", "--map-root-user"]
    _try([*unshare, "true"])
    return [*unshare, sys.executable, "-P", "-m", "smokegate.replica.namespace", _INSIDE, fault, "--", *inner]


def permitted() -> bool:
    """Whether this process may make namespaces."""
    try:
        command(names()[0], ["true"])
    except NamespaceError:
        return False
    return True


def main(argv: Sequence[str]) -> int:
    """Run the command; returns its exit code, or 2 with a message when there is no namespace to run it in."""
    inside = bool(argv) and argv[0] == _INSIDE
    arguments = list(argv[1:] if inside else argv)
    try:
        fault, inner = _parse(arguments)
        if inside:
            return _run(fault, inner)
        return subprocess.run(command(fault, inner), check=False).returncode
    except NamespaceError as error:
        sys.stderr.write(f"{error}\n")
        return _WRONG_USE


def _parse(arguments: list[str]) -> tuple[str, list[str]]:
    match arguments:
        case [fault, "--", first, *rest]:
            return fault, [first, *rest]
    raise NamespaceError("usage: python -m smokegate.replica.namespace FAULT -- COMMAND…")


def _run(fault: str, inner: Sequence[str]) -> int:
    """In the namespace: break what must be broken, then run the command."""
    _try(["ip", *_SETTINGS])
    if fault == "connect-timeout":
        _try(["ip", *_SWALLOW])
    name_server = "192.0.2.53" if fault == "offline" else _NAME_SERVER
    with tempfile.TemporaryDirectory(prefix="smokegate-namespace-") as folder:
        _mount(Path(folder), "resolv.conf", f"nameserver {name_server}\noptions timeout:1 attempts:1\n")
        _mount(Path(folder), "nsswitch.conf", "hosts: files dns\n")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind((_NAME_SERVER, 53))
            code = _SERVFAIL if fault == "name-server" else _NXDOMAIN
            threading.Thread(target=_answer_names, args=(server, code), daemon=True).start()
            environment = {**os.environ, NAMESPACE_VARIABLE: fault}
            return subprocess.run(inner, check=False, env=environment).returncode


def _answer_names(server: socket.socket, code: int) -> None:
    """Answer every DNS question with this response code, until the process ends."""
    while True:
        query, client = server.recvfrom(4096)
        if len(query) < _HEADER:
            continue
        end = query.index(0, _HEADER) + 5  # the name's end, then type and class
        flags = (0x8180 | code).to_bytes(2, "big")
        counts = b"\x00\x01" + bytes(6)
        server.sendto(query[:2] + flags + counts + query[_HEADER:end], client)


def _mount(folder: Path, name: str, text: str) -> None:
    """Put a file over one of `/etc`, for this namespace only."""
    target = Path("/etc", name)
    if not target.exists():
        return
    (folder / name).write_text(text, "utf-8")
    _try(["mount", "--bind", str(folder / name), str(target.resolve())])


def _try(step: Sequence[str]) -> None:
    try:
        done = subprocess.run(step, check=False, capture_output=True, text=True)
    except FileNotFoundError as error:
        raise NamespaceError(f"a network namespace needs the tool {step[0]!r}, which is not installed") from error
    if done.returncode != 0:
        raise NamespaceError(
            f"this process may not set up a network namespace: {' '.join(step)}: {done.stderr.strip()}; "
            "run it as root, in a container with --privileged, or allow user namespaces"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
