"""The accounts of one run: the created one, the standing one, and leftovers of earlier runs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable

from smokegate.environment.model import Environment, SignIn
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.plan.sign_in import journal


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
        self._entry: journal.Entry | None = None

    def write_down(self) -> None:
        """Record the account before it is created: a killed run cannot delete it."""
        if self._journals and self._entry is None:
            self._entry = journal.intend(self._base, *self.new)

    def forget(self) -> None:
        """Drop the record: the account was deleted, or never created."""
        if self._entry is not None:
            self._entry.close()
            self._entry = None

    def write_down_browser_account(self, email: str, password: str) -> Callable[[], None]:
        """Record an account before a browser creates it; return a function that drops the record."""
        self._redactor.add(password)
        entry = journal.intend(self._base, email, password) if self._journals else None
        return entry.close if entry is not None else lambda: None

    def left_behind(self) -> Iterable[journal.Entry]:
        """Return the accounts that earlier runs did not delete."""
        return journal.left_behind(self._base) if self._journals else ()


def new_address(api: SignIn) -> str:
    """Return a unique email address."""
    return f"smokegate+{secrets.token_hex(6)}@{api.email_domain}"


def new_password() -> str:
    """Return a random password with upper and lower case, digits and a symbol, to satisfy password rules."""
    return f"Sg{secrets.token_hex(12)}!7Q"
