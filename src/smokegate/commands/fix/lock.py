"""One fix at a time on a host: a directory on the host with the containers, which only one process can make.

`mkdir` is atomic on every file system and needs no process that stays, so it works over ssh, where every
command is a process of its own. The holder touches it with every command and poll; a lock that no one has
touched for longer than any command may take was left behind and is taken over, by exactly one: the one whose
`mkdir` inside it succeeds. So is that of a process of this machine that is gone.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import secrets
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from smokegate.observation.server.host import Host, HostError

PATH = "/tmp/smokegate-fix.lock"  # noqa: S108 - made by mkdir, which follows nothing and takes nothing over
STALE_AFTER = 1200.0
"""Seconds; longer than the longest command may take, which is a build."""
TAKE = Path(__file__).with_name("take_lock.sh").read_text("utf-8")
TAKEN = 73
"""The exit status of `TAKE` where another process holds it."""
#: Arguments: directory, token.
TOUCH = 'grep -qF -- "$2" "$1/holder" && touch "$1/holder"'
RELEASE = 'grep -qF -- "$2" "$1/holder" && rm -r -- "$1"'


class LockedError(Exception):
    """Another fix is running there; the text says whose, since when, and what to do if it is not."""


class Lock(Struct, frozen=True):
    """The lock while it is held."""

    host: Host
    path: str
    token: str

    def touch(self) -> None:
        """Show that the holder is alive; raises LockedError where someone else has taken it over."""
        if not self.host.run(["sh", "-c", TOUCH, "sh", self.path, self.token]).ok:
            raise LockedError(f"the lock {self.path} on {self.host.name} is no longer ours")

    def release(self) -> None:
        """Release it; a server that can no longer be reached keeps it until it is stale."""
        with contextlib.suppress(HostError):
            self.host.run(["sh", "-c", RELEASE, "sh", self.path, self.token])


@contextlib.contextmanager
def held(host: Host, environment: str, *, path: str = PATH, stale_after: float = STALE_AFTER) -> Iterator[Lock]:
    """Hold the lock of a host while the block runs, however it ends.

    Raises:
        LockedError: someone else holds it.
        HostError: the server could not be reached.
    """
    token = secrets.token_hex(8)
    holder = {
        "who": f"{getpass.getuser()}@{socket.gethostname()}",
        "pid": os.getpid(),
        "environment": environment,
        "since": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "token": token,
    }
    _take(host, path, json.dumps(holder), stale_after)
    lock = Lock(host, path, token)
    try:
        yield lock
    finally:
        lock.release()


def _take(host: Host, path: str, holder: str, stale_after: float) -> None:
    def attempt(gone: str) -> str | None:
        output = host.run(["sh", "-c", TAKE, "sh", path, holder, f"{stale_after:.0f}", gone])
        if output.status not in {0, TAKEN}:
            said = output.stderr.strip() or f"exit status {output.status}"
            raise LockedError(f"the lock {path} on {host.name} cannot be created: {said}")
        return None if output.ok else output.stdout

    found = attempt("")
    gone = "" if found is None else _token_if_gone(found)
    if gone:
        found = attempt(gone)
    if found is not None:
        raise LockedError(_held_by(host, path, found))


def _read(text: str) -> dict[str, object]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _token_if_gone(text: str) -> str:
    """Return the token of a holder that was a process of this machine and has ended."""
    found = _read(text)
    here = str(found.get("who", "")).endswith(f"@{socket.gethostname()}")
    pid = found.get("pid")
    if not here or not isinstance(pid, int) or Path(f"/proc/{pid}").exists() or not Path("/proc/self").exists():
        return ""
    return str(found.get("token", ""))


def _held_by(host: Host, path: str, text: str) -> str:
    found = _read(text)
    by = f"by {found['who']} (process {found.get('pid')})" if "who" in found else "by an unknown user"
    since = f" since {found['since']}" if "since" in found else ""
    what = f", for {found['environment']}" if "environment" in found else ""
    return (
        f"another fix is running on {host.name}: {by}{since}{what}. Wait for it to end; "
        f"if you know that it has ended, remove the directory {path} there"
    )
