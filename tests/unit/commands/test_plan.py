"""From a cause to exact commands."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tests_support.diagnosis import an_environment
from tests_support.servers import OLD, away, gone, look_at, looping, server_environment, service, view

from smokegate.commands.common import CheckResult
from smokegate.commands.fix.plan import Action, Plan, plan
from smokegate.commands.fix.remedies import Kind, Refusal, Remedy, Target, remedies
from smokegate.diagnosis.model import Confidence, Diagnosis, Finding, Owner
from smokegate.observation.server import CommandCause, CommandFailure, ServerView, ServiceView

#: Options and commands that would remove data, or answer compose's question whether a volume may go.
FORBIDDEN = {
    "down",
    "rm",
    "-v",
    "-V",
    "--volumes",
    "--renew-anon-volumes",
    "--remove-orphans",
    "-y",
    "--yes",
    "kill",
}


EVERYONE = ("backend", "db", "nginx", "worker")


def with_cause(look: CheckResult, code: str, **fields: object) -> CheckResult:
    """Return the look with another headline."""
    values = {"owner": Owner.APP, "confidence": Confidence.CERTAIN, "evidence": (), **fields}
    finding = Finding(code, "A cause by hand", **values)  # type: ignore[arg-type]
    return replace(look, report=replace(look.report, diagnosis=Diagnosis("staging", finding)))


def planned(look: CheckResult, *tried: Action) -> list[tuple[str, ...]]:
    """Return the commands of the plan."""
    found = plan(look.report, tried)
    assert isinstance(found, Plan), found
    return [command for action in found.actions for command in action.commands]


def refused(look: CheckResult) -> str:
    """Return why there is no plan."""
    found = plan(look.report)
    assert isinstance(found, Refusal), found
    return found.reason


def at_edge(*services: ServiceView) -> CheckResult:
    """A server that stands like this, with nginx's message at the edge."""
    environment = server_environment()
    return look_at(view(*services), *away(environment), environment=environment)


def test_a_stopped_backend_is_started_then_rebuilt_then_all_is_restarted(broken: CheckResult) -> None:
    """The commands are in the order of their weight."""
    assert planned(broken) == [
        ("start", "--", "backend"),
        ("up", "-d", "--build", "--", "backend"),
        ("up", "-d", "--", *EVERYONE),
        ("restart", "--", *EVERYONE),
    ]


def test_a_backend_that_runs_is_restarted() -> None:
    """A crash loop is not started but restarted."""
    assert planned(at_edge(looping("backend", "boom")))[0] == ("restart", "--", "backend")


def test_a_paused_backend_is_restarted() -> None:
    """`start` refuses a paused container; `restart` does not."""
    assert planned(at_edge(service("backend", "paused")))[0] == ("restart", "--", "backend")


def test_a_missing_container_is_made_and_no_other_is_touched() -> None:
    """What runs is not recreated on that occasion."""
    assert planned(at_edge(gone("backend")))[0] == ("up", "-d", "--no-recreate", "--", "backend")


def test_a_stopped_database_is_started_and_never_rebuilt() -> None:
    """There is nothing to build in a database."""
    assert planned(at_edge(service("db", "exited"))) == [
        ("start", "--", "db"),
        ("up", "-d", "--", *EVERYONE),
        ("restart", "--", *EVERYONE),
    ]


def test_everything_that_is_stopped_is_started_at_once() -> None:
    """One action for one cause, not one for each container."""
    look = at_edge(service("backend", "exited"), service("worker", "exited"))
    assert planned(look)[0] == ("start", "--", "backend", "worker")


def test_a_stopped_worker_is_started() -> None:
    """The worker is meant, not the backend; users meet its absence as data that grow old."""
    look = look_at(view(service("worker", "exited", exit_code=1)), OLD)
    assert planned(look)[0] == ("start", "--", "worker")


def test_nothing_is_repaired_while_users_notice_nothing() -> None:
    """A worker that is down, and every answer as promised: a person decides."""
    assert "all checks that matter to users pass" in refused(look_at(view(service("worker", "exited"))))


def test_a_finished_job_is_never_started_again() -> None:
    """A migration that has run is neither named nor started as what another service depends on."""
    job = service("migrate", "exited", restart_policy="no")
    look = with_cause(at_edge(service("backend", "exited"), job), "container.stopped")
    commands = planned(look)
    assert not [command for command in commands if "migrate" in command]
    assert all("--no-deps" in command for command in commands if command[0] == "up")


def test_a_container_of_another_name_is_not_touched() -> None:
    """Labels are the server's word: only services that the compose file has are acted on."""
    stranger = service("--scale=backend=0", expected=False, image="nginx:1.22", ports=view().services[2].ports)
    nginx = service("nginx", expected=False)
    commands = plan(with_cause(at_edge(stranger, nginx), "nginx.stale-upstream").report)
    assert isinstance(commands, Refusal)


def test_a_name_that_is_no_service_s_stops_the_repair() -> None:
    """A compose file that calls a service like an option is not acted on at all."""
    look = with_cause(at_edge(service("--scale=backend=0", "exited")), "container.stopped")
    assert "is not a valid service name" in refused(look)


def test_nginx_with_an_old_address_is_reloaded_and_restarted_only_with_a_sound_configuration() -> None:
    """A restart of an nginx whose configuration is unsound would take the whole edge down."""
    assert planned(at_edge()) == [
        ("exec", "-T", "--", "nginx", "nginx", "-s", "reload"),
        ("exec", "-T", "--", "nginx", "nginx", "-t"),
        ("restart", "--", "nginx"),
    ]


def test_nginx_on_the_host_itself_is_for_a_person() -> None:
    """This executor reaches only services of the compose project."""
    environment = server_environment()
    services = tuple(each for each in view().services if each.name != "nginx")
    look = look_at(view(services=services), *away(environment), environment=environment)
    assert "nothing needs a restart" in refused(look)


def test_what_was_tried_is_not_tried_again(broken: CheckResult) -> None:
    """An action that did not help is left out."""
    found = plan(broken.report)
    assert isinstance(found, Plan)
    assert planned(broken, found.actions[0])[0] == ("up", "-d", "--build", "--", "backend")


def test_when_all_was_tried_nothing_is_left(broken: CheckResult) -> None:
    """The plan ends; it does not begin again."""
    found = plan(broken.report)
    assert isinstance(found, Plan)
    left = plan(broken.report, found.actions)
    assert left == Refusal("every permitted action was tried, but none helped")


def test_a_guess_is_not_acted_on(broken: CheckResult) -> None:
    """A cause that is only possible is refused."""
    look = with_cause(broken, "container.stopped", confidence=Confidence.POSSIBLE)
    assert "guess" in refused(look)


@pytest.mark.parametrize("owner", [Owner.PLATFORM, Owner.RUNNER])
def test_what_is_not_of_this_server_is_left_alone(broken: CheckResult, owner: Owner) -> None:
    """An outage of the platform is not answered with restarts."""
    assert owner.value in refused(with_cause(broken, "app.unhealthy", owner=owner))


def test_without_a_server_in_the_file_there_are_no_hands(broken: CheckResult) -> None:
    """The reason names the file and the sections."""
    look = replace(broken, report=replace(broken.report, environment=an_environment()))
    assert "environments/staging.toml has no [server] and [compose] sections" in refused(look)


def test_without_a_look_from_inside_nothing_is_done(broken: CheckResult) -> None:
    """Services that could not be seen are not restarted."""
    failure = CommandFailure(CommandCause.ENGINE_NOT_RUNNING, "docker info", "Cannot connect")
    blind = replace(broken.report.observation, server=ServerView("local", failure=failure))
    look = replace(broken, report=replace(broken.report, observation=blind))
    assert "is not running" in refused(with_cause(look, "nginx.bad-gateway"))


ON_SERVERS = [
    code for code, remedy in remedies().items() if isinstance(remedy, Remedy) and remedy.target is not Target.PLATFORM
]


@pytest.mark.parametrize("code", ON_SERVERS)
def test_no_plan_removes_anything(code: str) -> None:
    """Whatever the cause: no `down`, no `rm`, no volume is touched, no question about one is answered."""
    sick = at_edge(service("backend", "exited"), gone("worker"), service("db", health="unhealthy"))
    words = {word for command in planned(with_cause(sick, code)) for word in command}
    assert not words & FORBIDDEN


@pytest.mark.parametrize("code", ON_SERVERS)
def test_every_action_has_a_limit_and_a_name(code: str) -> None:
    """Nothing can hang forever, and a person can tell what is meant."""
    found = plan(with_cause(at_edge(service("backend", "exited")), code).report)
    assert isinstance(found, Plan)
    assert all(0 < each.limit <= 900 and each.title.startswith(each.kind.value) for each in found.actions)


def test_the_database_is_in_no_build() -> None:
    """Also where it is among the services in trouble."""
    look = with_cause(at_edge(service("db", health="unhealthy"), looping("backend", "x")), "container.unhealthy")
    found = plan(look.report)
    assert isinstance(found, Plan)
    (build,) = [each for each in found.actions if each.kind is Kind.REBUILD]
    assert build.services == ("backend",)
