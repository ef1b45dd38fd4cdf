"""What passes through the proxy: requests, recorded answers, and which step of a run each belongs to."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from enum import Enum
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct, field
from msgspec.structs import replace

from smokegate.environment.model import Environment, SignIn
from smokegate.observation.evidence.json_rules import MISSING, lookup

Site = Literal["backend", "frontend"]


class Message:
    """What a request and an answer have in common."""

    __slots__ = ()
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """Return a header's value, empty where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), "")

    @property
    def json(self) -> Any:
        """The JSON body, None where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class ProxyRequest(Message, Struct, frozen=True):
    """A request as it came."""

    site: Site
    method: str
    target: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Recorded(Message, Struct, frozen=True):
    """An answer as the deployment gave it, its own addresses in it."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def having(self, name: str, value: str | None) -> Recorded:
        """Return the answer with a header of another value, or without it."""
        others = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=others if value is None else (*others, (name, value)))

    def saying(self, value: Any) -> Recorded:
        """Return the answer with another JSON body."""
        return replace(self.having("content-type", "application/json"), body=json.dumps(value).encode())


class Wire(Enum):
    """What can come in the place of an answer."""

    RESET = "reset"
    HANG = "hang"
    TRUNCATE = "truncate"


def page(status: int, title: str) -> Recorded:
    """Return a web page that says nothing but its title."""
    body = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Recorded(status, (("content-type", "text/html"),), body.encode())


NOT_RECORDED = Recorded(404, (("content-type", "text/plain"),), b"smokegate has no recording of this request")


class Recording(Struct):
    """The answers of one run, by the step that each belongs to, in the order in which they came."""

    answers: dict[str, list[Recorded]] = field(default_factory=lambda: defaultdict(list))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, step: str, answer: Recorded) -> None:
        """Keep an answer."""
        with self.lock:
            self.answers[step].append(answer)

    def first(self, step: str) -> Recorded | None:
        """Return the first answer of a step, None where there is none."""
        return next(iter(self.answers.get(step, ())), None)


class Naming:
    """Finds which step of a run a request is: by method and path, or by its part in the sign-in journey."""

    def __init__(self, environment: Environment) -> None:
        self._api = environment.sign_in
        standing = self._api.standing if self._api else None
        self._password: str | None = standing.password if standing else None
        self._logins = 0
        self._opened: dict[str, Iterator[str]] = {}
        self._givers: dict[str, list[str]] = defaultdict(list)
        self._lock = threading.Lock()

    def name(self, request: ProxyRequest) -> str:
        """Return the name of the step: that of its exchange where it is one of the journey's."""
        api = self._api
        path = urlsplit(request.target).path
        if api is not None and request.site == "backend":
            with self._lock:
                step = self._step(api, request, path)
            if step is not None:
                return step
        return f"{request.site} {request.method} {request.target}"

    def _step(self, api: SignIn, request: ProxyRequest, path: str) -> str | None:
        if request.method == "POST" and path == api.register_:
            self._password = _key(request.json, "password")
            return "register"
        if request.method == "POST" and path == api.login:
            if _key(request.json, "password") != self._password:
                return "wrong password"
            self._logins += 1
            return "login first" if self._logins == 1 and not api.creates_accounts else "login"
        if request.method == "GET" and path == api.account:
            token = request.header("authorization").removeprefix("Bearer ")
            return self._view(token) if token else "account without token"
        if request.method == "DELETE" and path == api.delete:
            return "clean up"
        return None

    def _view(self, token: str) -> str:
        """Return which of the two account views this is, by the login that gave the token."""
        if token not in self._opened:
            views = ["account" if giver != "login" else "account again" for giver in self._givers[token]]
            self._opened[token] = iter(views or ["account"])
        return next(self._opened[token], "account again")

    def answered(self, step: str, answer: Recorded) -> None:
        """Take note of the token that an answer gives."""
        if self._api is not None and step in {"register", "login first", "login"}:
            token = lookup(answer.json, tuple(self._api.token.split(".")))
            if token is not MISSING and isinstance(token, str):
                with self._lock:
                    self._givers[token].append(step)


def _key(value: Any, key: str) -> str | None:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
