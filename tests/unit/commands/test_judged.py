"""The verdict without tests is the verdict of the tests: the same parts, the same rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests_support.servers import away, look_at, server_environment, service, view

from smokegate.commands.common import judge
from smokegate.diagnosis.testing import (
    an_environment,
    answered,
    everywhere,
    healthy,
    not_asked,
    seen,
    silent_everywhere,
)
from smokegate.diagnosis.verdict import Verdict
from smokegate.environment.model import Environment
from smokegate.observation.model import ApiAddress, ControlProbe, Exchange
from smokegate.observation.server import CommandCause, CommandFailure, OriginAnswer, ServerView
from smokegate.observation.transport.causes import WireCause
from smokegate.report.model import EnvironmentReport


def judged(*changes: Exchange, environment: Environment | None = None, **fields: Any) -> EnvironmentReport:
    """Judge a healthy deployment with these changes."""
    environment = environment or an_environment()
    return judge(environment, seen(*changes, environment=environment, **fields))


def outcomes(report: EnvironmentReport, *words: str) -> list[str]:
    """Return the ids of the outcomes with one of these words."""
    return [each.id for each in report.outcomes if each.outcome in words]


def test_all_well_is_pass() -> None:
    """Every promise was checked and holds."""
    report = judged()
    assert report.verdict is Verdict.PASS
    assert outcomes(report, "failed", "blocked", "advisory", "skipped") == []


def test_every_exchange_is_a_promise() -> None:
    """None is left out of the count."""
    exchanges = {each.name for each in healthy().exchanges.values()}
    assert {each.exchanges[0] for each in judged().outcomes if each.id.startswith("exchange ")} == exchanges


def test_a_host_without_a_server_is_one_red() -> None:
    """One symptom, and what follows from it is blocked."""
    report = judged(*everywhere(404, "Not Found", {"x-render-routing": "no-server"}))
    assert report.verdict is Verdict.FAIL
    assert outcomes(report, "failed") == ["exchange health"]
    assert report.count("blocked") > 5


def test_silence_is_one_red() -> None:
    """A refused connection is told once."""
    report = judged(*silent_everywhere(WireCause.REFUSED))
    assert (report.verdict, outcomes(report, "failed")) == (Verdict.FAIL, ["exchange health"])


def test_a_runner_without_network_is_unknown() -> None:
    """Nothing was learned of the deployment."""
    control = tuple(ControlProbe(f"192.0.2.{n}:443", False, WireCause.CONNECT_TIMEOUT) for n in (1, 2))  # noqa: FBT003
    report = judged(*silent_everywhere(WireCause.CONNECT_TIMEOUT), control=control)
    assert report.verdict is Verdict.UNKNOWN


def test_an_advisory_promise_is_a_warning() -> None:
    """The gate stays open."""
    report = judged(answered("endpoint /api/extra", 500, "boom"))
    assert (report.verdict, outcomes(report, "advisory")) == (Verdict.WARN, ["exchange endpoint /api/extra"])


def test_over_the_budget_is_a_warning() -> None:
    """Slow is not broken."""
    body = {"status": "healthy", "service": "Trading API"}
    report = judged(answered("health", 200, body, {"x-commit": "0123456789"}, warm_seconds=1.5))
    assert (report.verdict, outcomes(report, "advisory")) == (Verdict.WARN, ["budget health"])


def test_how_long_a_broken_answer_took_is_no_matter() -> None:
    """A 502 that was tried again for seconds is not slow: it is broken."""
    report = judged(answered("health", 500, "boom", warm_seconds=9.0))
    assert "budget health" not in [each.id for each in report.outcomes]


def test_a_cause_without_an_exchange_is_red() -> None:
    """The page is served, the API answers, and the page calls another host: that gates."""
    address = ApiAddress("/assets/index.js", "http://localhost:8000/api", "http://localhost:8000/api")
    report = judged(api_addresses=(address,))
    assert (report.verdict, outcomes(report, "failed")) == (Verdict.FAIL, ["frontend.calls-localhost"])


def test_a_look_that_was_cut_short_is_unknown() -> None:
    """What was not seen is not green."""
    assert judged(complete=False).verdict is Verdict.UNKNOWN


def test_a_missing_standing_account_is_unknown() -> None:
    """The reason names the variables."""
    environment = an_environment().model_copy(update={"missing": ("SMOKE_X_EMAIL",)})
    report = judged(environment=environment)
    assert report.verdict is Verdict.UNKNOWN
    assert any("SMOKE_X_EMAIL" in reason for reason in report.reasons)


def test_what_was_not_asked_is_blocked_by_what_it_depends_on() -> None:
    """It neither passes nor fails."""
    report = judged(answered("register", 500, "boom"), not_asked("account", "register"))
    assert "exchange account" in outcomes(report, "blocked")


def test_a_stopped_service_is_red_though_the_edge_is_green() -> None:
    """Nobody has noticed yet that the worker is down."""
    report = look_at(view(service("worker", "exited"))).report
    assert (report.verdict, outcomes(report, "failed")) == (Verdict.FAIL, ["service worker"])


def test_what_the_stopped_backend_explains_is_blocked() -> None:
    """Its port and its paths are no failures of their own."""
    environment = server_environment()
    look = look_at(view(service("backend", "exited")), *away(environment), environment=environment)
    assert outcomes(look.report, "failed") == ["exchange health", "service backend"]
    assert {"port", "origin /health"} <= {*outcomes(look.report, "blocked")}


@pytest.mark.parametrize(
    ("change", "red"),
    [
        ({"listeners": ()}, "port"),
        ({"origin": (OriginAnswer("/health", 500),)}, "origin /health"),
        ({"origin": (OriginAnswer("/health", 200, headers=(("x-commit", "another"),)),)}, "edge and origin"),
    ],
)
def test_each_promise_of_the_server_can_fail(change: dict[str, Any], red: str) -> None:
    """For its own reason."""
    report = look_at(view(**change)).report
    assert report.verdict is Verdict.FAIL
    assert red in outcomes(report, "failed")


def test_a_database_that_refuses_is_red() -> None:
    """Also where its container runs."""
    ready = view().database
    assert ready is not None
    rejecting = replace(ready, ready=False, detail="rejecting connections")
    assert "database" in outcomes(look_at(view(database=rejecting)).report, "failed")


def test_a_server_that_can_not_be_looked_at_is_not_green() -> None:
    """The look is a promise, too."""
    failure = CommandFailure(CommandCause.SSH_REFUSED, "ssh", "Connection refused")
    report = look_at(ServerView("ubuntu@host", failure=failure)).report
    assert report.verdict not in {Verdict.PASS, Verdict.WARN}
    assert outcomes(report, "failed") == ["server"]


def test_a_weak_restart_policy_is_a_warning() -> None:
    """It works today, and does not come back after a reboot."""
    report = look_at(view(service("worker", restart_policy="no"))).report
    assert report.verdict is Verdict.WARN
    assert "restart policy worker" in outcomes(report, "advisory")
