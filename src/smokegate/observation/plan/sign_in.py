"""The sign-in journey: register, see the account, log out, log in again; only what depends waits.

Registering starts together with the health check, because waiting for its answer would cost every healthy run
a round trip. It is not asked when the health check has failed by then, and it counts as not asked when its
connection could not be opened and the health check got no answer either.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator

from smokegate.environment.model import Environment, SignIn
from smokegate.observation.evidence.assertions import lookup
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.model import NotSent
from smokegate.observation.plan.backend import JOURNEY, PLAIN
from smokegate.observation.plan.step import RawResponse, RequestToSend, Step, ask_json, join

FULL_NAME = "smokegate synthetic check"
CLEAN_UP = "clean up"
BEFORE_CLEAN_UP = ("account", "account without token", "login", "wrong password", "account again")
Asking = Callable[[], RequestToSend | NotSent]


class SignInPlan:
    """One run's account, its tokens, and the steps that use them.

    Args:
        environment: must declare `sign_in`.
        redactor: learns the password before it is used, and every token before its answer is kept.
    """

    def __init__(self, environment: Environment, redactor: Redactor) -> None:
        assert environment.sign_in is not None
        self._base = environment.backend.url
        self._sign_in: SignIn = environment.sign_in
        self._redactor = redactor
        self._tokens: dict[str, str] = {}
        self._given: set[str] = set()
        self._creates = bool(self._sign_in.creates_accounts and self._sign_in.register_)
        standing = self._sign_in.standing
        if self._creates or standing is None:
            self.email = f"smokegate+{secrets.token_hex(6)}@{self._sign_in.email_domain}"
            self._password = new_password()
        else:
            self.email, self._password = standing.email, standing.password
        self._wrong = new_password()
        redactor.add(self._password, self._wrong)
        self.first: str | None = None
        """The exchange that gives the first token."""
        if self._creates:
            self.first = "register"
        elif standing is not None:
            self.first = "login first"

    @property
    def created(self) -> bool:
        """Whether an account was created."""
        return "register" in self._given

    def steps(self) -> Iterator[Step]:
        """Yield the journey's steps; without an account to use, only the view without a token is left."""
        view = RequestToSend("GET", join(self._base, self._sign_in.account))
        yield Step("account without token", "sign_in", view, priority=PLAIN)
        if self.first is None:
            return
        after = (self.first,)
        yield self._first()
        yield Step("account", "sign_in", view, self._view(self.first), after)
        yield self._log_in("login", self._password, JOURNEY)
        yield self._log_in("wrong password", self._wrong, PLAIN)
        yield Step("account again", "sign_in", view, self._view("login"), ("login",), JOURNEY)
        if self._creates and self._sign_in.delete:
            target = RequestToSend("DELETE", join(self._base, self._sign_in.delete))
            yield Step(CLEAN_UP, "sign_in", target, self.clean_up, BEFORE_CLEAN_UP, JOURNEY, retry=False)

    def clean_up(self) -> RequestToSend | NotSent:
        """Return the request by which the account deletes itself with its newest token."""
        token = self._tokens.get("login") or self._tokens.get("register")
        if token is None or self._sign_in.delete is None:
            return NotSent("register")
        return RequestToSend("DELETE", join(self._base, self._sign_in.delete), (_bearer(token),))

    def _first(self) -> Step:
        """Register, or log in to the standing account; nothing is written where health has failed."""
        if not self._creates or self._sign_in.register_ is None:
            target = self._credentials(self._password)
            return Step(
                "login first",
                "sign_in",
                target,
                priority=JOURNEY,
                retry=False,
                got=self._gives("login first"),
            )
        account = {"email": self.email, "password": self._password, "full_name": FULL_NAME}
        target = ask_json("POST", join(self._base, self._sign_in.register_), account)
        gives = self._gives("register")
        return Step("register", "sign_in", target, priority=JOURNEY, retry=False, gate="health", got=gives)

    def _credentials(self, password: str) -> RequestToSend:
        return ask_json("POST", join(self._base, self._sign_in.login), {"email": self.email, "password": password})

    def _log_in(self, name: str, password: str, priority: int) -> Step:
        """Log in, once the first step has shown that there is an account to log in to."""
        first = self.first
        assert first is not None
        target = self._credentials(password)

        def asking() -> RequestToSend | NotSent:
            return target if first in self._given else NotSent(first)

        got = self._gives(name) if name == "login" else None
        return Step(name, "sign_in", target, asking, (first,), priority, retry=False, got=got)

    def _view(self, of: str) -> Asking:
        """Look at the account with the token that an exchange gave."""

        def asking() -> RequestToSend | NotSent:
            token = self._tokens.get(of)
            if token is None:
                return NotSent(of)
            return RequestToSend("GET", join(self._base, self._sign_in.account), (_bearer(token),))

        return asking

    def _gives(self, name: str) -> Callable[[RawResponse], None]:
        """Take what an answer gives. A page gives nothing: a static host serves one for any path."""

        def got(raw: RawResponse) -> None:
            if not (200 <= raw.status < 300 and raw.is_json):
                return
            self._given.add(name)
            token = lookup(raw.json, tuple(self._sign_in.token.split(".")))
            if isinstance(token, str) and token.strip():
                self._redactor.add(token)
                self._tokens[name] = token

        return got


def new_password() -> str:
    """Return a random password with upper and lower case, a digit and a symbol, as password rules want it."""
    return f"Sg{secrets.token_hex(12)}!7Q"


def _bearer(token: str) -> tuple[str, str]:
    return ("Authorization", f"Bearer {token}")
