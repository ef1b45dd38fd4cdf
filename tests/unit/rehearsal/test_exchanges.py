"""The proxy tells the steps of a run apart, also where they differ by a password or a token alone."""

from __future__ import annotations

import json

from smokegate.environment.model import Environment
from smokegate.rehearsal.exchanges import Naming, ProxyRequest, Recorded


def _post(path: str, password: str) -> ProxyRequest:
    body = json.dumps({"email": "a@example.com", "password": password}).encode()
    return ProxyRequest("backend", "POST", path, (("Content-Type", "application/json"),), body)


def _view(token: str = "") -> ProxyRequest:
    headers = (("Authorization", f"Bearer {token}"),) if token else ()
    return ProxyRequest("backend", "GET", "/me", headers)


def _gives(token: str) -> Recorded:
    return Recorded(200, (), json.dumps({"access_token": token}).encode())


def test_steps_of_the_journey_are_named(environment: Environment) -> None:
    """Register, both logins and all three looks at the account are distinguished."""
    naming = Naming(environment)
    steps = [naming.name(_post("/register", "right"))]
    naming.answered("register", _gives("first"))
    steps += [naming.name(_post("/login", "wrong")), naming.name(_post("/login", "right"))]
    naming.answered("login", _gives("second"))
    steps += [naming.name(_view("second")), naming.name(_view()), naming.name(_view("first"))]

    assert steps == [
        "register",
        "wrong password",
        "login",
        "account again",
        "account without token",
        "account",
    ]


def test_one_token_for_both_logins_is_distinguished_by_turns(environment: Environment) -> None:
    """Where both logins give the same token, the first look is the first login's."""
    naming = Naming(environment)
    naming.name(_post("/register", "right"))
    naming.answered("register", _gives("same"))
    naming.name(_post("/login", "right"))
    naming.answered("login", _gives("same"))

    assert [naming.name(_view("same")), naming.name(_view("same"))] == ["account", "account again"]


def test_other_requests_are_named_by_method_and_target(environment: Environment) -> None:
    """What is not part of the journey is distinguished by site, method, path and query."""
    assert Naming(environment).name(ProxyRequest("frontend", "GET", "/a?b=1")) == "frontend GET /a?b=1"
