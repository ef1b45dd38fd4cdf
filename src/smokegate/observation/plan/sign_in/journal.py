"""The journal of accounts: a run records an account before creating it, so that a later run can delete it.

A killed run cannot clean up. Each account has one file, readable only by the user and outside of the reports, since it
holds the password needed for deletion. It is locked while its run is alive; the kernel releases the lock however the
run ends, so an unlocked file is a leftover account.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

MAX_DELETED = 5
"""Maximum leftover accounts deleted per run."""
MAX_AGE = 7 * 24 * 3600.0
"""Seconds after which an undeletable account is dropped."""


class Entry(Struct, frozen=True):
    """One account, and the lock on its file."""

    file: Path
    descriptor: int
    email: str
    password: str

    def close(self) -> None:
        """Drop the record: the account was deleted, or never created."""
        self.file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            os.close(self.descriptor)


def directories() -> Iterator[Path]:
    """Yield the possible directories: the state directory, and a temporary one if that is not writable."""
    with contextlib.suppress(RuntimeError):  # no home directory
        yield Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "smokegate" / "accounts"
    yield Path(tempfile.gettempdir()) / f"smokegate-{os.getuid()}" / "smokegate" / "accounts"


def intend(base: str, email: str, password: str) -> Entry | None:
    """Record an account before it is created; None if no file can be written."""
    for place in directories():
        with contextlib.suppress(OSError):
            return _write(place, base, email, password)
    return None


def _write(place: Path, base: str, email: str, password: str) -> Entry:
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.stat().st_uid != os.getuid():
        raise PermissionError(f"{place} belongs to another user")
    file = place / f"{email}.json"
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.write(descriptor, json.dumps({"base": base, "email": email, "password": password}).encode())
    os.fsync(descriptor)
    return Entry(file, descriptor, email, password)


def left_behind(base: str) -> Iterator[Entry]:
    """Yield the leftover accounts of a deployment, each locked."""
    files: list[Path] = []
    for place in directories():
        with contextlib.suppress(OSError):
            files += sorted(place.glob("*.json"))
    found = filter(None, (_lock(file, base) for file in files))
    for _, entry in zip(range(MAX_DELETED), found, strict=False):
        yield entry


def _lock(file: Path, base: str) -> Entry | None:
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        noted = json.loads(os.read(descriptor, 4096))
        entry = Entry(file, descriptor, str(noted["email"]), str(noted["password"]))
        if time.time() - os.fstat(descriptor).st_mtime > MAX_AGE:
            entry.close()
            return None
        if noted["base"] == base:
            return entry
    except (OSError, ValueError, KeyError, TypeError):
        pass
    os.close(descriptor)
    return None
