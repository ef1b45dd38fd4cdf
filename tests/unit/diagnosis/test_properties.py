"""Whatever was seen: the diagnosis does not crash, is the same twice, and names no cause without evidence."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import Struct
from msgspec.structs import asdict
from tests_support.diagnosis import an_environment, came_to, healthy, seen
from tests_support.suite import judged

from smokegate.diagnosis.broken import broken
from smokegate.diagnosis.case import Case
from smokegate.diagnosis.engine import diagnose
from smokegate.diagnosis.model import Diagnosis
from smokegate.diagnosis.outcome import TestOutcome
from smokegate.diagnosis.verdict import Verdict, decide
from smokegate.diagnosis.wording import plain
from smokegate.environment.model import Environment
from smokegate.observation.exchange import Answer, Body, Headers, NoAnswer, NotSent
from smokegate.observation.model import Observation
from smokegate.observation.transport.causes import WireCause

ENVIRONMENT = an_environment()
NAMES = list(healthy().exchanges)
PASSED = TestOutcome("tests/smoke/test_health.py::test_health_is_ok[staging]", "passed")
QUOTED = re.compile(r"`([^`]*)`")
TEXTS = st.sampled_from(
    [
        "",
        "Not Found",
        '{"status":"ok"}',
        "<!doctype html><title>Trading</title>",
        "<center>nginx/1.22.1</center>",
        "Service waking up",
        "no such table: users",
        'connection to server at "db" failed',
        "SECRET_KEY is not set",
        "Traceback (most recent call last):",
        "`\x1b[31m\u202e::error::`",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 900) | st.sampled_from(["healthy", "error", "[redacted]", "down"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["status", "service", "backend_health", "age", "id", "access_token", "detail", "error", "db"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=6,
)
HEADERS = st.lists(
    st.sampled_from(
        [
            ("x-render-routing", "no-server"),
            ("x-render-routing", "hibernate-wake-error"),
            ("x-render-routing", "new"),
            ("content-type", "text/html"),
            ("x-commit", "b" * 40),
            ("retry-after", "9"),
            ("access-control-allow-origin", "*"),
        ]
    ),
    max_size=3,
    unique_by=lambda each: each[0],
)
BODIES = TEXTS.map(lambda text: Body(text, len(text))) | JSON.map(
    lambda value: Body(repr(value), 9, json=value, is_json=True)
)
ANSWERS = st.builds(
    Answer,
    st.sampled_from([200, 204, 301, 400, 401, 403, 404, 405, 422, 429, 500, 502, 503, 504, 520]),
    HEADERS.map(lambda fields: Headers(tuple(fields))),
    BODIES,
)
OUTCOMES = (
    ANSWERS
    | st.builds(NoAnswer, st.sampled_from(WireCause), st.sampled_from(["", "in the library's words"]))
    | st.builds(NotSent, st.sampled_from(NAMES))
)
CHANGES = st.dictionaries(st.sampled_from(NAMES), OUTCOMES, max_size=len(NAMES))


def observed(changes: dict[str, Any], kept: frozenset[str]) -> Observation:
    """An observation with these outcomes, of which only some exchanges were made."""
    whole = seen(*(came_to(name, outcome) for name, outcome in changes.items()))
    return Observation(**{**asdict(whole), "exchanges": {n: e for n, e in whole.exchanges.items() if n in kept}})


def everything_said(observation: Observation, environment: Environment) -> str:
    """All that stands in an observation and its environment, as evidence would quote it."""

    def strings(value: Any) -> list[str]:
        if isinstance(value, dict):
            return [text for pair in value.items() for each in pair for text in strings(each)]
        if isinstance(value, list | tuple | frozenset):
            return [text for each in value for text in strings(each)]
        if isinstance(value, Struct):
            return strings(asdict(value))
        if isinstance(value, Body):
            return strings(vars(value))
        return [plain(str(value)), repr(value)]

    headers = [f"{n}: {v}" for e in observation.exchanges.values() if e.answer for n, v in e.answer.headers.fields]
    said = strings(observation) + strings(environment) + headers
    return "\n".join((*said, "null", "true", "false"))


def without_evidence(diagnosis: Diagnosis, observation: Observation, environment: Environment) -> list[str]:
    """The quotes in the evidence that do not stand in what was observed."""
    said = everything_said(observation, environment)
    return [
        quoted
        for finding in diagnosis.findings
        for line in finding.evidence
        for quoted in QUOTED.findall(line)
        if plain(quoted).rstrip("…") not in said
    ]


@settings(max_examples=150, deadline=None)
@given(CHANGES, st.frozensets(st.sampled_from(NAMES)))
def test_any_observation_can_be_judged(changes: dict[str, Any], kept: frozenset[str]) -> None:
    """No observation crashes the diagnosis, and what is found rests on exchanges that were made."""
    observation = observed(changes, kept)
    for finding in diagnose(ENVIRONMENT, observation).findings:
        assert finding.evidence
        assert set(finding.exchanges) <= {e.name for e in observation.exchanges.values()} | set(observation.exchanges)


@settings(max_examples=100, deadline=None)
@given(CHANGES)
def test_evidence_stands_in_the_observation(changes: dict[str, Any]) -> None:
    """Every quote in the evidence was seen: no cause is named whose evidence is absent."""
    observation = observed(changes, frozenset(NAMES))
    assert without_evidence(diagnose(ENVIRONMENT, observation), observation, ENVIRONMENT) == []


@settings(max_examples=60, deadline=None)
@given(CHANGES)
def test_diagnosis_is_the_same_twice(changes: dict[str, Any]) -> None:
    """The same observation has the same diagnosis."""
    observation = observed(changes, frozenset(NAMES))
    assert diagnose(ENVIRONMENT, observation) == diagnose(ENVIRONMENT, observation)


@settings(max_examples=100, deadline=None)
@given(CHANGES)
def test_what_is_broken_has_a_headline(changes: dict[str, Any]) -> None:
    """Where a gating promise is broken, a gating cause is named, or said to be undetermined."""
    observation = observed(changes, frozenset(NAMES))
    headline = diagnose(ENVIRONMENT, observation).headline
    if broken(Case(ENVIRONMENT, observation)):
        assert headline is not None
        assert not headline.advisory


@pytest.mark.parametrize("chosen", range(200))
def test_pairs_of_defects_are_judged_by_their_evidence(defects: Any, chosen: int) -> None:
    """Two defects at once never crash, are never green, and what is found of them stands in what was seen."""
    first, second = Random(chosen).sample(defects, 2)  # noqa: S311 - the same pairs in every run
    changes = {each.name: each for each in (*first.changes, *second.changes)}
    fields = {**first.fields, **second.fields}
    environment = fields.get("environment", ENVIRONMENT)
    observation = seen(*changes.values(), **fields)
    diagnosis = diagnose(environment, observation)
    assert without_evidence(diagnosis, observation, environment) == []
    assert decide([PASSED], diagnosis, observation, environment) is not Verdict.PASS


@pytest.mark.parametrize("name", NAMES)
def test_every_exchange_is_missed(name: str) -> None:
    """No exchange can end without an answer and leave the diagnosis silent."""
    outcome = NoAnswer(WireCause.OTHER, "something new")
    expected = name in {"clean up", "endpoint /api/extra", "version"}  # a commit that is not known is a warning
    assert (judged(came_to(name, outcome)).headline is None) is expected
