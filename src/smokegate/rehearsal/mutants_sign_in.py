"""Every step of signing in, broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smokegate.environment.model import Environment, SignIn
from smokegate.observation.evidence.json_rules import MISSING
from smokegate.rehearsal.exchanges import ProxyRequest, Recorded, Recording, page
from smokegate.rehearsal.mutation import Mutation, give, put, say, slow, with_header, with_json, with_status


def sign_in(environment: Environment, recording: Recording) -> Iterator[Mutation]:
    """Yield the mutations of the journey; nothing where it was not made."""
    api = environment.sign_in
    opener = "register" if recording.first("register") else "login first"
    first = recording.first(opener)
    if api is None or first is None:
        return
    yield from _opening(api, opener, first)
    yield from _account(api, recording)
    yield from _again(api, opener, recording)
    write = f"backend {api.write_check.method} {api.write_check.path}" if api.write_check is not None else ""
    if recording.first(write) is not None:
        change = say(500, "Internal Server Error")
        yield Mutation("write fails", "sign_in.write_check", "status 500", (write,), change=change)
    for label, path, header in (("cors-refused", api.login, "origin"), ("cors-headers", api.account, "headers")):
        preflight = f"backend OPTIONS {path}"
        if recording.first(preflight) is not None:
            change = with_header(f"access-control-allow-{header}", None)
            title = f"the page may not call {path}"
            yield Mutation(label, "frontend.url", title, (preflight,), change=change)
    yield from slow("login", "sign_in", api.within, "login", "a login")


def _opening(api: SignIn, opener: str, first: Recorded) -> Iterator[Mutation]:
    where = "sign_in.register" if opener == "register" else "sign_in.login"
    owed = api.register_call.token if opener == "register" and api.register_call is not None else api.token
    yield Mutation(f"{opener} fails", where, "status 500", (opener,), change=say(500, "Internal Server Error"))
    yield Mutation(f"{opener} page", where, "a page, with status 200", (opener,), change=give(page(200, "Dashboard")))
    if owed is not None:  # where the file declares none of registering, a login follows that gives it
        bare = with_json(put(first.json, tuple(owed.split(".")), MISSING))
        where = "sign_in.register.token" if opener == "register" else "sign_in.token"
        yield Mutation(f"{opener} without token", where, "a success without a token", (opener,), change=bare)


def _account(api: SignIn, recording: Recording) -> Iterator[Mutation]:
    where = "sign_in.account"
    refused = say(401, {"detail": "Could not validate credentials"})
    yield Mutation("token refused", where, "no token opens the account", ("account", "account again"), change=refused)
    title = "the token of the second login opens nothing"
    yield Mutation("new token refused", where, title, ("account again",), change=refused)
    seen = recording.first("account")
    if seen is not None:
        other = with_json(put(seen.json, tuple(api.identity.split(".")), "smokegate-someone-else"))
        title = "another one's account opens"
        yield Mutation("another account", "sign_in.identity", title, ("account again",), change=other)
        title = "the account opens without a token"
        yield Mutation("open account", where, title, ("account without token",), change=give(seen))


def _again(api: SignIn, opener: str, recording: Recording) -> Iterator[Mutation]:
    login = recording.first("login")
    where = "sign_in.login"
    yield Mutation("login missing", where, "status 404 after the logout", ("login",), change=with_status(404))
    unknown = say(401, {"detail": "Incorrect email or password"})
    yield Mutation("account lost", where, "the account is unknown after the logout", ("login",), change=unknown)
    if login is None:
        return
    bare = with_json(put(login.json, tuple(api.token.split(".")), MISSING))
    yield Mutation("login without token", "sign_in.token", "a login without a token", ("login",), change=bare)
    yield Mutation("any password", where, "a wrong password is accepted", ("wrong password",), change=give(login))
    title = "the answer repeats the password"
    yield Mutation("password comes back", "sign_in", title, (opener, "login"), change=_echo)


def _echo(answer: Recorded, request: ProxyRequest) -> Recorded:
    sent: Any = request.json
    said = answer.json
    if not isinstance(said, dict) or not isinstance(sent, dict):
        return answer
    return answer.saying({**said, "password": sent.get("password")})
