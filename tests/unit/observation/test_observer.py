"""One look at an environment: what is requested, in what order, and what follows from what came."""

from __future__ import annotations

import json
import pickle
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace
from tests_support.observe import observe

from smokegate.environment.model import (
    Account,
    Backend,
    Endpoint,
    Environment,
    Frontend,
    Health,
    Monitoring,
    SignIn,
    Version,
)
from smokegate.observation.exchange import Answer, NoAnswer, NotSent
from smokegate.observation.model import Observation
from smokegate.observation.observer import InterruptedRunError, Observer
from smokegate.observation.plan import servers
from smokegate.observation.transport import connect, dial
from smokegate.observation.transport.causes import WireCause
from smokegate.observation.transport.pool import Pool
from smokegate.observation.transport.tls import Socket

from .conftest import Caller, Serve, WireServer

Reply = tuple[int, Any]
NO_SERVER = "HTTP/1.1 404 Not Found\r\nx-render-routing: no-server\r\nContent-Length: 10\r\n\r\nNot Found\n"


@dataclass
class App:
    """A sign-in API with just enough sense to notice a wrong token or password."""

    accounts: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    broken: dict[str, Reply] = field(default_factory=dict)
    """Path → what is answered instead."""
    held: dict[str, threading.Event] = field(default_factory=dict)
    """Path → answered only once this is set."""
    reached: threading.Event = field(default_factory=threading.Event)
    """Set when a held path is requested."""
    deleted: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, caller: Caller) -> None:
        """Serve one connection."""
        while head := caller.hear():
            method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
            if path in self.held:
                self.reached.set()
                self.held[path].wait(60)
            status, body = self.broken.get(path) or self._answer(method, path, caller.last)
            kind = "text/html" if isinstance(body, str) else "application/json"
            text = body if isinstance(body, str) else json.dumps(body)
            caller.answer(text, f"{status} X", f"Content-Type: {kind}")

    def _answer(self, method: str, path: str, request: bytes) -> Reply:
        head, _, content = request.partition(b"\r\n\r\n")
        found = [line[22:].decode() for line in head.split(b"\r\n") if line.startswith(b"Authorization: Bearer ")]
        email = self.tokens.get(found[0]) if found else None
        if path == "/health":
            return 200, {"status": "ok", "commit": "0123456789abcdef"}
        if path == "/me":
            if method == "DELETE" and email:
                self.deleted.append(email)
            return (200, {"id": email}) if email else (401, {"detail": "Not authenticated"})
        if method == "OPTIONS":
            return 200, {}
        if path in {"/register", "/login"}:
            return self._sign_in(path, json.loads(content))
        return 200, {"path": path}

    def _sign_in(self, path: str, body: dict[str, Any]) -> Reply:
        self.bodies.append({"path": path, **body})
        if path == "/register":
            self.accounts[body["email"]] = body["password"]
        if self.accounts.get(body["email"]) != body["password"]:
            return 401, {"detail": "Incorrect email or password", "input": body}
        token = f"token-{len(self.tokens)}-AbCdEf"
        self.tokens[token] = body["email"]
        return 200, {"id": body["email"], "access_token": token, "sent": body}


JOURNEY = SignIn.read({"register": "/register", "login": "/login", "account": "/me", "creates_accounts": True})


@pytest.fixture
def app() -> App:
    return App()


@pytest.fixture
def server(app: App, serve: Serve) -> WireServer:
    return serve(app)


Look = Callable[..., Observer]


@pytest.fixture
def look(pool: Pool) -> Iterator[Look]:
    """Observe an environment, and stop observing when the test is over."""
    observers: list[Observer] = []

    def start(url: str, *, observer: dict[str, Any] | None = None, **more: Any) -> Observer:
        backend = more.pop("backend", {})
        health = backend.pop("health", Health.read({"json": {"status": "ok"}, "samples": 1}))
        given = Backend(url=url, **{"timeout": 30.0, "health": health, **backend})
        environment = Environment(name="tested", title="Tested", backend=given, **more)
        observers.append(Observer(environment, pool=pool, **(observer or {})))
        return observers[-1]

    yield start
    for each in observers:
        each.close()


def complete(observer: Observer) -> Observation:
    observer.start()
    return observer.complete()


def status(observation: Observation, name: str) -> int | str:
    outcome = observation.exchanges[name].outcome
    if isinstance(outcome, Answer):
        return outcome.status
    return outcome.cause.code if isinstance(outcome, NoAnswer) else f"not asked: {outcome.because}"


def test_everything_that_is_declared_is_requested_once(server: WireServer, look: Look) -> None:
    backend = {
        "health": Health.read({"json": {"status": "ok"}, "samples": 3}),
        "endpoints": (Endpoint(path="/a"), Endpoint(path="/b", method="HEAD", send={"X-Key": "k"})),
        "monitoring": Monitoring(path="/summary"),
    }
    seen = complete(look(server.url, backend=backend, sign_in=JOURNEY))
    assert {name: status(seen, name) for name in seen.exchanges} == {
        "health": 200,
        "health 2": 200,
        "health 3": 200,
        "endpoint /a": 200,
        "endpoint HEAD /b": 200,
        "monitoring": 200,
        "account without token": 401,
        "register": 200,
        "account": 200,
        "logout": 200,
        "login": 200,
        "wrong password": 401,
        "account again": 200,
    }
    assert seen.requests == len(server.heard) == 13
    assert seen.complete
    assert any(b"X-Key: k" in each for each in server.heard)


def test_the_new_token_opens_the_account_after_logging_in_again(app: App, server: WireServer, look: Look) -> None:
    complete(look(server.url, sign_in=JOURNEY))
    opened = [
        line
        for each in server.heard
        for line in each.split(b"\r\n")
        if each.startswith(b"GET /me") and line.startswith(b"Authorization")
    ]
    assert sorted(opened) == sorted(f"Authorization: Bearer {token}".encode() for token in app.tokens)
    assert len(app.tokens) == 2


def test_created_accounts_are_recognisably_synthetic(app: App, server: WireServer, look: Look) -> None:
    complete(look(server.url, sign_in=JOURNEY))
    (register,) = [body for body in app.bodies if body["path"] == "/register"]
    assert register["full_name"] == "smokegate synthetic check"
    assert register["email"].startswith("smokegate+")
    assert register["email"].endswith("@example.com")
    password = register["password"]
    assert any(c.isupper() for c in password)
    assert any(c.islower() for c in password)
    assert any(c.isdigit() for c in password)
    assert any(not c.isalnum() for c in password)


def test_neither_password_nor_tokens_leave_the_process(app: App, server: WireServer, look: Look) -> None:
    """Also not from a process that got the observation from another one, as xdist's controller does."""
    seen = pickle.loads(pickle.dumps(complete(look(server.url, sign_in=JOURNEY))))  # noqa: S301 -- our own
    kept = seen.secrets.text(repr(seen)) + repr(seen.secrets)
    for secret in [*app.tokens, *(body["password"] for body in app.bodies)]:
        assert secret not in kept


def test_an_observation_survives_pickling(server: WireServer, look: Look) -> None:
    seen = complete(look(server.url, sign_in=JOURNEY, version=Version(path="/health", field="commit")))
    again = pickle.loads(pickle.dumps(seen))  # noqa: S301 -- our own
    assert replace(again, secrets=seen.secrets) == seen
    assert again.requests == seen.requests


def test_a_standing_account_makes_the_same_journey_without_registering(
    app: App, server: WireServer, look: Look
) -> None:
    app.accounts["standing@example.com"] = "its-password-1"
    standing = Account(email="standing@example.com", password="its-password-1")
    sign_in = SignIn.read({"register": "/register", "login": "/login", "account": "/me", "standing": standing})
    seen = complete(look(server.url, sign_in=sign_in))
    assert {name: status(seen, name) for name in seen.exchanges if not name.startswith("health")} == {
        "account without token": 401,
        "login first": 200,
        "account": 200,
        "login": 200,
        "wrong password": 401,
        "account again": 200,
    }
    assert [body["path"] for body in app.bodies] == ["/login"] * 3
    told = seen.secrets.text(repr(seen))
    assert "its-password-1" not in told
    assert "standing@example.com" in told, "a user name is not a secret"


def test_without_an_account_to_use_only_the_closed_view_is_requested(server: WireServer, look: Look) -> None:
    observer = look(server.url, sign_in=SignIn.read({"login": "/login", "account": "/me"}))
    assert observer.names("sign_in") == ("account without token",)
    assert set(complete(observer).exchanges) == {"health", "account without token"}


@pytest.mark.parametrize(
    "refusal",
    [(500, {"detail": "Registration failed"}), (422, {"detail": []}), (200, "<html>dashboard</html>")],
)
def test_what_needs_the_account_is_not_requested_where_none_was_created(
    app: App, server: WireServer, look: Look, refusal: Reply
) -> None:
    app.broken["/register"] = refusal
    seen = complete(look(server.url, sign_in=JOURNEY))
    for name in ("account", "login"):
        assert status(seen, name) == "not asked: register"
    # A login that ends in an error as well separates a database that is away from a registration that is broken.
    assert status(seen, "wrong password") == (401 if refusal[0] == 500 else "not asked: register")
    assert status(seen, "account again") == "not asked: login"
    assert status(seen, "account without token") == 401


def test_an_account_without_a_token_can_still_be_logged_in_to(app: App, server: WireServer, look: Look) -> None:
    app.broken["/register"] = (200, {"id": 7})
    seen = complete(look(server.url, sign_in=JOURNEY))
    assert status(seen, "login first") == 401
    assert status(seen, "account") == "not asked: login first"
    assert status(seen, "login") == "not asked: login first"


def test_registering_is_not_requested_after_the_health_check_has_failed(look: Look, serve: Serve) -> None:
    dead = serve(lambda caller: caller.hear() and caller.say(NO_SERVER))
    observer = look(dead.url, sign_in=JOURNEY)
    assert observer.exchange("health").outcome.status == 404  # type: ignore[union-attr]
    seen = complete(observer)
    assert status(seen, "register") == "not asked: health"
    assert not any(line.startswith("POST") for line in dead.asked)


def test_a_gateway_that_takes_long_to_fail_gets_no_further_samples(
    look: Look, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each would take as long, and the first few say it already; what is declared is still requested."""
    monkeypatch.setattr(servers, "MIN_SECONDS", 0.0)
    dead = serve(lambda caller: caller.hear() and caller.say(NO_SERVER))
    backend = {"health": Health(samples=20), "endpoints": (Endpoint(path="/a"),)}
    seen = complete(look(dead.url, backend=backend))
    assert status(seen, "health") == status(seen, "endpoint /a") == 404
    assert len(seen.samples) < 20
    assert len(dead.heard) >= servers.MIN_FAILURES


def test_a_gateway_that_fails_at_once_is_sampled_as_declared(look: Look, serve: Serve) -> None:
    dead = serve(lambda caller: caller.hear() and caller.say(NO_SERVER))
    seen = complete(look(dead.url, backend={"health": Health(samples=20)}))
    assert len(seen.samples) == 20


def test_a_dead_host_leaves_one_failure_and_the_writing_steps_not_asked(look: Look) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        backend = {"health": Health(samples=3), "endpoints": (Endpoint(path="/a"),)}
        seen = complete(look(url, backend=backend, sign_in=JOURNEY))
    assert status(seen, "health") == "refused"
    assert status(seen, "health 2") == status(seen, "health 3") == "not asked: health"
    assert status(seen, "register") == "not asked: health"
    assert status(seen, "endpoint /a") == "refused"


def test_packets_that_are_swallowed_cost_one_time_out_in_all(look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    dials: list[object] = []

    def counted(*given: Any) -> Socket:
        dials.append(given)
        return connect.tcp(*given)

    monkeypatch.setattr(dial, "tcp", counted)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = [socket.socket() for _ in range(8)]
        for each in waiting:
            each.settimeout(0)
            each.connect_ex(listener.getsockname())
        endpoints = tuple(Endpoint(path=f"/{number}") for number in range(20))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        seen = complete(look(url, backend={"endpoints": endpoints, "timeout": 0.5}, sign_in=JOURNEY))
        for each in waiting:
            each.close()
    assert status(seen, "health") == status(seen, "endpoint /19") == "connect-timeout"
    assert len(dials) == 2, "at once: those that waited meanwhile share their failure"


def test_a_host_that_hangs_costs_little_more_than_one_time_out_in_all(look: Look, serve: Serve) -> None:
    hung = serve(lambda caller: caller.over.wait() and None)
    endpoints = tuple(Endpoint(path=f"/{number}") for number in range(20))
    seen = complete(look(hung.url, backend={"endpoints": endpoints, "timeout": 1.5}, sign_in=JOURNEY))
    assert status(seen, "health") == "read-timeout"
    assert status(seen, "endpoint /19") == "not asked: health", "each would wait for a time-out of its own"
    sent = {name: len(each.attempts) for name, each in seen.exchanges.items() if not isinstance(each.outcome, NotSent)}
    assert sent == {"health": 2, "endpoint /0": 2}, "at once, and once more because it may be waking up"


def test_a_version_reported_by_the_health_check_is_the_same_request(server: WireServer, look: Look) -> None:
    observer = look(server.url, version=Version(path="/health", field="commit"))
    seen = complete(observer)
    assert observer.exchange("version") is seen.exchanges["health"]
    assert seen.exchanges["version"] is seen.exchanges["health"]
    assert seen.commit == "0123456789abcdef"
    assert seen.requests == len(server.heard) == 1


def test_a_version_with_a_path_of_its_own_is_requested(server: WireServer, look: Look) -> None:
    seen = complete(look(server.url, version=Version(path="/version", field="path")))
    assert seen.commit == "/version"
    assert seen.requests == 2


def test_only_the_groups_that_are_started_are_requested(server: WireServer, look: Look) -> None:
    observer = look(server.url, backend={"endpoints": (Endpoint(path="/a"),)}, sign_in=JOURNEY)
    observer.start(["endpoints"])
    assert set(observer.complete().exchanges) == {"endpoint /a"}
    observer.start(["health"])
    assert set(observer.complete().exchanges) == {"endpoint /a", "health"}
    assert len(server.heard) == 2


def test_awaiting_an_exchange_starts_its_group(server: WireServer, look: Look) -> None:
    assert look(server.url).exchange("health").answer is not None


def test_a_name_that_is_not_declared_is_an_error(server: WireServer, look: Look) -> None:
    observer = look(server.url, frontend=Frontend(url=server.url))
    with pytest.raises(KeyError):
        observer.exchange("login")
    with pytest.raises(KeyError):
        observer.exchange("script /none.js")


def test_a_test_awaits_only_its_own_exchange(app: App, server: WireServer, look: Look) -> None:
    app.held["/slow"] = threading.Event()
    observer = look(server.url, backend={"endpoints": (Endpoint(path="/slow"),)})
    observer.start()
    assert observer.exchange("health").answer is not None
    partial = observer.snapshot()
    assert set(partial.exchanges) == {"health"}
    assert not partial.complete
    app.held["/slow"].set()
    assert observer.complete().complete


def test_what_breaks_inside_a_probe_is_reported_as_its_outcome(
    server: WireServer, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(*_: object) -> None:
        raise ZeroDivisionError("inside the probe")

    monkeypatch.setattr("smokegate.observation.evidence.record.discover", breaking)
    lost = complete(look(server.url)).exchanges["health"].no_answer
    assert lost is not None
    assert lost.cause is WireCause.OTHER
    assert "inside the probe" in lost.detail


DELETING = SignIn.read(
    {"register": "/register", "login": "/login", "account": "/me", "delete": "/me", "creates_accounts": True}
)


def test_the_account_is_deleted_at_the_end(app: App, server: WireServer, look: Look) -> None:
    seen = complete(look(server.url, sign_in=DELETING))
    assert status(seen, "clean up") == 200
    assert app.deleted == list(app.accounts)


def test_the_account_is_deleted_also_when_the_journey_fails(app: App, server: WireServer, look: Look) -> None:
    app.broken["/login"] = (404, {"detail": "Not Found"})
    seen = complete(look(server.url, sign_in=DELETING))
    assert status(seen, "clean up") == 200
    assert app.deleted == list(app.accounts)


def test_the_account_is_deleted_when_the_run_is_cut_short(app: App, server: WireServer, look: Look) -> None:
    app.held["/login"] = threading.Event()
    observer = look(server.url, sign_in=DELETING)
    observer.start()
    observer.exchange("account")
    observer.close()
    observer.close()
    assert app.deleted == list(app.accounts)
    seen = observer.snapshot()
    assert status(seen, "clean up") == 200
    assert not seen.complete
    app.held["/login"].set()


def test_an_account_that_is_just_being_created_is_deleted_too(app: App, server: WireServer, look: Look) -> None:
    app.held["/register"] = threading.Event()
    observer = look(server.url, sign_in=DELETING)
    observer.start()
    assert app.reached.wait(60)
    closing = threading.Thread(target=observer.close)
    closing.start()
    app.held["/register"].set()
    closing.join(60)
    assert app.deleted == list(app.accounts)
    assert len(app.deleted) == 1


def test_awaiting_what_a_closed_observer_will_not_see_ends_at_once(server: WireServer, look: Look) -> None:
    observer = look(server.url)
    observer.close()
    with pytest.raises(InterruptedRunError, match="health"):
        observer.exchange("health")


def test_the_frontend_is_loaded_with_its_scripts_and_asked_what_a_browser_asks(
    server: WireServer, look: Look, serve: Serve
) -> None:
    pages = App(
        broken={
            "/": (200, '<script src="/assets/index-1a2b.js"></script>'),
            "/assets/index-1a2b.js": (200, 'x.create({baseURL:"/api"})'),
            "/login": (200, "<html>"),
        }
    )
    frontend = serve(pages)
    seen = complete(look(server.url, frontend=Frontend(url=frontend.url), sign_in=JOURNEY))
    assert status(seen, "script /assets/index-1a2b.js") == 200
    (found,) = seen.api_addresses
    assert (found.script, found.value, found.resolved) == (
        "/assets/index-1a2b.js",
        "/api",
        f"{frontend.url}/api",
    )
    preflight = seen.exchanges["preflight"].request
    assert (preflight.method, preflight.url) == ("OPTIONS", f"{server.url}/login")
    assert preflight.headers["origin"] == frontend.url
    assert preflight.headers["access-control-request-method"] == "POST"
    account = seen.exchanges["preflight of account"].request
    assert (account.method, account.url) == ("OPTIONS", f"{server.url}/me")
    assert account.headers["access-control-request-method"] == "GET"
    assert account.headers["access-control-request-headers"] == "authorization"
    assert seen.exchanges["api on frontend"].request.url == f"{frontend.url}/login"


def test_a_frontend_on_the_same_origin_needs_no_leave(server: WireServer, look: Look) -> None:
    observer = look(server.url, frontend=Frontend(url=server.url), sign_in=JOURNEY)
    assert observer.names("frontend") == ("page",)


def test_a_frontend_chunk_is_read_where_the_script_names_no_address(
    server: WireServer, look: Look, serve: Serve
) -> None:
    pages = App(
        broken={
            "/": (200, '<script src="/assets/index-1a2b3c.js"></script>'),
            "/assets/index-1a2b3c.js": (200, 'import("./Login-9z8y7x.js")'),
            "/assets/Login-9z8y7x.js": (200, 'x.create({baseURL:"https://api.example/api"})'),
        }
    )
    seen = complete(look(server.url, frontend=Frontend(url=serve(pages).url)))
    assert [each.value for each in seen.api_addresses] == ["https://api.example/api"]
    assert status(seen, "script /assets/Login-9z8y7x.js") == 200


def test_other_hosts_are_tried_when_the_target_cannot_be_reached(look: Look, serve: Serve) -> None:
    reachable = serve(lambda caller: caller.hear() and None)
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        closed = f"127.0.0.1:{bound.getsockname()[1]}"
        controls = [f"127.0.0.1:{reachable.port}", closed]
        seen = complete(look(f"http://{closed}", observer={"controls": controls}))
    found = {probe.address: (probe.reached, probe.cause) for probe in seen.control}
    assert found == {controls[0]: (True, None), closed: (False, WireCause.REFUSED)}


def test_no_other_host_is_tried_for_a_host_that_answers_or_is_local(server: WireServer, look: Look) -> None:
    assert complete(look(server.url, observer={"controls": ["127.0.0.1:9"]})).control == ()
    assert complete(look("http://gone.invalid")).control == ()


def test_several_environments_are_observed_at_once(server: WireServer) -> None:
    backend = Backend(url=server.url, health=Health(samples=2))
    environments = [Environment(name=f"e{n}", title="E", backend=backend) for n in range(5)]
    seen = observe(environments)
    assert list(seen) == ["e0", "e1", "e2", "e3", "e4"]
    assert all(status(each, "health 2") == 200 and each.complete for each in seen.values())


def test_names_that_no_one_asked_are_reported_as_not_asked(look: Look) -> None:
    seen = complete(look("http://gone.invalid", sign_in=JOURNEY))
    asked = seen.exchanges["register"]
    assert asked.outcome == NotSent("health")
    assert (asked.request.method, asked.request.url) == ("POST", "http://gone.invalid/register")
