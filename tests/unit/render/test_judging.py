"""What the suite and the diagnosis make of what the platform says, beside what its edge answers."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests_support.diagnosis import BACKEND, COMMIT, an_environment, answered, everywhere, seen
from tests_support.suite import judge

from smokegate.diagnosis.verdict import Verdict
from smokegate.environment.model import Environment, Version
from smokegate.observation.evidence.version import known_version
from smokegate.observation.exchange import Headers
from smokegate.observation.render.model import ApiCause, DeployView, PlatformView, RenderDatabase, RenderService
from smokegate.observation.server.model import ServerView
from smokegate.observation.server.service import ServiceView
from smokegate.report import gate
from smokegate.report.exchanges import exchange
from smokegate.report.model import EnvironmentReport

EARLIER, OTHER = "e" * 40, "f" * 40
SECTION: dict[str, Any] = {"service": "shop", "variables": ["API_KEY"], "values": {"DEBUG": "False"}, "database": "db"}
LIVE = DeployView("dep-2", "live", COMMIT, created="2026-11-26T10:00:00Z")
BEFORE = DeployView("dep-1", "deactivated", EARLIER, created="2026-11-25T10:00:00Z")
SHOP = RenderService("shop", "srv-1", url=BACKEND, health_path="/health", deploys=(LIVE, BEFORE), instances=1)
NO_SERVER = everywhere(404, "Not Found\n", {"x-render-routing": "no-server"})
OLD = ("x-commit", EARLIER)


def environment(**sections: Any) -> Environment:
    """Return an environment on Render without what these tests are not about."""
    return an_environment(render=SECTION, sign_in=None, frontend=None, **sections)


def report(
    *changes: Any,
    service: RenderService = SHOP,
    database: RenderDatabase | None = None,
    expected: str | None = None,
    given: Environment | None = None,
    view: PlatformView | None = None,
    **fields: Any,
) -> EnvironmentReport:
    """Return the report on a healthy deployment with these changes, and with what the platform says."""
    given = given or environment()
    database = database or RenderDatabase("db", status="available")
    view = view or PlatformView(services={"backend": service}, database=database)
    observation = seen(*changes, environment=given, platform=view, expected_commit=expected, **fields)
    return judge(given, observation)


def found(decided: EnvironmentReport) -> tuple[str, str, list[str]]:
    """Return verdict, cause, and the checks that are red or warn."""
    headline = decided.diagnosis.headline
    red = [each.code for each in decided.outcomes if each.outcome in {"failed", "advisory"}]
    return decided.verdict.word, headline.code if headline else "", red


def ended(status: str, **more: Any) -> RenderService:
    """Return the service with a newest deploy, of another commit, that ended so; the one before stays live."""
    newest = DeployView("dep-3", status, OTHER, created="2026-11-26T11:00:00Z", **more)
    return replace(SHOP, deploys=(newest, LIVE, BEFORE))


def test_where_all_is_well_everything_passes() -> None:
    assert found(report(expected=COMMIT)) == ("PASS", "", [])


@pytest.mark.parametrize(
    ("service", "cause"),
    [
        (replace(SHOP, deploys=()), "render.never-deployed"),
        (RenderService("shop", found=False), "render.not-found"),
        (replace(SHOP, suspended=True, suspenders=("billing",)), "render.suspended"),
        (replace(SHOP, deploys=(DeployView("d", "build_failed", COMMIT),)), "render.build-failed"),
        (replace(SHOP, deploys=(DeployView("d", "update_failed", COMMIT),)), "render.start-failed"),
    ],
)
def test_the_platform_says_why_no_server_is_there(service: RenderService, cause: str) -> None:
    assert found(report(*NO_SERVER, service=service)) == ("FAIL", cause, ["routing.app-answers"])


def test_no_server_while_a_first_deploy_runs_is_not_judged() -> None:
    running = replace(SHOP, deploys=(DeployView("d", "build_in_progress", COMMIT),))
    assert found(report(*NO_SERVER, service=running))[:2] == ("UNKNOWN", "render.deploy-in-progress")


def test_no_server_where_the_platform_says_live_is_its_outage() -> None:
    assert found(report(*NO_SERVER)) == ("OUTAGE", "render.live-without-server", ["routing.app-answers"])


@pytest.mark.parametrize(("plan", "speaks_for"), [("free", True), ("standard", False), ("", None)])
def test_that_a_service_sleeps_is_held_against_its_plan(plan: str, speaks_for: bool | None) -> None:  # noqa: FBT001
    """Only a service on the free plan sleeps; without the API's word the edge's stands alone."""
    asleep = everywhere(503, "", {"x-render-routing": "hibernate-wake-error"})
    headline = report(*asleep, service=replace(SHOP, plan=plan)).diagnosis.headline
    assert headline is not None
    assert headline.code == "render.wake-failed"
    said = [any("is on the plan" in line for line in lines) for lines in (headline.evidence, headline.against)]
    assert said == [speaks_for is True, speaks_for is False]


def test_no_server_at_another_address_than_the_services_is_no_outage() -> None:
    moved = replace(SHOP, url="https://shop-x1y2.onrender.invalid")
    assert found(report(*NO_SERVER, service=moved))[:2] == ("FAIL", "render.other-address")


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("build_failed", "render.build-failed"),
        ("pre_deploy_failed", "render.pre-deploy-failed"),
        ("update_failed", "render.start-failed"),
        ("canceled", "render.deploy-canceled"),
    ],
)
def test_a_latest_deploy_that_failed_is_red_although_the_old_version_works(status: str, cause: str) -> None:
    assert found(report(service=ended(status))) == ("FAIL", cause, ["render.deployed"])


@pytest.mark.parametrize("status", ["build_in_progress", "a_status_of_next_year"])
def test_a_deploy_in_progress_is_no_failure_where_nothing_is_expected(status: str) -> None:
    decided = report(service=ended(status))
    assert found(decided) == ("PASS", "", [])
    assert any("in progress" in each for each in decided.reasons)


def test_an_expected_version_whose_deploy_runs_is_not_judged() -> None:
    assert found(report(service=ended("queued"), expected=OTHER))[:2] == ("UNKNOWN", "render.deploy-in-progress")


def test_an_expected_version_that_was_overtaken_is_not_judged() -> None:
    assert found(report(expected=EARLIER))[:2] == ("UNKNOWN", "render.deploy-superseded")


def test_an_expected_version_of_which_there_is_no_deploy_is_named() -> None:
    assert found(report(expected=OTHER)) == ("FAIL", "render.not-triggered", ["version.expected"])


def test_the_reason_stands_in_the_title_by_the_log() -> None:
    log = ("Traceback (most recent call last):", '  File "a.py", line 1, in <module>', "KeyError: 'API_KEY'")
    headline = report(service=replace(ended("update_failed"), log=log)).diagnosis.headline
    assert headline is not None
    assert headline.title == "The new version of shop does not start: the variable API_KEY is not set"
    assert "'Add Environment Variable': API_KEY" in headline.steps[0]


def test_the_edge_behind_the_platform_is_red_by_a_check_of_its_own() -> None:
    decided = _answered_by(EARLIER)
    assert found(decided) == ("OUTAGE", "render.edge-behind", ["render.edge"])


def test_a_version_that_the_platform_never_had_is_not_blamed_on_its_edge() -> None:
    assert found(_answered_by(OTHER))[:2] == ("FAIL", "undetermined")


def _answered_by(commit: str) -> EnvironmentReport:
    given = environment()
    whole = seen(environment=given)
    changes = []
    for name, each in whole.exchanges.items():
        if each.answer is not None and name.startswith("health"):
            fields = tuple((key, commit if key == "x-commit" else value) for key, value in each.answer.headers.fields)
            changes.append(replace(each, outcome=replace(each.answer, headers=Headers(fields))))
    return report(*changes, given=given, commit=commit)


@pytest.mark.parametrize(
    ("change", "cause", "red"),
    [
        ({"missing": ("API_KEY",)}, "render.variable-missing", "render.variables"),
        ({"empty": ("API_KEY",)}, "render.variable-missing", "render.variables"),
        ({"wrong": ("DEBUG",)}, "render.variable-wrong", "render.values"),
    ],
)
def test_variables_are_red_with_their_cause(change: dict[str, Any], cause: str, red: str) -> None:
    assert found(report(service=replace(SHOP, **change))) == ("FAIL", cause, [red])


def test_an_optional_variable_that_is_not_set_is_a_note_and_never_red() -> None:
    """It stands among the reasons, which the report and the terminal show as notes, beside any verdict."""
    bare = replace(SHOP, without=("SPARE_KEY",))
    note = "optional, and not set for shop on Render: SPARE_KEY"
    passes, fails = report(service=bare), report(service=replace(bare, missing=("API_KEY",)))
    assert (found(passes)[0], passes.reasons[-1]) == ("PASS", note)
    assert (found(fails)[0], fails.reasons[-1]) == ("FAIL", note)
    assert note in gate.notes({"verdict": "PASS", "cause": None, "reasons": list(passes.reasons)})


def test_another_health_path_is_a_warning() -> None:
    assert found(report(service=replace(SHOP, health_path=""))) == (
        "WARN",
        "render.health-path",
        ["render.health-path"],
    )


@pytest.mark.parametrize(
    "database",
    [
        RenderDatabase("db", status="unavailable"),
        RenderDatabase("db", status="available", suspended=True),
        RenderDatabase("db", found=False),
    ],
)
def test_a_database_that_is_away_is_red(database: RenderDatabase) -> None:
    assert found(report(database=database)) == ("FAIL", "render.database-away", ["render.database"])


def test_a_database_in_a_state_of_next_year_is_no_failure() -> None:
    assert found(report(database=RenderDatabase("db", status="defragmenting"))) == ("PASS", "", [])


@pytest.mark.parametrize(
    ("cause", "code"),
    [
        (ApiCause.NO_KEY, "render.key-missing"),
        (ApiCause.REFUSED, "render.key-refused"),
        (ApiCause.FORBIDDEN, "render.key-refused"),
        (ApiCause.LIMITED, "render.api-away"),
        (ApiCause.DOWN, "render.api-away"),
    ],
)
def test_a_platform_that_cannot_be_asked_is_unknown_and_never_red(cause: ApiCause, code: str) -> None:
    assert found(report(view=PlatformView(cause, "it could not be asked"))) == ("UNKNOWN", code, [])


def test_what_is_broken_is_red_although_the_platform_cannot_be_asked() -> None:
    unasked = PlatformView(ApiCause.NO_KEY, "it could not be asked")
    assert found(report(*NO_SERVER, view=unasked))[:2] == ("FAIL", "render.no-server")


def test_the_platforms_word_is_the_version_where_the_file_says_so() -> None:
    given = environment(version={"from": "platform"})
    assert found(report(given=given, expected=COMMIT)) == ("PASS", "", [])
    assert found(report(given=given, expected=OTHER, service=ended("build_failed")))[:2] == (
        "FAIL",
        "render.build-failed",
    )


def test_without_a_way_to_read_the_version_an_expected_one_is_unknown() -> None:
    given = an_environment(version=None, sign_in=None, frontend=None)
    decided = judge(given, seen(environment=given, expected_commit=COMMIT))
    assert decided.verdict is Verdict.UNKNOWN
    assert any("no way to read the version" in each for each in decided.reasons)


def test_an_exchange_is_stamped_with_the_version_that_answered_it() -> None:
    """A header may stand on every answer; a key of the body is looked for only where the file says."""
    health = answered("health", 200, {"commit": COMMIT}, {"x-commit": EARLIER})
    other = answered("endpoint /api/quotes", 200, {"commit": COMMIT}, {"x-commit": EARLIER})
    by_header, by_field = Version(path="/health", header="x-commit"), Version(path="/health", field="commit")

    assert [exchange(each, by_header)["version"] for each in (health, other)] == [EARLIER, EARLIER]
    assert [exchange(each, by_field)["version"] for each in (health, other)] == [COMMIT, None]


SERVER = {"local": True}
COMPOSE = {"directory": "/srv/shop", "backend": "backend", "port": 8000}


def test_the_label_of_the_backends_container_is_the_version_where_the_file_says_so() -> None:
    given = an_environment(version={"from": "label"}, server=SERVER, compose=COMPOSE, sign_in=None, frontend=None)
    server = ServerView("local", services=(ServiceView("backend", revision=COMMIT),))
    commit = known_version(given, None, None, server)
    decided = judge(given, seen(environment=given, server=server, commit=commit))

    assert commit == COMMIT
    assert [each.outcome for each in decided.outcomes if each.code == "version.known"] == ["passed"]
