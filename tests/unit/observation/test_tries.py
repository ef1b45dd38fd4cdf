"""What is tried again, what is not, and by what time a latency budget is judged."""

from __future__ import annotations

import itertools
import random
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme
from msgspec.structs import replace

from smokegate.environment.model import Expectation
from smokegate.observation.evidence.record import Recorder
from smokegate.observation.exchange import Answer, Headers, NoAnswer, Phases
from smokegate.observation.plan.step import RequestToSend, origin_of
from smokegate.observation.transport import retry
from smokegate.observation.transport.again import BACKOFF, RATE_LIMIT_BACKOFF, pause_before_next, retry_after
from smokegate.observation.transport.causes import WireCause
from smokegate.observation.transport.connect import Route
from smokegate.observation.transport.trace import Trace

from .conftest import Caller, Handler, Prober, Serve, context_of

NGINX = "<html><head><title>502</title></head><body><hr><center>nginx/1.22.1</center></body></html>"


def counting(*turns: tuple[str, str, tuple[str, ...]] | None) -> Handler:
    """Answer each request in turn, the last turn forever; None: close without an answer."""
    lock = threading.Lock()
    waiting = itertools.chain(turns, itertools.repeat(turns[-1]))

    def handler(caller: Caller) -> None:
        while caller.hear():
            with lock:
                turn = next(waiting)
            if turn is None:
                return
            status, body, headers = turn
            caller.answer(body, status, *headers)

    return handler


FINE = ("200 OK", "fine", ())
BAD_GATEWAY = ("502 Bad Gateway", NGINX, ())


@pytest.mark.parametrize("bad", [None, BAD_GATEWAY, ("503 X", "", ("x-render-routing: dynamic-paid-error",))])
def test_what_can_heal_is_tried_again_and_the_first_try_is_kept(
    prober: Prober, serve: Serve, bad: tuple[str, str, tuple[str, ...]] | None
) -> None:
    exchange = prober.get(serve(counting(bad, FINE)).url, retry=True)
    assert exchange.answer is not None
    assert exchange.answer.body.text == "fine"
    assert len(exchange.earlier) == 1
    assert exchange.earlier[0].started <= exchange.started


def ends_after(answers: int, *headers: str) -> Handler:
    """Close each connection without a word once it has carried this many answers and its next request."""

    def handler(caller: Caller) -> None:
        for _ in range(answers):
            head = caller.hear()
            if not head:
                return
            caller.answer("fine", "302 Found" if b" /old " in head else "200 OK", *headers)
        caller.hear()

    return handler


@pytest.mark.parametrize("secure", [False, True])
def test_a_kept_alive_connection_that_was_closed_says_nothing_of_the_request(
    prober: Prober, serve: Serve, tmp_path: Path, *, secure: bool
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    prober.ca_file = str(tmp_path / "ca.pem") if secure else None
    context = context_of(authority.issue_cert("127.0.0.1")) if secure else None
    server = serve(ends_after(1, "Location: /new"), context)
    prober.pool.width(origin_of(server.url, Route(prober.ca_file))).proven = True
    exchange = prober.get(f"{server.url}/old", retry=True)
    assert exchange.answer is not None
    assert (exchange.answer.body.text, exchange.earlier) == ("fine", ())


def test_a_server_that_closed_a_kept_alive_connection_is_sent_one_request_on_each(prober: Prober, serve: Serve) -> None:
    server = serve(ends_after(1))
    prober.pool.width(origin_of(server.url)).proven = True
    for _ in range(4):
        assert prober.get(server.url).answer is not None
    assert len(server.heard) == 4 + 1, "only the first connection was used again"


def test_a_write_uses_a_kept_alive_connection_of_a_server_that_keeps_them(prober: Prober, serve: Serve) -> None:
    """Until it has answered twice on one, a connection may be closing, and a lost write cannot be sent again."""
    server = serve(ends_after(9))
    prober.pool.width(origin_of(server.url)).proven = True
    write = RequestToSend("POST", server.url, (), b"{}")
    assert prober.get(server.url).answer is not None
    assert prober.ask(write).answer is not None
    assert server.accepted == 2
    assert prober.get(server.url).answer is not None
    assert prober.ask(write).answer is not None
    assert server.accepted == 2


def test_a_write_is_not_sent_again_when_its_kept_alive_connection_was_closed(prober: Prober, serve: Serve) -> None:
    server = serve(ends_after(2))
    prober.pool.width(origin_of(server.url)).proven = True
    for _ in range(2):
        prober.get(server.url)
    exchange = prober.ask(RequestToSend("POST", server.url, (), b"{}"), retry=True)
    assert isinstance(exchange.outcome, NoAnswer)
    assert exchange.outcome.cause in {WireCause.CLOSED, WireCause.RESET}
    assert len(server.heard) == 3


def test_an_idempotent_post_is_sent_again_when_its_connection_was_closed(prober: Prober, serve: Serve) -> None:
    server = serve(ends_after(1))
    prober.pool.width(origin_of(server.url)).proven = True
    prober.get(server.url)
    assert prober.ask(RequestToSend("POST", server.url, (), b"{}", idempotent=True)).answer is not None
    assert len(server.heard) == 3


def test_a_server_that_never_answers_is_not_asked_without_end(prober: Prober, serve: Serve) -> None:
    server = serve(ends_after(0))
    prober.pool.width(origin_of(server.url)).proven = True
    assert isinstance(prober.get(server.url).outcome, NoAnswer)
    assert len(server.heard) == 1


def test_there_are_three_attempts_at_most(prober: Prober, serve: Serve) -> None:
    server = serve(counting(BAD_GATEWAY))
    exchange = prober.get(server.url, retry=True)
    assert len(exchange.earlier) == 2
    assert len(server.heard) == 3


@pytest.mark.parametrize(
    "answer",
    [
        ("500 Internal Server Error", "the app's own", ()),
        ("503 Service Unavailable", '{"status": "not_ready"}', ()),
        ("404 Not Found", "Not Found\n", ("x-render-routing: no-server",)),
        ("503 Service Unavailable", "", ("x-render-routing: suspend-by-user",)),
    ],
)
def test_what_the_application_says_and_what_waiting_cannot_heal_is_requested_once(
    prober: Prober, serve: Serve, answer: tuple[str, str, tuple[str, ...]]
) -> None:
    server = serve(counting(answer))
    prober.get(server.url, retry=True)
    assert len(server.heard) == 1


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_may_write_is_never_sent_twice(prober: Prober, serve: Serve, method: str) -> None:
    server = serve(counting(None))
    exchange = prober.ask(RequestToSend(method, server.url), retry=True)
    assert exchange.no_answer is not None
    assert len(server.heard) == 1


def test_an_attempt_that_could_begin_too_late_only_is_none(
    prober: Prober, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that stands still while it waits has not found that the server accepts no connection."""
    clock = SimpleNamespace(passed=0.0)
    clock.monotonic = lambda: time.monotonic() + clock.passed
    clock.sleep = lambda _: setattr(clock, "passed", 3600.0)
    monkeypatch.setattr(retry, "time", clock)
    server = serve(counting(BAD_GATEWAY))
    exchange = prober.get(server.url, retry=True)
    assert exchange.answer is not None
    assert (exchange.answer.status, exchange.earlier, len(server.heard)) == (502, (), 1)


def test_retry_after_is_honoured(prober: Prober, serve: Serve) -> None:
    again = ("429 Too Many Requests", NGINX, ("Retry-After: 1",))
    exchange = prober.get(serve(counting(again, FINE)).url, retry=True)
    assert exchange.answer is not None
    assert exchange.started - exchange.earlier[0].started >= 1.0


def test_a_rate_limit_that_names_no_time_is_given_longer_than_a_failure() -> None:
    pauses = [
        pause_before_next([outcome], None, shared=False)
        for outcome in (Answer(429, Headers(())), NoAnswer(WireCause.REFUSED, ""))
    ]
    assert pauses == [RATE_LIMIT_BACKOFF[0], BACKOFF[0]]
    assert RATE_LIMIT_BACKOFF[0] > BACKOFF[0]


def test_a_retry_after_beyond_the_deadline_ends_the_tries(
    prober: Prober, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once: it is not even waited for."""
    monkeypatch.setattr(retry, "time", SimpleNamespace(monotonic=time.monotonic, sleep=pytest.fail))
    server = serve(counting(("503 X", NGINX, ("Retry-After: 60",))))
    exchange = prober.get(server.url, retry=True)
    assert exchange.answer is not None
    assert exchange.answer.status == 503
    assert len(server.heard) == 1


def test_a_time_out_is_not_tried_again(prober: Prober, serve: Serve) -> None:
    def handler(caller: Caller) -> None:
        while caller.hear():
            if len(caller.heard) > 1:
                caller.over.wait()
            caller.answer("fine")

    server = serve(handler)
    assert prober.get(server.url, retry=True).answer is not None
    prober.timeout = 0.3
    failed = prober.get(server.url, retry=True)
    assert failed.no_answer is not None
    assert failed.no_answer.cause is WireCause.READ_TIMEOUT
    assert len(failed.attempts) == 1


def test_a_server_that_held_its_very_first_request_may_be_waking_up(prober: Prober, serve: Serve) -> None:
    def handler(caller: Caller) -> None:
        while caller.hear():
            if len(caller.heard) == 1:
                caller.over.wait()
            caller.answer("fine")

    prober.timeout = 3.0  # both attempts have as long
    exchange = prober.get(serve(handler).url, retry=True)
    assert exchange.answer is not None
    assert [getattr(each.outcome, "cause", None) for each in exchange.earlier] == [WireCause.READ_TIMEOUT]


@pytest.fixture
def took(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What is measured of a server in turn, the last of it forever: how busy this machine is has no part in it."""
    given: list[float] = []
    phases = Recorder.phases

    def measured(recorder: Recorder, trace: Trace) -> Phases:
        wait = given.pop(0) if len(given) > 1 else given[0]
        return replace(phases(recorder, trace), wait=wait, download=0.0)

    monkeypatch.setattr(Recorder, "phases", measured)
    return given


def test_an_answer_over_its_budget_is_measured_again_and_the_best_counts(
    prober: Prober, serve: Serve, took: list[float]
) -> None:
    server = serve(counting(FINE))
    took += [0.25, 0.15]
    exchange = prober.get(server.url, within=0.2)
    assert (exchange.warm_seconds, exchange.measured) == (0.15, (0.25, 0.15))
    assert len(server.heard) == 2


def test_an_answer_that_stays_over_its_budget_is_measured_three_times(
    prober: Prober, serve: Serve, took: list[float]
) -> None:
    server = serve(counting(FINE))
    took += [0.25, 0.3]
    exchange = prober.get(server.url, within=0.2)
    assert (exchange.warm_seconds, exchange.measured) == (0.25, (0.25, 0.3, 0.3))
    assert len(server.heard) == 3


def test_time_over_the_budget_is_the_servers(prober: Prober, serve: Serve) -> None:
    def late(caller: Caller) -> None:
        while caller.hear():
            caller.over.wait(0.25)
            caller.answer("fine")

    exchange = prober.get(serve(late).url, within=0.2)
    assert exchange.warm_seconds is not None
    assert exchange.warm_seconds >= 0.25


def test_an_answer_within_its_budget_is_measured_once(prober: Prober, serve: Serve) -> None:
    server = serve(counting(FINE))
    prober.get(server.url, within=30.0)
    assert len(server.heard) == 1


DECLARED = Expectation.read({"json": {"ready": True}})
READY = ("200 OK", '{"ready": true}', ())
NOT_READY = ("503 Service Unavailable", '{"ready": false}', ())


def test_a_failure_that_comes_back_is_the_outcome(prober: Prober, serve: Serve) -> None:
    """One of two instances is broken: that an attempt succeeded does not erase the failure before it."""
    exchange = prober.get(serve(counting(NOT_READY, READY, READY, NOT_READY)).url, retry=True, declared=DECLARED)
    assert exchange.answer is not None
    assert exchange.answer.status == 503
    assert [each.status for each in exchange.attempts if isinstance(each, Answer)] == [503, 200, 200, 503]


def test_a_failure_that_does_not_come_back_in_twenty_attempts_is_one_of_n(prober: Prober, serve: Serve) -> None:
    server = serve(counting(NOT_READY, READY))
    exchange = prober.get(server.url, retry=True, declared=DECLARED)
    assert exchange.answer is not None
    assert exchange.answer.status == 200
    assert len(exchange.attempts) == len(server.heard) == 22


def test_a_failure_that_is_there_at_once_again_needs_no_further_samples(prober: Prober, serve: Serve) -> None:
    server = serve(counting(NOT_READY))
    prober.get(server.url, retry=True, declared=DECLARED)
    assert len(server.heard) == 2


def test_samples_after_a_failure_have_connections_of_their_own(prober: Prober, serve: Serve) -> None:
    server = serve(counting(NOT_READY, READY))
    prober.pool.width(origin_of(server.url)).proven = True
    prober.get(server.url, retry=True, declared=DECLARED)
    assert server.accepted == 22


@pytest.mark.parametrize(("bad", "instances"), [(1, 2), (1, 4)])
def test_instances_that_are_broken_are_found_however_the_balancer_chooses(bad: int, instances: int) -> None:
    """After a first failure: 99 of 100 runs with one of two instances, 95 with one of four."""
    chooser = random.Random(1)  # noqa: S311 -- no secret hangs on it
    fine, broken = Answer(200), Answer(503)
    found = 0
    for _ in range(1000):
        outcomes: list[Answer | NoAnswer] = [broken]
        while pause_before_next(outcomes, lambda answer: answer.status == 200, shared=False) is not None:
            outcomes.append(broken if chooser.randrange(instances) < bad else fine)
        found += outcomes[-1] is broken
    assert found >= (990 if instances == 2 else 950)


def test_a_rate_limit_is_tried_once_more_and_not_sampled(prober: Prober, serve: Serve) -> None:
    limited = ("429 Too Many Requests", "{}", ("Retry-After: 0",))
    server = serve(counting(limited, READY))
    exchange = prober.get(server.url, retry=True, declared=DECLARED)
    assert exchange.answer is not None
    assert exchange.answer.status == 200
    assert len(server.heard) == 2
    server = serve(counting(limited))
    prober.get(server.url, retry=True, declared=DECLARED)
    assert len(server.heard) == 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("3", 3.0), ("²", None), ("", None), ("9" * 5000, None), ("soon", None), ("Fri, 31 Feb 2026 00:00:00 GMT", None)],
)
def test_a_time_to_wait_is_read_or_ignored(text: str, seconds: float | None) -> None:
    assert retry_after(Answer(429, Headers((("Retry-After", text),)))) == seconds


def test_a_time_to_wait_may_be_a_date() -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    found = retry_after(Answer(429, Headers((("Retry-After", later),))))
    assert found is not None
    assert 90 < found <= 101
    assert retry_after(Answer(429, Headers((("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),)))) == 0.0
