"""Runs commands on the server: locally, or over one shared ssh connection.

Uses the OpenSSH client, one process per command: ports, keys, jump hosts and agents come from its configuration, which
Python ssh libraries support only in part. No local shell is involved, and every command has a timeout on both sides.
"""

from __future__ import annotations

import contextlib
import shlex
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from smokegate.environment.model import Server
from smokegate.observation.server.causes import CommandCause, ssh_cause
from smokegate.observation.server.model import CommandFailure
from smokegate.observation.server.subprocesses import CommandResult, execute

#: ssh's exit status if ssh itself failed, not the remote command.
SSH_FAILED = 255
#: `timeout`'s exit statuses on expiry: by SIGTERM, and by the SIGKILL after it.
TIMEOUT_STATUSES = (124, 137)
#: Seconds by which the local timeout exceeds the remote one, which leaves no process behind and so goes first.
GRACE = 3.0
MAX_DETAIL = 600


class Output(Struct, frozen=True):
    """Output and exit status of a command on the server; the text is redacted."""

    argv: tuple[str, ...]
    status: int
    stdout: str
    stderr: str
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether the exit status is 0."""
        return self.status == 0

    def failure(self, cause: CommandCause) -> CommandFailure:
        """Return it as a failure with the given cause."""
        return CommandFailure(cause, shlex.join(self.argv), tail(self.stderr or self.stdout), self.seconds)


class HostError(Exception):
    """A command failed: no connection, timeout, or too much output."""

    def __init__(self, failure: CommandFailure) -> None:
        super().__init__(str(failure))
        self.failure = failure


def tail(text: str) -> str:
    """Return the end of a text, where programs put what matters, short enough to show."""
    text = text.strip()
    return text if len(text) <= MAX_DETAIL else f"…{text[-MAX_DETAIL:]}"


class Host:
    """Runs commands on a server; created by `connect`. Thread-safe."""

    def __init__(
        self,
        name: str,
        run: Callable[[Sequence[str], float], CommandResult],
        limit: float,
        *,
        remote: bool,
    ) -> None:
        self.name = name
        self._run = run
        self._limit = limit
        self.remote = remote

    def run(self, argv: Sequence[str], timeout: float | None = None) -> Output:
        """Run a program with its arguments, without shell expansion; `timeout` is in seconds.

        Raises:
            HostError: the server could not be reached, the command timed out, or its output exceeds the cap.
        """
        limit = timeout or self._limit
        command = ("env", "LC_ALL=C", *(("timeout", "-k", "1", f"{limit:g}") if self.remote else ()), *argv)
        began = time.monotonic()
        try:
            done = self._run(command, limit + (GRACE if self.remote else 0.0))
        except FileNotFoundError as missing:
            raise HostError(self._failed(CommandCause.SSH_NOT_INSTALLED, argv, str(missing), began)) from None
        stderr = _text(done.stderr)
        if done.timed_out or (self.remote and done.status in TIMEOUT_STATUSES and time.monotonic() - began >= limit):
            detail = f"it had not ended after {limit:g} s. {tail(stderr)}".strip()
            raise HostError(self._failed(CommandCause.COMMAND_TIMED_OUT, argv, detail, began))
        if done.flooded:
            raise HostError(self._failed(CommandCause.COMMAND_FAILED, argv, "it wrote more than the limit", began))
        if self.remote and done.status == SSH_FAILED:
            raise HostError(self._failed(ssh_cause(stderr), argv, tail(stderr), began))
        return Output(tuple(argv), done.status, _text(done.stdout), stderr, time.monotonic() - began)

    def _failed(self, cause: CommandCause, argv: Sequence[str], detail: str, began: float) -> CommandFailure:
        return CommandFailure(cause, shlex.join(argv), detail, time.monotonic() - began)


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


@contextlib.contextmanager
def connect(server: Server) -> Iterator[Host]:
    """Yield the host of a `[server]` section; the first command connects, leaving the context disconnects.

    Raises:
        ValueError: the ssh destination looks like an option or contains a password.
    """
    if server.local or server.ssh is None:
        yield Host("local", execute, server.timeout, remote=False)
        return
    destination = _checked(server.ssh)
    # The socket's path must be short (108 bytes on Linux), whatever TMPDIR says.
    directory = Path(tempfile.mkdtemp(prefix="smokegate-", dir="/tmp"))
    options = _options(server, directory / "s")
    run = _ssh(server, destination, options)
    try:
        yield Host(destination, run, server.timeout, remote=True)
    finally:
        if (directory / "s").exists():
            with contextlib.suppress(OSError):
                execute(["ssh", *options, "-O", "exit", "--", destination.rpartition("@")[2]], 5.0)
        shutil.rmtree(directory, ignore_errors=True)


def _checked(destination: str) -> str:
    user, _, name = destination.rpartition("@")
    if not name or destination.startswith("-") or name.startswith("-"):
        raise ValueError(f"server.ssh: expected user@host or a host of OpenSSH's configuration, got {destination!r}")
    if ":" in user:
        raise ValueError("server.ssh: a password must not stand in an environment file; use a key")
    return destination


def _options(server: Server, socket: Path) -> list[str]:
    connecting = max(1, int(server.timeout))
    pairs = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "ConnectTimeout": str(connecting),
        "ServerAliveInterval": "5",
        "ServerAliveCountMax": "2",
        "ControlMaster": "auto",
        "ControlPath": str(socket),
        "ControlPersist": "60",
        "EscapeChar": "none",
        "ForwardAgent": "no",
        "ForwardX11": "no",
        "ClearAllForwardings": "yes",
        "RequestTTY": "no",
    }
    return [word for name, value in pairs.items() for word in ("-o", f"{name}={value}")]


def _ssh(server: Server, destination: str, options: list[str]) -> Callable[[Sequence[str], float], CommandResult]:
    """Return a function that runs a program on the server; its words are quoted for the remote shell."""
    host, _, port = destination.rpartition(":")
    target = ["-p", port, "--", host] if host and port.isdigit() and ":" not in host else ["--", destination]
    config = ["-F", server.ssh_config] if server.ssh_config else []

    def run(command: Sequence[str], limit: float) -> CommandResult:
        return execute(["ssh", *config, *options, *target, shlex.join(command)], limit)

    return run
