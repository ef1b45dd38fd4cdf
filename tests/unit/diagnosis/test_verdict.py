"""Verdicts and exit codes: never green without a look, and red only for the deployment's own faults."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests_support.diagnosis import an_environment, answered, everywhere, seen, silent_everywhere

from smokegate.diagnosis.engine import diagnose
from smokegate.diagnosis.model import Confidence, Diagnosis, Finding, Owner
from smokegate.diagnosis.outcome import NEVER_RAN, TestOutcome
from smokegate.diagnosis.verdict import Verdict, decide, decision, exit_code, reasons
from smokegate.environment.coverage import not_covered
from smokegate.observation.model import ControlProbe, Observation
from smokegate.observation.transport.causes import WireCause

PASSED = TestOutcome("tests/smoke/test_health.py::test_health_is_ok[staging]", "passed")
FAILED = TestOutcome("tests/smoke/test_health.py::test_health_is_ok[staging]", "failed", why="it is 500")
BLOCKED = TestOutcome("tests/smoke/test_sign_in.py::test_login[staging]", "blocked", why="blocked by health")
NO_DATABASE: dict[str, Any] = {
    "sign_in": None,
    "backend": {"url": "https://backend.example.com", "health": {"samples": 1}},
}


def verdict(*outcomes: TestOutcome, observation: Observation | None = None, environment: Any = None) -> Verdict:
    """The verdict on outcomes; on a healthy observation unless one is given."""
    environment = environment or an_environment()
    observation = observation or seen(environment=environment)
    return decide(outcomes, diagnose(environment, observation), observation, environment)


def test_everything_passed_is_pass() -> None:
    """All promises checked and kept, one of them touching the database: PASS."""
    assert verdict(PASSED) is Verdict.PASS


def test_nothing_checked_is_unknown() -> None:
    """Without a single test nothing is known."""
    assert verdict() is Verdict.UNKNOWN


LIMITED = TestOutcome("t", "failed", why="it is 429", failed_on="endpoint /api/quotes")
TRAEFIK = ("Too Many Requests", {"x-retry-in": "1s"})
NGINX = ("<center><h1>503</h1></center><hr><center>nginx</center>", {"content-type": "text/html"})


@pytest.mark.parametrize(
    ("status", "said", "code"),
    [
        (429, ({"error": "slow down"}, {"retry-after": "9"}), "app.rate-limited"),
        (429, ("local_rate_limited", {"server": "envoy"}), "edge.rate-limited"),
        (429, TRAEFIK, "edge.rate-limited"),
        (429, NGINX, "nginx.rate-limited"),
    ],
)
def test_a_limit_that_lets_other_requests_through_is_unknown(status: int, said: Any, code: str) -> None:
    """It is this run's rate that is limited: nothing was learned of the application, and it is up."""
    limited = seen(answered("endpoint /api/quotes", status, *said))
    assert verdict(PASSED, LIMITED, observation=limited) is Verdict.UNKNOWN
    headline = diagnose(an_environment(), limited).headline
    assert headline is not None
    assert headline.code == code


def test_a_limit_that_lets_nothing_through_is_unknown() -> None:
    """It keeps this run out; whether users meet it too is not seen from here."""
    limited = seen(*everywhere(429, {"error": "slow down"}))
    assert verdict(FAILED, observation=limited) is Verdict.UNKNOWN
    headline = diagnose(an_environment(), limited).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("app.rate-limited", Confidence.LIKELY)


def test_the_503_of_a_limit_is_distinguished_from_a_backend_that_is_away() -> None:
    """Nginx gives its 503 for both: it is a limit where the application answered the same address before."""
    failed = TestOutcome("t", "failed", why="it is 503", failed_on="health 2")
    refused = replace(answered("health 2", 503, *NGINX), started=1.0)
    limited = seen(refused)
    found = diagnose(an_environment(), limited).headline
    assert found is not None
    assert (found.code, verdict(failed, observation=limited)) == ("nginx.rate-limited", Verdict.UNKNOWN)
    more = seen(refused, answered("endpoint /api/quotes", 503, *NGINX))  # requested once, and refused
    assert verdict(failed, LIMITED, observation=more) is Verdict.UNKNOWN
    away = seen(*everywhere(503, *NGINX))
    found = diagnose(an_environment(), away).headline
    assert found is not None
    assert (found.code, verdict(FAILED, observation=away)) == ("nginx.unavailable", Verdict.FAIL)


def test_failed_test_is_fail() -> None:
    """A gating promise that does not hold: FAIL."""
    broken = seen(answered("endpoint /api/quotes", 500, "oops"))
    assert verdict(PASSED, FAILED, observation=broken) is Verdict.FAIL


def test_test_that_broke_is_fail() -> None:
    """A test that ended in an error of its own is never green."""
    assert verdict(PASSED, TestOutcome("t", "error")) is Verdict.FAIL


def test_failure_without_a_cause_is_fail() -> None:
    """A failed test of a user's own, of which the diagnosis knows nothing: FAIL."""
    assert verdict(PASSED, FAILED) is Verdict.FAIL


def test_wrong_test_data_excuses_only_what_read_it() -> None:
    """A refused test account excuses a check that used it, and neither another exchange nor a check that read none."""
    environment, observation = an_environment(), seen()
    cause = Finding("sign-in.login-refused", "", Owner.TEST_DATA, Confidence.LIKELY, (), exchanges=("login",))
    found = Diagnosis("staging", cause)

    def with_own(**own: Any) -> Verdict:
        failed = TestOutcome("own", "failed", **own)
        return decide([TestOutcome("login", "failed", failed_on="login"), failed], found, observation, environment)

    assert with_own(failed_on="login") is Verdict.UNKNOWN
    assert with_own(exchanges=("login",)) is Verdict.UNKNOWN
    assert with_own(failed_on="endpoint /api/quotes") is Verdict.FAIL
    assert with_own() is Verdict.FAIL


def test_failure_by_the_platform_is_outage() -> None:
    """Where the evidence says the platform, the app is not to be rolled back."""
    throttled = seen(*everywhere(429, "Too Many Requests", {"x-render-routing": "hibernate-rate-limited"}))
    assert verdict(FAILED, BLOCKED, observation=throttled) is Verdict.OUTAGE


def test_failure_by_the_runner_is_unknown() -> None:
    """A runner without network knows nothing of the deployment."""
    control = (ControlProbe("1.1.1.1:443", reached=False), ControlProbe("api.github.com:443", reached=False))
    offline = seen(*silent_everywhere(WireCause.NAME_SERVER), control=control)
    assert verdict(FAILED, BLOCKED, observation=offline) is Verdict.UNKNOWN


def test_throttled_sign_in_is_unknown() -> None:
    """A suite that is throttled could not look."""
    throttled = seen(answered("login", 429, {"detail": "Too many"}))
    assert verdict(PASSED, replace(FAILED, failed_on="login"), observation=throttled) is Verdict.UNKNOWN


def test_skipped_test_is_unknown() -> None:
    """A promise that was not checked is not a promise kept."""
    assert verdict(PASSED, TestOutcome("t", "skipped", why="no credentials")) is Verdict.UNKNOWN


def test_test_that_did_not_run_is_unknown() -> None:
    """A run that ended early leaves promises unchecked."""
    assert verdict(PASSED, TestOutcome("t", "not run")) is Verdict.UNKNOWN


def test_failure_weighs_more_than_what_was_not_checked() -> None:
    """A run that was cut short after a failure is FAIL."""
    assert verdict(FAILED, TestOutcome("t", "not run"), observation=seen(complete=False)) is Verdict.FAIL


def test_run_cut_short_is_unknown() -> None:
    """A run that was cut short without a failure does not know the rest."""
    assert verdict(PASSED, observation=seen(complete=False)) is Verdict.UNKNOWN


def test_blocked_without_cause_is_unknown() -> None:
    """Promises that could not be judged, without anything red: UNKNOWN."""
    assert verdict(PASSED, BLOCKED) is Verdict.UNKNOWN


def test_blocked_advice_is_not_missed() -> None:
    """An advisory check that is blocked, such as the budget of an advisory endpoint that is broken, is a warning."""
    broken = seen(answered("endpoint /api/extra", 404, {"detail": "Not Found"}))
    advice = TestOutcome("tests/smoke/test_endpoints.py::test_endpoint[/api/extra]", "advisory", advisory=True)
    budget = TestOutcome("tests/smoke/test_endpoints.py::test_budget[/api/extra]", "blocked", advisory=True)
    assert verdict(PASSED, advice, budget, observation=broken) is Verdict.WARN


def test_selection_that_is_all_blocked_fails_by_its_cause() -> None:
    """Where only blocked tests were selected, the cause that was found decides."""
    assert verdict(BLOCKED, observation=seen(*everywhere(404, "", {"x-render-routing": "no-server"}))) is Verdict.FAIL


def test_broken_advisory_promise_is_warn() -> None:
    """An advisory promise that does not hold warns."""
    assert verdict(PASSED, TestOutcome("t", "advisory", advisory=True, why="slow")) is Verdict.WARN


def test_answer_on_the_second_try_is_warn(woken: Any) -> None:
    """What held only when it was tried again is reported."""
    assert verdict(PASSED, observation=seen(woken)) is Verdict.WARN


def test_suite_that_touches_no_database_does_not_cover_it() -> None:
    """A suite that would stay green with a stopped database says so, and is not a warning."""
    environment = an_environment(**NO_DATABASE)
    assert verdict(PASSED, environment=environment) is Verdict.PASS
    assert "database" in not_covered(environment)


def test_deployment_without_a_database_needs_no_check_that_touches_one() -> None:
    """`database = "none"` says that there is nothing to cover."""
    backend = {**NO_DATABASE["backend"], "database": "none"}
    assert "database" not in not_covered(an_environment(**{**NO_DATABASE, "backend": backend}))


def test_gating_endpoint_that_touches_the_database_is_enough() -> None:
    """One gating promise that touches the database makes the suite whole."""
    environment = an_environment(sign_in=None)
    assert verdict(PASSED, environment=environment) is Verdict.PASS


def test_cause_that_no_test_shows_is_warn() -> None:
    """A finding about something that no selected test reads is never silently green."""
    assert verdict(PASSED, observation=seen(answered("wrong password", 200, {"id": 7}))) is Verdict.WARN


@pytest.mark.parametrize(
    ("verdicts", "strict", "code"),
    [
        ([Verdict.PASS], False, 0),
        ([Verdict.PASS, Verdict.WARN], False, 0),
        ([Verdict.PASS, Verdict.WARN], True, 1),
        ([Verdict.UNKNOWN, Verdict.WARN], True, 6),
        ([Verdict.UNKNOWN, Verdict.OUTAGE], False, 7),
        ([Verdict.UNKNOWN, Verdict.OUTAGE, Verdict.FAIL], False, 1),
        ([], False, 6),
    ],
)
def test_exit_code_is_that_of_the_worst(verdicts: list[Verdict], *, strict: bool, code: int) -> None:
    """FAIL is worse than OUTAGE, than UNKNOWN, than WARN, than PASS; no verdict at all is UNKNOWN."""
    assert exit_code(verdicts, strict=strict) == code


def test_reason_of_a_pass_is_one_sentence() -> None:
    """A PASS says what it rests on."""
    observation = seen()
    found = reasons([PASSED], diagnose(an_environment(), observation), observation, an_environment())
    assert found == ("every declared check ran and passed",)


def test_an_outage_warns_of_rolling_back() -> None:
    """Its reason says that it is the platform's, and what to do that a rollback does not help."""
    observation = seen(*everywhere(429, "", {"x-render-routing": "hibernate-rate-limited"}))
    diagnosis = diagnose(an_environment(), observation)
    found = reasons([FAILED], diagnosis, observation, an_environment())
    assert "the evidence says the platform, not the app" in found
    assert decision(Verdict.OUTAGE, diagnosis) == "hold, do not roll back"


@pytest.mark.parametrize(
    ("owner", "what"),
    [
        (Owner.RUNNER, "fix the runner"),
        (Owner.NETWORK, "follow the steps"),
        (Owner.TEST_DATA, "follow the steps"),
        (Owner.DEPLOY, "wait for the deploy"),
    ],
)
def test_what_to_do_where_nothing_was_learned_is_its_causes(owner: Owner, what: str) -> None:
    """A deploy that has not ended is waited for; only a broken runner is to be fixed."""
    found = Diagnosis("staging", Finding("x.y", "", owner, Confidence.CERTAIN, ()))
    assert decision(Verdict.UNKNOWN, found) == f"nothing was learned: {what}, run again"


def test_a_version_that_is_not_live_is_no_matter_of_configuration() -> None:
    """Its owner is the configuration, and the steps begin with the deploy."""
    found = [Finding(code, "", Owner.CONFIGURATION, Confidence.CERTAIN, ()) for code in ("app.wrong-version", "x.y")]
    version, other = (decision(Verdict.FAIL, Diagnosis("staging", each)) for each in found)
    assert version == "the expected version is not seen to be live: follow the steps"
    assert other == "fix the configuration, a rollback may not help"


def test_only_a_runner_that_is_surely_at_fault_is_to_be_fixed() -> None:
    """What is likely the runner's may as well be a rule against it at the deployment."""
    found = Diagnosis("staging", Finding("x.y", "", Owner.RUNNER, Confidence.LIKELY, ()))
    assert decision(Verdict.UNKNOWN, found) == "nothing was learned: follow the steps, run again"


def test_what_to_do_where_no_cause_is_named_does_not_blame_the_runner() -> None:
    """Where only a variable is not set, most was learned: the reason says what to set."""
    found = decision(Verdict.UNKNOWN, Diagnosis("staging"))
    assert "runner" not in found
    assert "nothing was learned" not in found


def test_a_run_cut_short_says_in_one_line_what_was_not_checked() -> None:
    """How many checks, and which: by their code, or without the path of their file."""
    observation = seen(complete=False)
    never = [TestOutcome(f"tests/x.py::test_{each}[a]", "not run", why=NEVER_RAN) for each in "abcd"]
    found = reasons([PASSED, *never], diagnose(an_environment(), observation), observation, an_environment())
    assert found == ("the run was cut short, 4 not checked: test_a[a], test_b[a], test_c[a] and 1 more",)
