"""How many connections a server is given: two at first, more only where its answers show that it takes them."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import urllib3

from smokegate.environment.model import Backend, Endpoint, Environment, Health
from smokegate.observation.model import Observation
from smokegate.observation.observer import Observer
from smokegate.observation.transport import width as width_module
from smokegate.observation.transport.lanes import Lane, Sample
from smokegate.observation.transport.pool import Pool
from smokegate.observation.transport.sample_connection import SampleConnection
from smokegate.observation.transport.width import MOST, Place, Width


@dataclass
class Log:
    """What a server has done, in order."""

    served: list[str] = field(default_factory=list)
    busy: threading.Event = field(default_factory=threading.Event)


def handler_class(log: Log, protocol: str, *, closes: bool) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = protocol
        timeout = 20

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


def observe(pool: Pool, url: str, *, samples: int = 5, endpoints: int = 12, timeout: float = 5.0) -> Observation:
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
    other.join(20)
    assert len(waited) > 2, "it came to its turn while the run went on"


def test_connections_are_kept_and_shared_where_the_server_takes_several(
    pool: Pool, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    most: list[int] = []
    opening = Width.opening

    def counted(width: Width, own: SampleConnection | None) -> Place:
        place = opening(width, own)
        most.append(len(width._open))
        return place

    monkeypatch.setattr(Width, "opening", counted)
    url, log = start(http.server.ThreadingHTTPServer)
    seen = observe(pool, url, endpoints=40)
    assert len(log.served) == 45
    assert all(each.answer for each in seen.exchanges.values())
    assert 2 <= max(most) <= MOST
    assert len(most) < 45, "connections carried more than one request"


def test_every_sample_has_a_connection_of_its_own(pool: Pool, start: Start) -> None:
    url, _ = start(http.server.ThreadingHTTPServer)
    seen = observe(pool, url, samples=8)
    assert all(each.phases.connect is not None for each in seen.samples)


def sampling(*of: str | None, proven: bool = True) -> Lane:
    lane = Lane(6, lambda _: None, measured=True)
    assert lane.width is not None
    lane.width.proven = proven
    for each in of:
        lane.put_sample(Sample(lambda _: None, each), 5)
    return lane


def test_a_connection_for_samples_carries_one_of_each_thing() -> None:
    lane = sampling("a", "a", "b", "c")
    own = lane.sample_connection()
    carried = []
    taken = lane.take()
    while isinstance(taken, Sample):
        own.add(taken.of)
        carried.append(taken.of)
        taken = lane.take_for(own)
    assert carried == ["a", "b", "c"]
    assert (lane.waiting, own.wanted) == (1, False)


@pytest.mark.parametrize(
    ("lane", "first"),
    [(sampling("a", "b", proven=False), "a"), (sampling(None, "b"), None), (sampling("a", None), "a")],
    ids=["not-known-to-take-several", "carries-nothing-else", "needs-its-own"],
)
def test_a_connection_for_samples_is_closed_where_nothing_may_follow_on_it(lane: Lane, first: str | None) -> None:
    own = lane.sample_connection()
    taken = lane.take()
    assert isinstance(taken, Sample)
    assert taken.of == first
    own.add(taken.of)
    assert not own.wanted
    assert lane.take_for(own) is None


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
                gate.wait(20)
            super().do_GET()

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    paths = tuple(Endpoint(path=f"/{number}") for number in range(8))
    backend = Backend(url=f"http://127.0.0.1:{server.server_address[1]}", timeout=20.0, endpoints=paths)
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


def connect(width: Width, clock: Clock, sock: socket.socket, **how: Any) -> Place:
    clock.now += 0.01
    place = width.opening(None)
    clock.now += 0.01
    width.opened(place, sock, **{"secure": False, **how})
    return place


def answer(width: Width, clock: Clock, place: Place) -> None:
    clock.now += 0.01
    width.answered(place, 0.01)


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
    assert width.rest(first)
    assert width.allowed == 2


def test_an_answer_beside_an_open_connection_allows_six(width: Width, clock: Clock, sockets: Sock) -> None:
    first = connect(width, clock, sockets())
    answer(width, clock, first)
    width.rest(first)
    answer(width, clock, connect(width, clock, sockets()))
    assert (width.proven, width.allowed) == (True, 6)


def test_a_handshake_beside_an_open_connection_is_an_answer(width: Width, clock: Clock, sockets: Sock) -> None:
    first = connect(width, clock, sockets(), secure=True)
    answer(width, clock, first)
    width.rest(first)
    connect(width, clock, sockets(), secure=True)
    assert width.proven


def test_an_answer_after_the_server_hung_up_on_the_first_proves_nothing(width: Width, clock: Clock) -> None:
    ours, theirs = connected()
    with ours:
        first = connect(width, clock, ours)
        answer(width, clock, first)
        width.rest(first)
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
        places = [width.opening(None) for _ in range(2)]
        width.opened(places[0], ours, secure=False)
        width.opened(places[1], sockets(), secure=False)
        theirs.sendall(b"the end")
        theirs.close()
        assert ours.recv(1, socket.MSG_PEEK), "it has arrived"
        answer(width, clock, places[0])
        answer(width, clock, places[1])
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
    places = [width.opening(None) for _ in range(2)]
    for place in places:
        width.opened(place, sockets(), secure=False)
    answer(width, clock, places[0])
    assert not width.proven
    answer(width, clock, places[1])
    assert (width.proven, width.allowed) == (True, 6)


@pytest.mark.parametrize(
    ("handshake", "took", "more"),
    [(0.2, 0.1, 0), (0.2, 0.3, 1), (0.01, 0.1, 1)],
    ids=["quick-answers", "slow-answers", "quick-handshake"],
)
def test_a_short_queue_waits_for_a_connection_where_another_one_takes_longer_to_open(
    clock: Clock, sockets: Sock, handshake: float, took: float, more: int
) -> None:
    lane = Lane(6, lambda _: None, measured=True)
    width = lane.width
    assert width is not None
    for _ in range(2):
        lane.active += 1
        place = width.opening(None)
        clock.now += handshake
        width.opened(place, sockets(), secure=True)
        width.answered(place, took)
    lane.put(lambda: None, 5)
    assert width.proven
    assert lane.room == bool(more)
    for _ in range(2):
        lane.put(lambda: None, 5)
    assert lane.room, "more wait than connections are in use"


def test_without_an_answer_beside_it_the_open_connection_is_closed(width: Width, clock: Clock, sockets: Sock) -> None:
    first = connect(width, clock, sockets())
    answer(width, clock, first)
    width.rest(first)
    second = connect(width, clock, sockets())
    clock.now += 0.2
    width.check()
    assert (width.single, width.allowed, first.spent) == (True, 1, True)
    assert not width.reuse(first)
    answer(width, clock, second)
    assert not width.rest(second), "from now on a connection is closed after its answer"


def test_a_server_that_was_merely_slow_gets_another_trial(width: Width, clock: Clock, sockets: Sock) -> None:
    first = connect(width, clock, sockets())
    answer(width, clock, first)
    width.rest(first)
    second = connect(width, clock, sockets())
    clock.now += 0.2
    width.check()
    clock.now += 5.0
    answer(width, clock, second)
    assert not width.single


def test_a_slow_server_gets_one_connection_more_from_time_to_time(width: Width, clock: Clock, sockets: Sock) -> None:
    first = connect(width, clock, sockets())
    answer(width, clock, first)
    width.leave(first)
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


def test_an_urgent_job_on_a_connection_of_its_own_goes_before_what_can_wait() -> None:
    """The sign-in flow does not wait for the endpoints because one of its views opens a connection."""
    lane = Lane(6, lambda _: None, measured=True)
    urgent = Sample(lambda _: None, None)
    lane.put(lambda: None, 5)
    lane.put_sample(urgent, 1)
    assert lane.take() is urgent
