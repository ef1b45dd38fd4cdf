"""Each promise of a file gets at least one way to be broken, and each way really breaks it."""

from __future__ import annotations

import pytest

from smokegate.environment.model import Environment
from smokegate.observation.evidence.assertions import unmet
from smokegate.observation.exchange import Answer, Body, Headers
from smokegate.rehearsal.exchanges import ProxyRequest, Recorded, Recording, Wire
from smokegate.rehearsal.mutants import beyond, mutations
from smokegate.rehearsal.mutation import Mutation

PROMISES = (
    "backend.url",
    "backend.health.status",
    "backend.health.json.status",
    "backend.health.json.service",
    "backend.health.headers.x-mode",
    "backend.health.within",
    "backend.health.samples",
    "backend.endpoints /orders.status",
    "backend.endpoints /orders.contains",
    "backend.monitoring.path",
    "backend.monitoring.field",
    "backend.monitoring.fresh_within",
    "version",
    "frontend.url",
    "frontend.path",
    "frontend.contains",
    "frontend.calls",
    "sign_in.register",
    "sign_in.register.token",
    "sign_in.login",
    "sign_in.account",
    "sign_in.token",
    "sign_in.identity",
    "sign_in.within",
)
HEALTH = "backend GET /health"


def _answer(recorded: Recorded) -> Answer:
    is_json = recorded.json is not None
    return Answer(recorded.status, Headers(recorded.headers), Body(recorded.text, json=recorded.json, is_json=is_json))


@pytest.mark.parametrize("promise", PROMISES)
def test_promise_is_broken_at_least_once(promise: str, environment: Environment, recording: Recording) -> None:
    """What the file promises is broken by at least one mutation."""
    assert [each.name for each in mutations(environment, recording) if each.promise == promise] != []


def test_names_are_distinguished(environment: Environment, recording: Recording) -> None:
    """No two mutations of one environment have the same name."""
    names = [each.name for each in mutations(environment, recording)]

    assert len(names) == len(set(names))


def _of_health(mutation: Mutation) -> bool:
    part = mutation.promise.removeprefix("backend.health.")
    return mutation.steps == (HEALTH,) and part.startswith(("status", "json", "headers"))


def test_mutation_of_the_health_check_breaks_its_promise(environment: Environment, recording: Recording) -> None:
    """The recorded answer keeps the promise; no mutated one does."""
    good = recording.first(HEALTH)
    assert good is not None
    health = environment.backend.health
    assert unmet(health, _answer(good)) == ()
    kept = []
    for mutation in filter(_of_health, mutations(environment, recording)):
        changed = mutation.change(good, ProxyRequest("backend", "GET", "/health"))
        assert not isinstance(changed, Wire)
        if not unmet(health, _answer(changed)):
            kept.append(mutation.name)

    assert kept == []


def test_every_second_answer_is_broken() -> None:
    """A mutation of some answers leaves the first one whole, and breaks the second."""
    mutation = Mutation("", "", "", (HEALTH,), every=2)

    assert [mutation.breaks(HEALTH, "backend", number) for number in range(4)] == [False, True, False, True]


def test_other_steps_are_left_alone() -> None:
    """A mutation of one step breaks no other one."""
    assert not Mutation("", "", "", (HEALTH,)).breaks("backend GET /orders", "backend", 0)


def test_what_a_proxy_cannot_break_is_reported(environment: Environment, recording: Recording) -> None:
    """Certificates, server and containers are listed as not rehearsed."""
    told = beyond(environment, recording)

    assert [line.partition(":")[0] for line in told] == ["certificates", "server and containers"]
