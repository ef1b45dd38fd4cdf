"""The supervisor: the parent of one replica's processes. With its channel it ends them and deletes their files.

Its children hold the reading end of a pipe that only the supervisor can write to: should the supervisor itself be
killed, they see the pipe end, delete the files in its stead, and go.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import socket
import sys
import threading
import traceback
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from smokegate.replica.plan import Instance, Plan

_LOG_TAIL = 1500


def send(channel: socket.socket, message: dict[str, Any]) -> None:
    """Send one line to the caller, if it is still there."""
    with suppress(OSError):
        channel.sendall(json.dumps(message).encode() + b"\n")


def keep(plan: Plan, sockets: dict[str, socket.socket], channel: socket.socket) -> NoReturn:
    """Build the replica, say so, hold it until the caller hangs up, then leave nothing. Does not return."""
    supervisor = _Supervisor(plan, sockets, channel)
    try:
        supervisor.build()
        send(channel, {"ready": [os.getpid(), *supervisor.pids]})
        while channel.recv(4096):
            pass
    except _ChildEndedError as error:
        send(channel, {"failed": str(error)})
    except OSError:
        pass  # the caller is gone
    finally:
        supervisor.clear()
        os._exit(0)


class _ChildEndedError(Exception):
    """A process ended before it served; the text is the end of its log."""


class _Supervisor:
    def __init__(self, plan: Plan, sockets: dict[str, socket.socket], channel: socket.socket) -> None:
        self.pids: list[int] = []
        self._plan = plan
        self._public = sockets
        self._instances = [(instance, _loopback(instance)) for instance in plan.instances]
        self._ports = [bound.getsockname()[1] for _, bound in self._instances]
        self._channel = channel
        self._leash, self._leash_held = os.pipe()
        self._log = plan.directory / "replica.log"

    def build(self) -> None:
        """Start every process; the edge first, since it can wake up while the application does."""
        edge = self._fork(self._run_edge, self._public.values())
        for instance, bound in self._instances:
            if instance.state == "running":
                self._await(self._fork(partial(self._run_app, instance, bound), [bound]))
        for worker in self._plan.workers:
            if worker.state == "running":
                self._await(self._fork(partial(self._run_worker, worker)))
        self._await(edge)
        self._let_go()

    def _let_go(self) -> None:
        """Leave the sockets to those who answer on them; keep the others, so that their ports stay taken."""
        for name, site in self._plan.sites.items():
            if site.listens and name in self._public:
                self._public[name].close()
        for instance, bound in self._instances:
            if instance.state == "running":
                bound.close()

    def clear(self) -> None:
        """End the processes and delete the files."""
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        for pid in self.pids:
            with suppress(ChildProcessError):
                os.waitpid(pid, 0)
        shutil.rmtree(self._plan.directory, ignore_errors=True)

    def _run_app(self, instance: Instance, bound: socket.socket, started: Callable[[], None]) -> None:
        from smokegate.replica.serving import serve_on  # noqa: PLC0415 -- only where it runs

        app = import_module(f"smokegate.replica.{self._plan.kind}.app").create_app(instance.variables)
        for patch in instance.patches:
            patch(app)
        serve_on(app, bound, started)

    def _run_worker(self, worker: Instance, started: Callable[[], None]) -> None:
        import_module(f"smokegate.replica.{self._plan.kind}.updater").run(worker.variables, started)

    def _run_edge(self, started: Callable[[], None]) -> None:
        import asyncio  # noqa: PLC0415 -- only where it runs

        from smokegate.replica.certificates import context  # noqa: PLC0415 -- only where it runs
        from smokegate.replica.edge.server import Listener, open_listeners  # noqa: PLC0415 -- only where it runs

        handlers = import_module(f"smokegate.replica.{self._plan.kind}.deployment").handlers(self._plan, self._ports)
        public = [(name, bound, self._plan.sites[name]) for name, bound in self._public.items()]
        listening = [each for each in public if each[2].listens]
        listeners = [Listener(bound, handlers[name], context(self._plan, site)) for name, bound, site in listening]

        async def serve() -> None:
            await open_listeners(listeners)
            started()
            await asyncio.Event().wait()

        asyncio.run(serve())

    def _fork(self, run: Callable[[Callable[[], None]], None], keeps: Collection[socket.socket] = ()) -> int:
        """Run a function in a process of its own that has only these of the sockets.

        Returns the end of the pipe on which it reports that it serves.
        """
        report, reporting = os.pipe()
        pid = os.fork()
        if pid:
            self.pids.append(pid)
            os.close(reporting)
            return report
        code = 1
        try:
            self._channel.close()
            os.close(self._leash_held)
            for bound in [*self._public.values(), *(bound for _, bound in self._instances)]:
                if bound not in keeps:
                    bound.close()
            _redirect(self._log)
            threading.Thread(target=_leashed, args=(self._leash, self._plan.directory), daemon=True).start()
            run(lambda: _report(reporting))
            code = 0
        except BaseException:  # noqa: BLE001 -- the last frame of this process: nothing above it may run
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _await(self, report: int) -> None:
        """Wait for a process to serve, or for the caller to go."""
        try:
            readable, _, _ = select.select([report, self._channel.fileno()], [], [])
            if report not in readable:
                raise ConnectionAbortedError("the caller hung up")
            if not os.read(report, 1):
                raise _ChildEndedError(self._log.read_text("utf-8", "replace")[-_LOG_TAIL:].strip())
        finally:
            os.close(report)


def _loopback(instance: Instance) -> socket.socket:
    """A free port for an instance; one that is absent refuses connections, a frozen one only accepts them."""
    bound = socket.socket(proto=socket.IPPROTO_TCP)  # see `fork_server`: asyncio must know it
    bound.bind(("127.0.0.1", 0))
    if instance.state != "absent":
        bound.listen(128)
    return bound


def _report(reporting: int) -> None:
    os.write(reporting, b"+")
    os.close(reporting)


def _redirect(log: Path) -> None:
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for standard in (1, 2):
        os.dup2(target, standard)
    os.close(target)


def _leashed(leash: int, directory: Path) -> None:
    os.read(leash, 1)
    shutil.rmtree(directory, ignore_errors=True)
    os._exit(0)
