"""A real sshd on loopback with throwaway keys, for as long as a test needs it."""

from __future__ import annotations

import contextlib
import getpass
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests_support.ports import reserved

START_SECONDS = 60.0


@dataclass(frozen=True)
class Sshd:
    """A running server and the client configuration `config` in which it is called `target`."""

    port: int
    config: Path
    directory: Path
    pid: int

    @property
    def sessions(self) -> list[int]:
        """The processes that serve connections now."""
        found = subprocess.run(["pgrep", "-P", str(self.pid)], capture_output=True, text=True, check=False)
        return [int(each) for each in found.stdout.split()]

    def ends(self, seconds: float = 60.0) -> bool:
        """Wait until no connection is left; False where one still is after so many seconds."""
        deadline = time.monotonic() + seconds
        while self.sessions:
            if time.monotonic() > deadline:
                return False
            threading.Event().wait(0.02)
        return True


@contextlib.contextmanager
def serve(program: str, directory: Path) -> Iterator[Sshd]:
    """Run sshd in the foreground on a free port and end it with everything it serves."""
    with reserved() as port:
        yield from _serve(program, directory, port)


def _serve(program: str, directory: Path, port: int) -> Iterator[Sshd]:
    for name in ("host", "user", "stranger"):
        make_key(directory / name)
    (directory / "authorized_keys").write_text((directory / "user.pub").read_text())
    (directory / "sshd_config").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {directory}/host\n"
        f"AuthorizedKeysFile {directory}/authorized_keys\nPidFile {directory}/sshd.pid\n"
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nLogLevel ERROR\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # sshd's own: it does not start without it
    write_config(directory, port)
    know(directory, port, "host")
    process = subprocess.Popen(
        [program, "-D", "-e", "-f", str(directory / "sshd_config")],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        await_port(port, process)
        yield Sshd(port, directory / "ssh_config", directory, process.pid)
    finally:
        for child in Sshd(port, directory, directory, process.pid).sessions:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        process.terminate()
        process.communicate(timeout=60)


def make_key(path: Path) -> None:
    """Make a throwaway key pair without a passphrase."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", str(path)], check=True)


def write_config(directory: Path, port: int, *, key: str = "user") -> Path:
    """Write the client's configuration: port, key and known hosts are set by OpenSSH's own means."""
    config = directory / "ssh_config"
    config.write_text(
        f"Host target\n  HostName 127.0.0.1\n  Port {port}\n  User {getpass.getuser()}\n"
        f"  IdentityFile {directory}/{key}\n  IdentitiesOnly yes\n  IdentityAgent none\n"
        f"  UserKnownHostsFile {directory}/known_hosts\n  GlobalKnownHostsFile /dev/null\n"
    )
    return config


def know(directory: Path, port: int, key: str) -> None:
    """Make the client know a host key for the server."""
    public = (directory / f"{key}.pub").read_text()
    (directory / "known_hosts").write_text(f"[127.0.0.1]:{port} {public}")


def await_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until the server accepts connections."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), START_SECONDS).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            said = process.stderr.read() if process.poll() is not None and process.stderr else b""
            raise RuntimeError(f"sshd did not start: {said.decode()}")
        threading.Event().wait(0.02)


@contextlib.contextmanager
def silent_server() -> Iterator[int]:
    """A host that hangs: the port accepts connections and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0), backlog=8) as server:
        yield int(server.getsockname()[1])
