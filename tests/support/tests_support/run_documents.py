"""Runs by hand, as the JSON that every report is rendered from: judged by the suite, without a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from smokegate.diagnosis.verdict import exit_code
from smokegate.observation.exchange import Certificate, Exchange, NotSent, Phases
from smokegate.observation.model import ControlProbe, Observation
from smokegate.observation.transport.causes import WireCause
from smokegate.report.json import document
from smokegate.report.model import EnvironmentReport, RunReport
from tests_support.diagnosis import (
    STARTED,
    an_environment,
    answered,
    everywhere,
    not_asked,
    seen,
    silent_everywhere,
)
from tests_support.suite import judge

CERTIFICATE = Certificate("example.com", "Trust R1", ("example.com", "*.example.com"), STARTED + timedelta(days=36500))
NO_SERVER = {"x-render-routing": "no-server"}
DATABASE = (
    '{"status": "unhealthy", "database": "disconnected", "error": "(psycopg2.OperationalError) connection to server at '
    '\\"10.203.4.17\\", port 5432 failed: Connection refused"}'
)
LEFT_OUT = ("account", "account without token", "login", "account again", "wrong password", "register", "health 2")
"""What a run does not send where nothing is behind the hostname."""
CHANGES: dict[str, tuple[Exchange, ...]] = {
    "PASS": (),
    "WARN": (answered("endpoint /api/extra", 500, "Internal Server Error"),),
    "no-server": (*everywhere(404, "Not Found\n", NO_SERVER), *(not_asked(name, "health") for name in LEFT_OUT)),
    "unhealthy": (answered("health", 200, {"status": "unhealthy", "service": "Trading API"}),),
    "database": (
        answered("endpoint /api/ready", 500, DATABASE, {"content-type": "application/json"}),
        answered("register", 500, DATABASE, {"content-type": "application/json"}),
        *(not_asked(name, "register") for name in LEFT_OUT if name not in {"register", "health 2"}),
    ),
    "refused": silent_everywhere(WireCause.REFUSED),
    "OUTAGE": everywhere(429, "Too Many Requests", {"x-render-routing": "hibernate-rate-limited"}),
    "UNKNOWN": silent_everywhere(WireCause.NAME_SERVER),
}
"""What is different from a healthy deployment, by the run's name."""


def environment_report(kind: str, name: str = "staging", **sections: Any) -> EnvironmentReport:
    """Return one judged environment of a run by hand."""
    environment = an_environment(name=name, **sections)
    changes = CHANGES[kind]
    observation = seen(*changes, environment=environment)
    exchanges = {name: _certified(each) for name, each in observation.exchanges.items()}
    observation = replace(observation, exchanges=exchanges)
    if kind == "UNKNOWN":
        observation = replace(observation, control=(ControlProbe("control.invalid:443", reached=False),))
    return judge(environment, timed(observation))


def _certified(each: Exchange) -> Exchange:
    if each.answer is None:
        return each
    return replace(each, outcome=replace(each.answer, address="192.0.2.7:443", certificate=CERTIFICATE))


def timed(observation: Observation) -> Observation:
    """Return an observation whose exchanges took the time that each of their places gives them."""
    exchanges = {name: _timed(index, each) for index, (name, each) in enumerate(observation.exchanges.items())}
    sent = [each for each in exchanges.values() if not isinstance(each.outcome, NotSent)]
    last = max((each.started + each.seconds for each in sent), default=0.0)
    return replace(observation, exchanges=exchanges, seconds=last)


def _timed(index: int, each: Exchange) -> Exchange:
    if isinstance(each.outcome, NotSent):
        return each
    wait, started = 0.020 + 0.013 * (index % 7), 0.011 * index
    phases = Phases(0.002, 0.004, 0.009, wait, 0.003)
    return replace(each, started=started, seconds=0.018 + wait, phases=phases, warm_seconds=wait + 0.003)


def run_document(*reports: EnvironmentReport, seconds: float = 0.4, minutes: int = 0) -> dict[str, Any]:
    """Return a run over judged environments as JSON, started some minutes after noon."""
    code = exit_code([each.verdict for each in reports], partial=any(each.partial for each in reports))
    return document(RunReport(STARTED + timedelta(minutes=minutes), seconds, code, reports))


def run_of(kind: str, name: str = "staging", **more: Any) -> dict[str, Any]:
    """Return a run over one environment as JSON."""
    return run_document(environment_report(kind, name), **more)


def run_of_many(number: int, *, broken: Mapping[int, str]) -> dict[str, Any]:
    """Return a run over many environments, each PASS but for those whose kinds are given by their place."""
    return run_document(*_many(number, broken))


def _many(number: int, broken: Mapping[int, str]) -> Iterator[EnvironmentReport]:
    for index in range(number):
        yield environment_report(broken.get(index, "PASS"), f"shop-{index:03}")
