"""The accounts of one run: the one that it creates, the standing one, and those that earlier runs left behind."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable

from smokegate.environment.model import Environment, SignIn
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.plan.sign_in import journal


class Accounts:
    """Which accounts a run creates, signs in to and deletes; each is an address and a password.

    Args:
        environment: must declare `sign_in`.
        redactor: learns every password before it is used.
    """

    def __init__(self, environment: Environment, redactor: Redactor) -> None:
        assert environment.sign_in is not None
        api = environment.sign_in
        self._base = environment.backend.url
        self._redactor = redactor
        self.creates = api.creates_accounts and api.register_call is not None
        self.signs_in_new = self.creates and not api.confirms_elsewhere
        """Whether it signs in to the account that it creates."""
        self.standing = None if api.standing is None else (api.standing.email, api.standing.password)
        self.new = new_address(api), new_password()
        self.used = self.new if self.signs_in_new or self.standing is None else self.standing
        """The account that it signs in to."""
        # A wrong password for a real account counts towards its lock; an address that does not exist has none.
        self.wrong = (self.used[0] if self.signs_in_new else new_address(api), new_password())
        redactor.add(*(password for _, password in (self.used, self.new, self.wrong, self.standing or self.new)))
        self.deletes = self.signs_in_new and api.delete_call is not None
        self._journals = self.deletes and environment.replica is None
        self._entry: journal.Entry | None = None

    def write_down(self) -> None:
        """Write down the account that is about to be created: a run that is killed deletes nothing."""
        if self._journals and self._entry is None:
            self._entry = journal.intend(self._base, *self.new)

    def forget(self) -> None:
        """Forget the account: it was deleted, or it was never created."""
        if self._entry is not None:
            self._entry.close()
            self._entry = None

    def write_down_browser_account(self, email: str, password: str) -> Callable[[], None]:
        """Write down an account that a browser is about to create; return what forgets it again."""
        self._redactor.add(password)
        entry = journal.intend(self._base, email, password) if self._journals else None
        return entry.close if entry is not None else lambda: None

    def left_behind(self) -> Iterable[journal.Entry]:
        """Return the accounts whose runs ended without deleting them."""
        return journal.left_behind(self._base) if self._journals else ()


def new_address(api: SignIn) -> str:
    """Return an address that no one has."""
    return f"smokegate+{secrets.token_hex(6)}@{api.email_domain}"


def new_password() -> str:
    """Return a random password with upper and lower case, a digit and a symbol, as password rules want it."""
    return f"Sg{secrets.token_hex(12)}!7Q"
