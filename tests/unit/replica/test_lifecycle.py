"""A replica starts on free ports, says why when it cannot, and leaves nothing behind, however it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests_support.ports import reserved

from smokegate.replica import (
    NeedsNamespaceError,
    Replica,
    ReplicaError,
    UnknownFaultError,
    UnknownKindError,
    start,
)

_HOLDING = """
import os, sys
from smokegate.replica import start
replica = start("trading", wait={wait})
print(replica.directory, *replica.pids, flush=True)
{then}
"""


def _gone(pid: int) -> bool:
    """Whether a process has ended: a zombie that no one has waited for yet has, one that ends while it is read, too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _holder(then: str, *, wait: bool = True) -> tuple[subprocess.Popen[str], Path, list[int]]:
    """A process that holds a replica; with the replica's directory and processes."""
    code = _HOLDING.format(then=then, wait=wait)
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True)
    assert process.stdout is not None
    directory, *pids = process.stdout.readline().split()
    return process, Path(directory), [int(pid) for pid in pids]


def _end(process: subprocess.Popen[str]) -> None:
    process.communicate(timeout=60)


def test_a_killed_caller_leaves_nothing(until: Any) -> None:
    process, directory, pids = _holder("sys.stdin.read()")
    assert len(pids) == 4
    assert directory.exists()
    process.kill()
    _end(process)
    until(lambda: all(map(_gone, pids)), "the end of every process")
    until(lambda: not directory.exists(), "the end of the directory")


def test_a_caller_killed_while_the_replica_starts_leaves_nothing(until: Any) -> None:
    process, directory, _ = _holder("sys.stdin.read()", wait=False)
    process.kill()
    _end(process)
    until(lambda: not directory.exists(), "the end of the directory")


def test_a_caller_that_forgets_to_stop_leaves_nothing(until: Any) -> None:
    process, directory, pids = _holder("")
    _end(process)
    assert process.returncode == 0
    until(lambda: all(map(_gone, pids)), "the end of every process")
    until(lambda: not directory.exists(), "the end of the directory")


def test_a_forked_copy_of_the_caller_does_not_keep_the_replica_alive(until: Any) -> None:
    then = "os.fork() or sys.stdin.read()\nprint('forked', flush=True)\nsys.stdin.read()"
    process, directory, pids = _holder(then)
    os.kill(process.pid, signal.SIGKILL)
    until(lambda: all(map(_gone, pids)), "the end of every process, while the copy lives on")
    _end(process)
    until(lambda: not directory.exists(), "the end of the directory")


def test_a_killed_keeper_leaves_nothing(until: Any) -> None:
    with start("trading") as replica:
        os.kill(replica.pids[0], signal.SIGKILL)
        until(lambda: all(map(_gone, replica.pids)), "the end of every process")
        until(lambda: not replica.directory.exists(), "the end of the directory")


def test_stopping_ends_every_process_and_the_directory(until: Any) -> None:
    replica = start("tectonic")
    assert replica.directory.exists()
    replica.stop()
    assert not replica.directory.exists()
    assert all(map(_gone, replica.pids[1:]))
    until(lambda: _gone(replica.pids[0]), "the end of the supervisor, which hung up last of all")


def test_stopping_twice_is_once() -> None:
    replica = start("tectonic", "no-server")
    replica.stop()
    replica.stop()


def test_stopping_frees_the_port() -> None:
    replica = start("tectonic")
    port = urlsplit(replica.backend_url).port
    replica.stop()
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))


def test_replicas_do_not_share_anything(serve: Any) -> None:
    first, second = serve("tectonic"), serve("tectonic")
    assert first.backend_url != second.backend_url
    assert first.directory != second.directory
    assert not {*first.pids} & {*second.pids}


def test_addresses_are_known_before_the_replica_is_ready(ask: Any) -> None:
    with start("tectonic", wait=False) as replica:
        assert ask(replica, "GET", "/health").status_code == 200  # the request waits in the queue
        assert replica.ready() is replica
        assert replica.pids


def test_many_threads_may_start_replicas_at_once(ask: Any) -> None:
    started: list[Replica] = []
    threads = [threading.Thread(target=lambda: started.append(start("tectonic"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert [ask(replica, "GET", "/health").status_code for replica in started] == [200] * 4
    finally:
        for replica in started:
            replica.stop()


def test_a_port_can_be_asked_for() -> None:
    with reserved() as port, start("trading", port=port) as replica:
        assert replica.backend_url == f"http://127.0.0.1:{port}"


def test_a_port_that_is_taken_is_said_to_be() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ReplicaError, match=f"port {port} of 127.0.0.1 cannot be used: Address already in use"):
            start("tectonic", port=port)


def test_a_killed_fork_server_is_replaced() -> None:
    code = (
        "import os, signal\n"
        "from smokegate.replica import start\n"
        "from smokegate.replica.process import starter\n"
        "start('tectonic', 'no-server').stop()\n"
        "starter._current.process.kill()\n"
        "starter._current.process.wait()\n"
        "with start('tectonic', 'no-server') as replica:\n"
        "    print(replica.pids)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("kind", "fault", "error", "text"),
    [
        ("tectonic", "no-servr", UnknownFaultError, "did you mean 'no-server'"),
        ("trading", "zzz", UnknownFaultError, "there are name-not-found, refused"),
        ("tectonik", None, UnknownKindError, "did you mean 'tectonic'"),
        (
            "tectonic",
            "offline",
            NeedsNamespaceError,
            "python -m smokegate.replica.namespace offline -- COMMAND",
        ),
    ],
)
def test_what_cannot_be_started_is_refused_with_a_way_on(
    kind: str, fault: str | None, error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        start(kind, fault)


def test_a_replica_that_crashes_at_its_start_shows_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that breaks when it is imported stands for everything that can."""
    code = (
        "from smokegate.replica import ReplicaError, start\n"
        "try:\n    start('trading')\n"
        "except ReplicaError as error:\n    print(error)\n"
    )
    (tmp_path / "sqlalchemy.py").write_text("raise ImportError('no database library today')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert "ImportError: no database library today" in done.stdout


def test_importing_the_package_imports_no_server() -> None:
    code = (
        "import sys\n"
        "from smokegate.replica import FAULTS\n"
        "assert len(FAULTS) == 3\n"
        "heavy = {'fastapi', 'uvicorn', 'sqlalchemy', 'trustme', 'asyncio', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "[]\n"


def test_forks_may_share_the_fork_server_and_their_replicas_end_with_them(until: Any) -> None:
    code = (
        "import os\n"
        "from smokegate.replica import start\n"
        "from smokegate.replica.process import starter\n"
        "starter.share_with_forks()\n"
        "if os.fork() == 0:\n"
        "    replica = start('tectonic')\n"
        "    parent = int(open(f'/proc/{replica.pids[0]}/stat').read().rpartition(')')[2].split()[1])\n"
        "    print(replica.directory, parent == starter._current.process.pid, *replica.pids, flush=True)\n"
        "    os._exit(0)\n"
        "os.wait()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    directory, shared, *pids = done.stdout.split()
    assert shared == "True"
    until(lambda: all(_gone(int(pid)) for pid in pids), "the end of every process")
    until(lambda: not Path(directory).exists(), "the end of the directory")
