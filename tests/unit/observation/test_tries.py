"""What is tried again, what is not, and by what time a latency budget is judged."""

from __future__ import annotations

import itertools
import threading

import pytest

from smokegate.observation.plan.step import RequestToSend
from smokegate.observation.transport.causes import WireCause

from .conftest import Caller, Handler, Prober, Serve

NGINX = "<html><head><title>502</title></head><body><hr><center>nginx/1.22.1</center></body></html>"


def counting(*turns: tuple[str, str, tuple[str, ...]] | None) -> Handler:
    """Answer each request in turn, the last turn for ever; None: close without an answer."""
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
def test_what_the_application_says_and_what_waiting_can_not_heal_is_asked_once(
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


def test_retry_after_is_honoured(prober: Prober, serve: Serve) -> None:
    again = ("429 Too Many Requests", NGINX, ("Retry-After: 1",))
    exchange = prober.get(serve(counting(again, FINE)).url, retry=True)
    assert exchange.answer is not None
    assert exchange.started - exchange.earlier[0].started >= 1.0


def test_a_retry_after_beyond_the_deadline_ends_the_tries(prober: Prober, serve: Serve) -> None:
    server = serve(counting(("503 X", NGINX, ("Retry-After: 60",))))
    exchange = prober.get(server.url, retry=True)
    assert exchange.answer is not None
    assert exchange.answer.status == 503
    assert len(server.heard) == 1


def test_a_time_out_is_not_tried_again(prober: Prober, serve: Serve) -> None:
    def handler(caller: Caller) -> None:
        caller.hear()
        caller.over.wait()

    prober.timeout = 0.2
    server = serve(handler)
    exchange = prober.get(server.url, retry=True)
    assert exchange.no_answer is not None
    assert exchange.no_answer.cause is WireCause.READ_TIMEOUT
    assert len(server.heard) == 1


def slow_at_first(slow: int) -> Handler:
    """Answer late that many times: the delay is the server's, so only the server's clock can tell."""
    left = itertools.count(slow, -1)

    def handler(caller: Caller) -> None:
        while caller.hear():
            if next(left) > 0:
                caller.over.wait(0.25)
            caller.answer("fine")

    return handler


def test_an_answer_over_its_budget_is_measured_again_and_the_best_counts(prober: Prober, serve: Serve) -> None:
    server = serve(slow_at_first(1))
    exchange = prober.get(server.url, within=0.2)
    assert exchange.warm_seconds is not None
    assert exchange.warm_seconds < 0.2 <= exchange.measured[0]
    assert len(server.heard) == 2


def test_an_answer_that_stays_over_its_budget_is_measured_three_times(prober: Prober, serve: Serve) -> None:
    server = serve(slow_at_first(10))
    exchange = prober.get(server.url, within=0.2)
    assert exchange.warm_seconds is not None
    assert exchange.warm_seconds >= 0.2
    assert len(server.heard) == len(exchange.measured) == 3


def test_an_answer_within_its_budget_is_measured_once(prober: Prober, serve: Serve) -> None:
    server = serve(counting(FINE))
    prober.get(server.url, within=5.0)
    assert len(server.heard) == 1
