"""How many connections a server is given: two at first, more only where its answers show that it takes them."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from smokegate.environment.model import Backend, Endpoint, Environment, Health
from smokegate.observation.model import Observation
from smokegate.observation.observer import Observer
from smokegate.observation.transport import width as width_module
from smokegate.observation.transport.connect import DIRECT
from smokegate.observation.transport.lanes import Lane, LaneRequest
from smokegate.observation.transport.pool import Pool
from smokegate.observation.transport.slot import ESTABLISHED, LaneConnection, Slot
from smokegate.observation.transport.width import MAX_CONNECTIONS, Width


@dataclass
class Log:
    """What a server has done, in order."""

    served: list[str] = field(default_factory=list)
    busy: threading.Event = field(default_factory=threading.Event)


def handler_class(log: Log, protocol: str, *, closes: bool) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = protocol
        timeout = 60

        def do_GET(self) -> None:
            log.served.append(self.headers.get("X-Who", "smokegate"))
            log.busy.set()
            content = json.dumps({"status": "ok"}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            if closes:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


Start = Callable[..., tuple[str, Log]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a server of the standard library."""
    servers: list[http.server.HTTPServer] = []

    def started(
        kind: type[http.server.HTTPServer], protocol: str = "HTTP/1.1", *, closes: bool = False
    ) -> tuple[str, Log]:
        log = Log()
        server = kind(("127.0.0.1", 0), handler_class(log, protocol, closes=closes))
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_address[1]}", log

    yield started
    for server in servers:
        server.shutdown()
        server.server_close()


def observe(pool: Pool, url: str, *, samples: int = 5, endpoints: int = 12, timeout: float = 60.0) -> Observation:
    paths = tuple(Endpoint(path=f"/{number}") for number in range(endpoints))
    health = Health.read({"json": {"status": "ok"}, "samples": samples})
    backend = Backend(url=url, timeout=timeout, health=health, endpoints=paths)
    observer = Observer(Environment(name="tested", title="T", backend=backend), pool=pool, controls=())
    observer.start()
    try:
        return observer.complete()
    finally:
        observer.close()


ONE_AT_A_TIME = [("HTTP/1.0", False), ("HTTP/1.1", False), ("HTTP/1.1", True)]


@pytest.mark.parametrize(("protocol", "closes"), ONE_AT_A_TIME, ids=["http-1.0", "keep-alive", "sync-worker"])
def test_a_server_that_serves_one_connection_at_a_time_answers_everything(
    start: Start,
    protocol: str,
    closes: bool,  # noqa: FBT001 -- a table
) -> None:
    for _ in range(5):
        url, log = start(http.server.HTTPServer, protocol, closes=closes)
        pool = Pool()
        seen = observe(pool, url)
        pool.close()
        assert {each.answer.status if each.answer else each.outcome for each in seen.exchanges.values()} == {200}
        assert all(not each.earlier for each in seen.exchanges.values())
        assert len(log.served) == 17


@pytest.mark.parametrize(("protocol", "closes"), ONE_AT_A_TIME, ids=["http-1.0", "keep-alive", "sync-worker"])
def test_others_get_their_turn_at_a_server_that_serves_one_connection_at_a_time(
    pool: Pool,
    start: Start,
    protocol: str,
    closes: bool,  # noqa: FBT001 -- a table
) -> None:
    url, log = start(http.server.HTTPServer, protocol, closes=closes)
    waited: list[float] = []

    def bystander() -> None:
        log.busy.wait(60)
        while len(log.served) - len(waited) < 60:
            before = len(log.served)
            urllib3.request("GET", url, headers={"X-Who": "bystander", "Connection": "close"}, timeout=60)
            waited.append(log.served.index("bystander", before) - before)

    other = threading.Thread(target=bystander, daemon=True)
    other.start()
    observe(pool, url, endpoints=60)
    other.join(60)
    assert len(waited) > 2, "it came to its turn while the run went on"


def test_connections_are_kept_and_shared_where_the_server_takes_several(
    pool: Pool, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    most: list[int] = []
    opening = Width.opening

    def counted(width: Width, lane_connection: LaneConnection | None) -> Slot:
        slot = opening(width, lane_connection)
        most.append(len(width._open))
        return slot

    monkeypatch.setattr(Width, "opening", counted)
    url, log = start(http.server.ThreadingHTTPServer)
    seen = observe(pool, url, endpoints=40)
    assert len(log.served) == 45
    assert all(each.answer for each in seen.exchanges.values())
    assert 2 <= max(most) <= MAX_CONNECTIONS
    assert len(most) < 45, "connections carried more than one request"


def test_no_two_samples_of_one_thing_share_a_connection(
    pool: Pool, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Slot] = []
    opening = Width.opening

    def noted(width: Width, lane_connection: LaneConnection | None) -> Slot:
        opened.append(opening(width, lane_connection))
        return opened[-1]

    monkeypatch.setattr(Width, "opening", noted)
    url, _ = start(http.server.ThreadingHTTPServer)
    seen = observe(pool, url, samples=8)
    assert len(seen.samples) == 8
    carried = [name for slot in opened for name in slot.carried if name.startswith("health")]
    assert sorted(carried) == sorted(each.name for each in seen.samples)
    assert all(sum(name.startswith("health") for name in slot.carried) <= 1 for slot in opened)


@pytest.fixture
def lane(clock: Clock) -> Lane:  # noqa: ARG001 -- time stands still before it is made
    """The lane of a server that takes several connections."""
    made = Lane(6, lambda _: None, measured=True)
    assert made.width is not None
    made.width.proven, made.width._cap = True, 6
    return made


class OpenSocket:
    """A socket whose other side has not hung up."""

    def getsockopt(self, *_: object) -> bytes:
        """Return what Linux says of the connection."""
        return bytes([ESTABLISHED])

    def shutdown(self, _: object) -> None:
        """Nothing is connected."""


OPEN: Any = OpenSocket()


def put(lane: Lane, name: str, priority: int = 5, **how: Any) -> LaneRequest:
    request = LaneRequest(lambda _: name, priority, **how)
    lane.put(request)
    return request


def begin(lane: Lane, name: str) -> LaneConnection:
    """Begin what is next, which is this, and send it."""
    taken = lane.take()
    assert taken is not None
    assert taken[0].run(taken[1]) == name
    lane_begins(lane, *taken)
    return taken[1]


def lane_begins(lane: Lane, request: LaneRequest, connection: LaneConnection) -> None:
    assert lane.width is not None
    connection.current = str(request.run(connection))
    slot = next((each for each in lane.width._open if each.lane_connection is connection), None)
    slot = slot or lane.width.opening(connection)
    connection.managers[DIRECT, None] = cast("Any", SimpleNamespace(clear=partial(lane.width.remove, slot)))
    lane.width.opened(slot, OPEN, secure=False)
    lane.width.reuse(slot, repeatable=True)


def end(lane: Lane, connection: LaneConnection) -> None:
    """Answer a request and read the answer to its end."""
    assert lane.width is not None
    (slot,) = (each for each in lane.width._open if each.lane_connection is connection)
    lane.width.answered(slot, 0.01)
    if not lane.width.release(slot):
        lane.width.remove(slot)
    lane.done(connection)


def test_a_request_goes_on_an_idle_connection(lane: Lane) -> None:
    put(lane, "first")
    first = begin(lane, "first")
    end(lane, first)
    put(lane, "second")
    assert begin(lane, "second") is first


def test_a_request_opens_a_connection_where_what_the_idle_one_carried_must_not_share_it(lane: Lane) -> None:
    put(lane, "login")
    login = begin(lane, "login")
    end(lane, login)
    put(lane, "account", separate_from={"login"})
    account = begin(lane, "account")
    assert account is not login
    end(lane, account)
    put(lane, "again", separate_from={"account"})
    assert begin(lane, "again") is login, "the one that has carried nothing of the kind"


def test_what_an_idle_connection_carried_is_forgotten_when_it_was_closed(lane: Lane) -> None:
    put(lane, "login")
    login = begin(lane, "login")
    end(lane, login)
    assert lane.width is not None
    lane.width.close_idle()
    put(lane, "account", separate_from={"login"})
    assert begin(lane, "account") is not login


def test_a_connection_that_carries_one_request_only_is_closed_after_it(lane: Lane) -> None:
    put(lane, "upgrade", alone=True)
    put(lane, "next")
    upgrade = begin(lane, "upgrade")
    end(lane, upgrade)
    assert begin(lane, "next") is not upgrade


def test_an_idle_connection_is_closed_for_a_request_that_may_go_on_none(lane: Lane) -> None:
    names = [f"sample {number}" for number in range(7)]
    carried = []
    for name in names[:6]:
        put(lane, name, separate_from=frozenset(names))
        carried.append(begin(lane, name))
    for each in carried:
        end(lane, each)
    put(lane, names[6], separate_from=frozenset(names))
    assert begin(lane, names[6]) not in carried
    assert lane.width is not None
    assert len(lane.width._open) == 6


def test_one_idle_connection_is_kept_free_for_what_follows_on_a_more_urgent_request(lane: Lane) -> None:
    for name in ("login", "other"):
        put(lane, name, 1, followed=name == "login")
    login, other = begin(lane, "login"), begin(lane, "other")
    end(lane, other)
    put(lane, "endpoint")
    endpoint = begin(lane, "endpoint")
    assert endpoint not in {login, other}, "another connection is opened for it"
    put(lane, "account", 1, separate_from={"login"})
    assert begin(lane, "account") is other


def test_four_samples_are_under_way_at_once_and_others_get_the_rest(lane: Lane) -> None:
    names = [f"sample {number}" for number in range(5)]
    for name in names:
        put(lane, name, 4, separate_from=frozenset(names), sample=True)
    put(lane, "endpoint")
    for name in names[:4]:
        begin(lane, name)
    begin(lane, "endpoint")


def test_one_sample_is_under_way_and_last_where_the_server_is_not_known_to_take_several(lane: Lane) -> None:
    assert lane.width is not None
    lane.width.proven = False
    for name in ("sample 1", "sample 2"):
        put(lane, name, 4, sample=True)
    put(lane, "endpoint")
    end(lane, begin(lane, "endpoint"))
    begin(lane, "sample 1")
    assert lane.take() is None


def test_no_connection_stays_open_when_nothing_is_left_to_send(pool: Pool, start: Start) -> None:
    url, log = start(http.server.HTTPServer)
    observe(pool, url)
    answer = urllib3.request("GET", url, headers={"Connection": "close"}, timeout=60)
    assert answer.status == 200, "the only connection that it serves is free, though the pool is not closed"
    assert len(log.served) == 18


def test_a_hung_first_request_does_not_keep_the_others_waiting_for_its_time_out(pool: Pool) -> None:
    gate = threading.Event()

    class Handler(handler_class(Log(), "HTTP/1.1", closes=False)):  # type: ignore[misc]
        def do_GET(self) -> None:  # noqa: N802 -- the library's name
            if self.path == "/health":
                gate.wait(60)
            super().do_GET()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    paths = tuple(Endpoint(path=f"/{number}") for number in range(8))
    backend = Backend(url=f"http://127.0.0.1:{server.server_address[1]}", timeout=60.0, endpoints=paths)
    observer = Observer(Environment(name="tested", title="T", backend=backend), pool=pool, controls=())
    observer.start()
    assert observer.exchange("endpoint /7").answer, "it was answered while the health check still hangs"
    assert "health" not in observer.snapshot().exchanges
    gate.set()
    observer.complete()
    server.shutdown()
    server.server_close()


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(width_module, "time", made)
    return made


@pytest.fixture
def sockets() -> Iterator[Callable[[], socket.socket]]:
    """One end of a connection whose other end stays open."""
    pairs: list[socket.socket] = []

    def made() -> socket.socket:
        pairs.extend(connected())
        return pairs[-1]

    yield made
    for each in pairs:
        each.close()


def connected() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname(), timeout=60)
        return ours, server.accept()[0]


def connect(width: Width, clock: Clock, sock: socket.socket, **how: Any) -> Slot:
    clock.now += 0.01
    slot = width.opening(None)
    clock.now += 0.01
    width.opened(slot, sock, **{"secure": False, **how})
    return slot


def answer(width: Width, clock: Clock, slot: Slot) -> None:
    clock.now += 0.01
    width.answered(slot, 0.01)


@pytest.fixture
def width(clock: Clock) -> Width:  # noqa: ARG001 -- time stands still before it is made
    return Width(6, lambda: 10, lambda: None)


Sock = Callable[[], socket.socket]


def test_two_connections_are_opened_first_and_no_more_for_the_first_answer(
    width: Width, clock: Clock, sockets: Sock
) -> None:
    assert width.allowed == 2
    first = connect(width, clock, sockets())
    answer(width, clock, first)
    assert width.release(first)
    assert width.allowed == 2


def test_an_answer_beside_an_open_connection_allows_six(width: Width, clock: Clock, sockets: Sock) -> None:
    first = connect(width, clock, sockets())
    answer(width, clock, first)
    width.release(first)
    answer(width, clock, connect(width, clock, sockets()))
    assert (width.proven, width.allowed) == (True, 6)


def test_a_handshake_beside_an_open_connection_is_an_answer(width: Width, clock: Clock, sockets: Sock) -> None:
    first = connect(width, clock, sockets(), secure=True)
    answer(width, clock, first)
    width.release(first)
    connect(width, clock, sockets(), secure=True)
    assert width.proven


def test_an_answer_after_the_server_hung_up_on_the_first_proves_nothing(width: Width, clock: Clock) -> None:
    ours, theirs = connected()
    with ours:
        first = connect(width, clock, ours)
        answer(width, clock, first)
        width.release(first)
        theirs.close()
        one, other = connected()
        with one, other:
            answer(width, clock, connect(width, clock, one))
    assert not width.proven


def test_an_answer_that_is_still_being_read_after_the_server_hung_up_proves_nothing(
    width: Width, clock: Clock, sockets: Sock
) -> None:
    """Who serves one at a time has sent it and gone on to the second connection; our thread is merely behind."""
    ours, theirs = connected()
    with ours:
        slots = [width.opening(None) for _ in range(2)]
        width.opened(slots[0], ours, secure=False)
        width.opened(slots[1], sockets(), secure=False)
        theirs.sendall(b"the end")
        theirs.close()
        assert ours.recv(1, socket.MSG_PEEK), "it has arrived"
        answer(width, clock, slots[0])
        answer(width, clock, slots[1])
    assert not width.proven


def test_an_answer_that_overtakes_another_allows_one_more(width: Width, clock: Clock, sockets: Sock) -> None:
    connect(width, clock, sockets())
    answer(width, clock, connect(width, clock, sockets()))
    assert (width.proven, width.allowed) == (False, 3)


def test_two_connections_that_were_opened_at_once_prove_it_when_both_have_been_answered(
    width: Width, clock: Clock, sockets: Sock
) -> None:
    """As after a slow first answer, which lets a second connection open beside it: neither is the older one."""
    clock.now += 0.01
    slots = [width.opening(None) for _ in range(2)]
    for slot in slots:
        width.opened(slot, sockets(), secure=False)
    answer(width, clock, slots[0])
    assert not width.proven
    answer(width, clock, slots[1])
    assert (width.proven, width.allowed) == (True, 6)


@pytest.mark.parametrize(
    ("handshake", "took", "more"),
    [(0.2, 0.1, 1), (0.2, 0.3, 3), (0.01, 0.1, 3)],
    ids=["quick-answers", "slow-answers", "quick-handshake"],
)
def test_a_short_queue_waits_for_a_connection_where_another_one_takes_longer_to_open(
    clock: Clock, sockets: Sock, handshake: float, took: float, more: int
) -> None:
    lane = Lane(6, lambda _: None, measured=True)
    width = lane.width
    assert width is not None
    for name in ("one", "other"):
        put(lane, name)
        taken = lane.take()
        assert taken is not None
        slot = width.opening(taken[1])
        clock.now += handshake
        width.opened(slot, sockets(), secure=True)
        width.answered(slot, took)
    assert width.proven
    for _ in range(3):
        put(lane, "more")
    begun = 0
    while lane.take() is not None:
        begun += 1
    assert begun == more


def test_without_an_answer_beside_it_the_open_connection_is_closed(width: Width, clock: Clock, sockets: Sock) -> None:
    first = connect(width, clock, sockets())
    answer(width, clock, first)
    width.release(first)
    second = connect(width, clock, sockets())
    clock.now += 0.2
    width.check()
    assert (width.single, width.allowed, first.spent) == (True, 1, True)
    assert not width.reuse(first, repeatable=True)
    answer(width, clock, second)
    assert not width.release(second), "from now on a connection is closed after its answer"


def test_a_server_that_was_merely_slow_gets_another_trial(width: Width, clock: Clock, sockets: Sock) -> None:
    first = connect(width, clock, sockets())
    answer(width, clock, first)
    width.release(first)
    second = connect(width, clock, sockets())
    clock.now += 0.2
    width.check()
    clock.now += 5.0
    answer(width, clock, second)
    assert not width.single


def test_a_slow_server_gets_one_connection_more_from_time_to_time(width: Width, clock: Clock, sockets: Sock) -> None:
    first = connect(width, clock, sockets())
    answer(width, clock, first)
    width.remove(first)
    connect(width, clock, sockets())
    for allowed in (3, 4, 5, 6, 6):
        clock.now += 0.6
        width.check()
        assert width.allowed == allowed


def test_a_server_that_never_answered_gets_two_connections_at_most(width: Width, clock: Clock, sockets: Sock) -> None:
    connect(width, clock, sockets())
    for _ in range(5):
        clock.now += 0.6
        width.check()
    assert width.allowed == 2


REQUESTS = st.lists(
    st.builds(
        lambda priority, how: (priority, how),
        st.sampled_from([0, 1, 3, 4, 5]),
        st.fixed_dictionaries(
            {
                "separate_from": st.frozensets(st.sampled_from("abcd"), max_size=3),
                "alone": st.booleans(),
                "sample": st.booleans(),
                "followed": st.booleans(),
            }
        ),
    ),
    max_size=12,
)


@given(requests=REQUESTS, allowed=st.integers(1, 6), proven=st.booleans(), quick=st.booleans(), data=st.data())
def test_every_request_begins_once_those_before_it_are_done(
    requests: list[tuple[int, dict[str, Any]]], allowed: int, *, proven: bool, quick: bool, data: st.DataObject
) -> None:
    """Whatever must not share a connection, and however narrow the server is: nothing waits forever."""
    lane = Lane(6, lambda _: None, measured=True)
    width = lane.width
    assert width is not None
    width.proven, width._cap = proven, allowed
    width._quickest_opening = 0.2 if quick else 0.0  # whether it is quicker to wait than to open another one
    for number, (priority, how) in enumerate(requests):
        put(lane, "abcd"[number % 4], priority, **how)
    under_way: list[LaneConnection] = []
    while lane.waiting:
        while len(under_way) < allowed and (taken := lane.take()) is not None:
            lane_begins(lane, *taken)
            under_way.append(taken[1])
        assert under_way, "something is under way while anything waits"
        assert len(width._open) <= max(allowed, len(under_way))
        end(lane, under_way.pop(data.draw(st.integers(0, len(under_way) - 1))))
        width.proven, width._cap = proven, allowed
