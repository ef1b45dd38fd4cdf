"""The accounts of one run, the created one and the standing one, and the journal of those that runs left behind.

A killed run cannot clean up, so a run records an account before creating it. Each account has one file, readable only
by the user and outside of the reports, since it holds the password needed for deletion. It is locked while its run is
alive; the kernel releases the lock however the run ends, so an unlocked file is a leftover account.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from smokegate.environment.model import Environment, SignIn
from smokegate.observation.evidence.redact import Redactor

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


class Accounts:
    """The accounts that a run creates, signs in to and deletes, as pairs of address and password.

    The redactor learns every password before it is used.
    """

    def __init__(self, environment: Environment, redactor: Redactor) -> None:
        assert environment.sign_in is not None
        api = environment.sign_in
        self._base = environment.backend.url
        self._redactor = redactor
        self.creates = api.creates_accounts and api.register_call is not None
        self.signs_in_new = self.creates and not api.confirms_elsewhere
        """Whether it signs in to the created account."""
        self.standing = None if api.standing is None else (api.standing.email, api.standing.password)
        self.new = new_address(api), new_password()
        self.used = self.new if self.signs_in_new or self.standing is None else self.standing
        """The account that it signs in to."""
        # A wrong password could lock a real account; a nonexistent address cannot be locked.
        self.wrong = (self.used[0] if self.signs_in_new else new_address(api), new_password())
        redactor.add(*(password for _, password in (self.used, self.new, self.wrong, self.standing or self.new)))
        self.deletes = self.signs_in_new and api.delete_call is not None
        self._journals = self.deletes and environment.replica is None
        self._entry: Entry | None = None

    def write_down(self) -> None:
        """Record the account before it is created: a killed run cannot delete it."""
        if self._journals and self._entry is None:
            self._entry = intend(self._base, *self.new)

    def forget(self) -> None:
        """Drop the record: the account was deleted, or never created."""
        if self._entry is not None:
            self._entry.close()
            self._entry = None

    def write_down_browser_account(self, email: str, password: str) -> Callable[[], None]:
        """Record an account before a browser creates it; return a function that drops the record."""
        self._redactor.add(password)
        entry = intend(self._base, email, password) if self._journals else None
        return entry.close if entry is not None else lambda: None

    def left_behind(self) -> Iterable[Entry]:
        """Return the accounts that earlier runs did not delete."""
        return left_behind(self._base) if self._journals else ()


def new_address(api: SignIn) -> str:
    """Return a unique email address."""
    return f"smokegate+{secrets.token_hex(6)}@{api.email_domain}"


def new_password() -> str:
    """Return a random password with upper and lower case, digits and a symbol, to satisfy password rules."""
    return f"Sg{secrets.token_hex(12)}!7Q"
