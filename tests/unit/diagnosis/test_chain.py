"""One cause, one red: which symptom an exchange's failure follows from."""

from __future__ import annotations

import pytest

from smokegate.diagnosis.chain import HEALTHY, ON_THE_WAY, RIGHT_SERVICE, ROUTED, STEADY, SYMPTOMS, blocked_by
from smokegate.diagnosis.testing import (
    an_environment,
    answered,
    everywhere,
    healthy,
    not_asked,
    page,
    seen,
    silent,
    silent_everywhere,
)
from smokegate.observation.model import Exchange, Observation
from smokegate.observation.transport.causes import WireCause

ENDPOINT = "test_endpoints.py::test_endpoint_keeps_its_promise"


def blocked(name: str, *changes: Exchange) -> str | None:
    """The symptom that an exchange's failure is told by."""
    return blocked_by(seen(*changes), name, an_environment())


def test_sound_exchange_is_not_blocked() -> None:
    """Where all is well, nothing is blocked."""
    observation = healthy()
    assert {blocked_by(observation, name, an_environment()) for name in observation.exchanges} == {None}


@pytest.mark.parametrize("cause", WireCause)
def test_dead_host_has_one_symptom(cause: WireCause) -> None:
    """Of a host without answers every exchange points to the one link of the chain that broke."""
    changes = silent_everywhere(cause)
    observation = seen(*changes)
    symptoms = {blocked_by(observation, each.name, an_environment()) for each in changes}
    assert symptoms == {ON_THE_WAY[cause.stage]}


def test_host_without_server_has_one_symptom() -> None:
    """Of a host that the edge answers for, every exchange points to the routing."""
    changes = everywhere(404, "Not Found", {"x-render-routing": "no-server"})
    observation = seen(*changes)
    assert {blocked_by(observation, each.name, an_environment()) for each in changes} == {ROUTED}


def test_two_faces_of_nginx_are_one_symptom() -> None:
    """A bare 502 on health and the JSON message on an endpoint are one backend that is away."""
    bare = answered("health", 502, "<center>nginx/1.22.1</center>", {"content-type": "text/html"})
    assert (
        blocked(
            "endpoint /api/quotes",
            bare,
            answered("endpoint /api/quotes", 503, {"error": "upstream_unavailable"}),
        )
        == ROUTED
    )


def test_same_error_as_health_follows_from_health() -> None:
    """An endpoint with the 5xx of the health check has nothing of its own to say."""
    failed = (answered("health", 500, "oops"), answered("endpoint /api/quotes", 500, "oops"))
    assert blocked("endpoint /api/quotes", *failed) == HEALTHY


def test_another_error_than_healths_is_a_symptom_of_its_own() -> None:
    """An endpoint that fails in another way than the health check is told by its own test."""
    failed = (answered("health", 500, "oops"), answered("endpoint /api/quotes", 200, {"source": "cache"}))
    assert blocked("endpoint /api/quotes", *failed) == ENDPOINT


def test_broken_health_is_told_by_its_own_test() -> None:
    """Whoever reads a health check that the app itself breaks is blocked by the test of the health check."""
    assert blocked("health", answered("health", 200, {"status": "unhealthy", "service": "Trading API"})) == HEALTHY


def test_stranger_is_told_by_the_routing() -> None:
    """What another service answers to an endpoint follows from its being another service."""
    stranger = answered("health", 200, {"status": "healthy", "service": "Mailer"})
    failed = (stranger, answered("endpoint /api/quotes", 404, {"detail": "Not Found"}))
    assert (blocked("health", *failed), blocked("endpoint /api/quotes", *failed)) == (
        RIGHT_SERVICE,
        RIGHT_SERVICE,
    )


def test_step_not_asked_follows_from_the_step_before() -> None:
    """A login that was not asked, since registering failed, is told by registering."""
    failed = (
        answered("register", 403, ""),
        not_asked("login", "register"),
        not_asked("account again", "login"),
    )
    assert {blocked("login", *failed), blocked("account again", *failed)} == {SYMPTOMS["register"]}


def test_step_not_asked_follows_from_the_root() -> None:
    """A login that was not asked, since nothing is behind the hostname, is told by the routing."""
    edge = everywhere(404, "Not Found", {"x-render-routing": "no-server"})
    assert blocked("login", *edge, not_asked("login", "register")) == ROUTED


def test_second_token_refused_as_the_first_is_one_symptom() -> None:
    """An account that opens with neither token is told once."""
    refused = (answered("account", 401, ""), answered("account again", 401, ""))
    assert blocked("account again", *refused) == SYMPTOMS["register"]


def test_frontend_of_another_host_is_not_blocked_by_the_backend() -> None:
    """A page that fails on a host of its own is told by its own test."""
    dead = (*silent_everywhere(WireCause.REFUSED), silent("page", WireCause.REFUSED))
    assert blocked("page", *dead) == SYMPTOMS["page"]


def test_page_of_a_healthy_host_is_not_blocked() -> None:
    """A dead backend does not block the page of another host."""
    assert blocked("page", *silent_everywhere(WireCause.REFUSED)) is None


def test_failing_sample_is_told_by_the_steadiness() -> None:
    """A sample that fails beside a sound health check is an unsteady one."""
    assert blocked("health 2", answered("health 2", 500, "oops")) == STEADY


def test_known_status_of_monitoring_blocks_nothing() -> None:
    """A degraded summary can be read: each test on it has its own to say."""
    assert blocked("monitoring", answered("monitoring", 200, {"backend_health": "degraded", "age": 3})) is None


def test_unreadable_monitoring_is_told_once() -> None:
    """A summary without a known status is told by the test of its status."""
    assert blocked("monitoring", answered("monitoring", 500, "oops")) == SYMPTOMS["monitoring"]


def test_exchange_that_was_not_observed_is_not_blocked() -> None:
    """Nothing can be said of what was not looked at."""
    assert blocked_by(Observation("staging"), "health", an_environment()) is None


def test_page_without_its_text_is_told_by_the_page() -> None:
    """An empty page is told by the test of the page."""
    assert blocked("page", page("page", 200, "")) == SYMPTOMS["page"]
