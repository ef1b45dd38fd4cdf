"""The fork server of replicas: it imports the server stack once and forks every replica from itself.

Run as `python -m smokegate.replica.process.fork_server FD`; see `smokegate.replica.process.forking`.
"""

from __future__ import annotations

import gc
import shutil
import socket
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from smokegate.replica import certificates
from smokegate.replica.catalogue import find_faults
from smokegate.replica.plan import Certificate, Plan, Site, commit_of
from smokegate.replica.process import supervisor
from smokegate.replica.process.forking import forked, orders

_QUEUE = 128


def main() -> None:
    """Take orders until the caller is gone."""
    with socket.socket(fileno=int(sys.argv[1])) as control:
        for order, channel in orders(control):
            fulfil(order, channel, control)


def fulfil(order: dict[str, Any], channel: socket.socket, control: socket.socket) -> None:
    """Announce the addresses of one replica, then fork the supervisor that builds it."""
    directory = Path(tempfile.mkdtemp(prefix="smokegate-replica-"))
    sockets: dict[str, socket.socket] = {}
    try:
        plan = _plan(order, directory, sockets)
        certificates.write(plan)
        for name, site in plan.sites.items():
            if site.listens and name in sockets:
                sockets[name].listen(_QUEUE)  # what is requested before anyone can answer waits here
        supervisor.send(channel, {"serving": _serving(plan)})
        preload(plan.kind)
        if forked(control):
            supervisor.keep(plan, sockets, channel)
    except Exception as error:  # noqa: BLE001 -- the caller gets the reason, and the next order may be better
        shutil.rmtree(directory, ignore_errors=True)
        supervisor.send(channel, {"failed": f"{type(error).__name__}: {error}"})
    finally:
        for bound in sockets.values():
            bound.close()


def preload(kind: str) -> None:
    """Import what the processes of a kind need, so that forks share it."""
    if f"smokegate.replica.{kind}.app" not in sys.modules:
        import_module(f"smokegate.replica.{kind}.app")
        import_module("smokegate.replica.edge.server")
        gc.collect()
        gc.freeze()


def _plan(order: dict[str, Any], directory: Path, sockets: dict[str, socket.socket]) -> Plan:
    deployment = import_module(f"smokegate.replica.{order['kind']}.deployment")
    sockets["backend"] = _bind(order["port"])
    if deployment.HAS_STATIC_HOST:
        sockets["frontend"] = _bind(order["port"] + 1 if order["port"] else 0)
    if getattr(deployment, "HAS_PLATFORM", False):
        sockets["platform"] = _bind(0)
    (directory / "database").mkdir()
    secure: Certificate | None = "valid" if order["tls"] else None
    backend = Site(sockets["backend"].getsockname()[1], secure)
    frontend = Site(sockets["frontend"].getsockname()[1], secure) if "frontend" in sockets else backend
    plan = Plan(order["kind"], directory, backend, frontend, seconds=order["seconds"])
    if "platform" in sockets:
        plan.platform = Site(sockets["platform"].getsockname()[1])
    entries = find_faults(order["kind"], order["fault"]) if order["fault"] else ()
    if any(entry.tls for entry in entries):
        backend.certificate = frontend.certificate = "valid"
    deployment.complete(plan)
    for entry in entries:
        entry.behaviour(plan)
    return plan


def _bind(port: int) -> socket.socket:
    # asyncio holds small writes back unless the protocol is named, and no real edge does.
    bound = socket.socket(proto=socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
    except OSError as error:
        bound.close()
        raise OSError(error.errno, f"port {port} of 127.0.0.1 cannot be used: {error.strerror}") from error
    return bound


def _serving(plan: Plan) -> dict[str, Any]:
    secure = plan.backend.certificate or plan.frontend.certificate
    return {
        "backend_url": plan.backend.url,
        "frontend_url": plan.frontend.url,
        "ca_file": str(certificates.ca_file(plan)) if secure else None,
        "commit": commit_of(plan.kind),
        "directory": str(plan.directory),
        "platform": (f"{plan.platform.url}/v1", plan.options["platform"].key) if plan.platform else None,
    }


if __name__ == "__main__":
    main()
