"""The journal of accounts: what a run is about to create is written down first, so that the next one can delete it.

A run that is killed can clean up nothing. Each account has one file, readable by the user alone, outside of the
reports, since it holds the password that deleting needs. It is locked while its run lives; the kernel lets go of the
lock however the run ends, so that an unlocked file is an account that was left behind.
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
"""Accounts that one run deletes for those before it."""
MAX_AGE = 7 * 24 * 3600.0
"""Seconds after which an account that could not be deleted is given up."""


class Entry(Struct, frozen=True):
    """One account, and the lock on its file."""

    file: Path
    descriptor: int
    email: str
    password: str

    def close(self) -> None:
        """Forget the account: it was deleted, or it was never created."""
        self.file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            os.close(self.descriptor)


def directories() -> Iterator[Path]:
    """Yield where the journal may be: the state directory, and where that takes no file one for temporary files."""
    with contextlib.suppress(RuntimeError):  # there is no home
        yield Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "smokegate" / "accounts"
    yield Path(tempfile.gettempdir()) / f"smokegate-{os.getuid()}" / "smokegate" / "accounts"


def intend(base: str, email: str, password: str) -> Entry | None:
    """Write down an account that is about to be created; returns None where nothing can be written."""
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
    """Yield the accounts of a deployment whose runs ended without deleting them; each is locked."""
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
