"""What can be broken on purpose in the real stack: each function does one thing to real containers, no mocks.

It returns once the fault shows. The rows of `faults.toml` say what must then be noticed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from smokegate.replica.catalogue import Fault, entries
from smokegate.replica.compose.stack import BACKEND, Stack

BROKEN_MODULE = "import reportlabz  # not in requirements.txt\n"
SERVE = "/srv/smokegate/replica/compose/serve.py"
SQUATTER = "squatter.pid"
#: Holds a port until it is stopped: arguments port.
LISTEN = (
    "import signal, socket, sys; held = socket.create_server(('127.0.0.1', int(sys.argv[1])));"
    "print('held', flush=True); signal.pause()"
)


@dataclass(frozen=True)
class ComposeFault(Fault):
    """One deliberate defect of the real stack: `behaviour`, given the stack, brings it about and returns when it shows.

    `end` undoes what it did outside the stack's own containers, networks, volumes and directory. `heals`
    says whether starting, restarting or rebuilding services can fix it.
    """

    end: Callable[[Stack], None] = field(default=lambda _: None, repr=False, compare=False)
    heals: bool = False


def stop(stack: Stack, service: str) -> None:
    """Stop a service as someone would by hand."""
    stack.compose("stop", service)
    _until_exited(stack, service)


def kill(stack: Stack, service: str) -> None:
    """Kill a service; the engine does not restart it after `kill`."""
    stack.compose("kill", "--signal", "SIGKILL", service)
    _until_exited(stack, service)


def pause(stack: Stack, service: str) -> None:
    """Freeze the processes of a service."""

    def paused() -> bool:
        # On cgroup v1 an engine may fail to freeze a process that is starting another one, such as a health check.
        stack.compose("pause", service, check=False)
        return stack.state(service).get("Status") == "paused"

    stack.until(f"{service} is paused", paused)


def deployed(stack: Stack, service: str, change: Mapping[str, Any], health: str | None = None) -> None:
    """Deploy a service with a change: it is restarted repeatedly then, or stays in this state of its health check."""
    _deploy(stack, service, change)
    if health is None:
        _until_looping(stack, service)
    else:
        stack.until(
            f"{service} is {health}", lambda: (stack.state(service).get("Health") or {}).get("Status") == health
        )


def bad_import(stack: Stack) -> None:
    """Deploy a version that imports a module which is not in the image."""
    (stack.directory / "broken.py").write_text(BROKEN_MODULE, "utf-8")
    _deploy(stack, BACKEND, {"volumes": [f"./broken.py:{SERVE}:ro"]})
    _until_looping(stack, BACKEND)


def disk_full(stack: Stack) -> None:
    """Fill the disk that the backend writes its process id to, before it does."""
    fill = 'head -c 8m /dev/zero > /run/backend/spool; exec "$$@"'
    backend = stack.container(BACKEND)
    assert backend is not None
    _deploy(stack, BACKEND, {"entrypoint": ["sh", "-c", fill, "--"], "command": backend.attrs["Config"]["Cmd"]})
    _until_looping(stack, BACKEND)


def take_port(stack: Stack) -> None:
    """Let another process take the backend's port while the backend is away, then deploy."""
    stack.compose("rm", "--stop", "--force", BACKEND)
    squatter = subprocess.Popen(
        [sys.executable, "-c", LISTEN, str(stack.backend_port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    (stack.directory / SQUATTER).write_text(str(squatter.pid), "utf-8")
    assert squatter.stdout is not None
    with squatter.stdout:
        squatter.stdout.readline()
    stack.compose("up", "--detach", "--no-deps", BACKEND, check=False)
    stack.until("the backend could not be started", lambda: bool(stack.state(BACKEND).get("Error")))
    squatter.returncode = 0  # it lives on: `give_port_back` ends it by its id


def give_port_back(stack: Stack) -> None:
    """End the process that took the port."""
    path = stack.directory / SQUATTER
    if path.exists():
        pid = int(path.read_text("utf-8"))
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)


def replace_behind_nginx(stack: Stack) -> None:
    """Replace the backend so that it gets another address; what has the old one now is not a web server."""
    stack.compose("rm", "--stop", "--force", BACKEND)
    other = {"image": "nginx:1.22", "profiles": ["other"], "entrypoint": ["sleep", "3600"], "init": True}
    stack.override({"batch": {**other, "labels": {"smokegate.directory": str(stack.directory)}}})
    stack.compose("--profile", "other", "up", "--detach", "--no-deps", "batch")
    (stack.directory / "docker-compose.override.yml").unlink()
    stack.compose("up", "--detach", "--no-deps", "--wait", BACKEND)


def _deploy(stack: Stack, service: str, change: Mapping[str, Any]) -> None:
    """Change a service and bring it up, as a deploy does: nothing else is restarted."""
    stack.override({service: change})
    stack.compose("up", "--detach", "--no-deps", service)


def _until_exited(stack: Stack, service: str) -> None:
    stack.until(f"{service} has exited", lambda: stack.state(service).get("Status") == "exited")


def _until_looping(stack: Stack, service: str) -> None:
    def looping() -> bool:
        return int(stack.state(service).get("RestartCount", 0)) > 0

    stack.until(f"{service} is restarted repeatedly", looping)


def _faults() -> Iterator[ComposeFault]:
    table = tomllib.loads(Path(__file__).with_name("faults.toml").read_text(encoding="utf-8"))
    for name, row in table.items():
        (fault,) = entries([sys.modules[__name__]], name, {"kinds": ["compose"], "where": "app", **row})
        more = {"end": globals()[row["end"]]} if "end" in row else {}
        yield ComposeFault(**vars(fault), **more, heals=row.get("heals", False))


FAULTS: Mapping[str, ComposeFault] = MappingProxyType({each.name: each for each in _faults()})
"""Every fault by its name, in the order of the file."""
