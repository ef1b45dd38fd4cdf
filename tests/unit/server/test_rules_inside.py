"""Each cause inside is named from what the server's vantage saw, and only from that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from tests_support.diagnosis import an_environment, everywhere, seen, silent_everywhere
from tests_support.views import COMPOSE, failing_check, lines, looping, server, service

from smokegate.diagnosis.catalogue import all_rules
from smokegate.diagnosis.engine import diagnose
from smokegate.diagnosis.model import Confidence, Diagnosis, Owner
from smokegate.environment.model import Environment
from smokegate.observation.exchange import Exchange
from smokegate.observation.server import (
    CommandCause,
    CommandFailure,
    DatabaseReady,
    ListenerView,
    OriginAnswer,
    Sample,
    ServerView,
    ServiceView,
)
from smokegate.observation.transport.causes import WireCause

FAMILIES = ("server.", "compose.", "container.", "postgres.")
PSYCOPG2 = '(psycopg2.OperationalError) connection to server at "db" (172.18.0.3), port 5432 failed: '
GUNICORN = "[2026-11-22 02:36:12 +0000] [1] [ERROR] Reason: Worker failed to boot."
ENGINE_20 = (
    "driver failed programming external connectivity on endpoint p1-port-1 (54cc): Error starting userland"
    " proxy: listen tcp4 127.0.0.1:8002: bind: address already in use"
)
AWAY = {"error": "upstream_unavailable", "message": "Backend service temporarily unavailable."}


@dataclass(frozen=True)
class Defect:
    """What is changed on a server that is well, and what proves the cause."""

    code: str
    view: ServerView
    decisive: str
    confidence: Confidence = Confidence.CERTAIN
    advisory: bool = False

    def __str__(self) -> str:
        return self.code


def exited(name: str, code: int, **changes: Any) -> ServiceView:
    return service(name, state="exited", health="", exit_code=code, **changes)


def refused(cause: CommandCause) -> Defect:
    failure = CommandFailure(cause, "docker info", "in its own words")
    return Defect(cause.code, ServerView("deploy@server", failure=failure), "`in its own words`")


DEFECTS = (
    *(refused(cause) for cause in CommandCause),
    Defect("compose.not-created", server(service("updater", exists=False)), "updater has no container"),
    Defect("container.stopped", server(exited("backend-aws", 0), origin=()), "`state: exited, exit code: 0`"),
    Defect("container.exited", server(exited("backend-aws", 137), origin=()), "`state: exited, exit code: 137`"),
    Defect(
        "container.paused",
        server(service("backend-aws", state="paused", health="")),
        "`state: paused, exit code: 0`",
    ),
    Defect(
        "container.wrong-container",
        server(origin=(OriginAnswer("/health", 200, headers=(("X-Commit", "f" * 40),)),)),
        "`x-commit: 0123456789abcdef",
        Confidence.LIKELY,
    ),
    Defect("container.crash-loop", server(looping("backend-aws", "boom")), "exit code: 3, restarts: 3`"),
    Defect(
        "container.unhealthy",
        server(service("backend-aws", health="unhealthy", check=failing_check("404"))),
        "health: unhealthy`",
    ),
    Defect(
        "container.starting-too-long",
        server(service("db", health="starting"), database=DatabaseReady("db", ready=False, detail="no response")),
        "health: starting`",
        Confidence.LIKELY,
    ),
    Defect("container.out-of-memory", server(looping("backend-aws", oom_killed=True)), "`OOMKilled: true`"),
    Defect(
        "container.port-taken",
        server(service("backend-aws", state="created", health="", exit_code=128, error=ENGINE_20), origin=()),
        "bind: address already in use`",
    ),
    Defect(
        "container.import-error",
        server(looping("backend-aws", "ModuleNotFoundError: No module named 'reportlabz'", GUNICORN)),
        "`ModuleNotFoundError: No module named 'reportlabz'`",
    ),
    Defect(
        "container.wrong-attribute",
        server(
            looping(
                "backend-aws",
                'ERROR:    Error loading ASGI app. Attribute "application" not found in module "ok".',
            )
        ),
        'Attribute "application" not found',
    ),
    Defect(
        "container.lifespan-failure",
        server(looping("backend-aws", "ERROR:    Application startup failed. Exiting.")),
        "`ERROR: Application startup failed. Exiting.`",
        Confidence.LIKELY,
    ),
    Defect(
        "container.missing-variable",
        server(looping("backend-aws", "required environment variables are not set: DATABASE_URL", GUNICORN)),
        "not set: DATABASE_URL`",
    ),
    Defect(
        "container.disk-full",
        server(looping("backend-aws", "OSError: [Errno 28] No space left on device")),
        "[Errno 28]",
    ),
    Defect(
        "container.database-down",
        server(exited("db", 0), database=DatabaseReady("db", ready=False, detail="its container is exited")),
        "app-db-1: `state: exited",
    ),
    Defect("container.worker-down", server(exited("updater", 1)), "app-updater-1: `state: exited, exit code: 1`"),
    Defect(
        "container.restart-policy",
        server(service("updater", restart_policy="no")),
        "`restart policy: no`",
        advisory=True,
    ),
    Defect(
        "postgres.auth-failed",
        server(looping("backend-aws", f'{PSYCOPG2}FATAL:  password authentication failed for user "atp"')),
        "password authentication failed",
    ),
    Defect(
        "postgres.no-database",
        server(looping("backend-aws", f'{PSYCOPG2}FATAL:  database "nosuchdb" does not exist')),
        'database "nosuchdb" does not exist',
    ),
    Defect(
        "postgres.too-many-clients",
        server(looping("backend-aws", f"{PSYCOPG2}FATAL:  sorry, too many clients already")),
        "too many clients already",
    ),
    Defect(
        "postgres.unknown-host",
        server(
            looping(
                "backend-aws",
                'could not translate host name "db.invalid" to address: Name or service not known',
            )
        ),
        'could not translate host name "db.invalid"',
    ),
    Defect(
        "postgres.refused",
        server(looping("backend-aws", f"{PSYCOPG2}Connection refused")),
        "Connection refused",
    ),
)


@pytest.fixture(params=DEFECTS, ids=str)
def defect(request: pytest.FixtureRequest) -> Defect:
    """One defect after the other."""
    found: Defect = request.param
    return found


def environment() -> Environment:
    return an_environment(server={"ssh": "deploy@server"}, compose=COMPOSE)


def judged(view: ServerView, *changes: Exchange) -> Diagnosis:
    return diagnose(environment(), seen(*changes, environment=environment(), server=view))


def test_the_cause_is_the_headline(defect: Defect) -> None:
    """What is wrong inside is named also where nothing shows at the edge yet."""
    headline = judged(defect.view).headline
    assert headline is not None
    assert (headline.code, headline.confidence, headline.advisory) == (
        defect.code,
        defect.confidence,
        defect.advisory,
    )


def test_the_decisive_line_comes_first(defect: Defect) -> None:
    headline = judged(defect.view).headline
    assert headline is not None
    assert defect.decisive in headline.evidence[0]


def test_steps_have_this_deployments_names(defect: Defect) -> None:
    """Steps are three to six, hold no unfilled name, and end with how to verify."""
    headline = judged(defect.view).headline
    assert headline is not None
    assert 3 <= len(headline.steps) <= 6
    assert headline.steps[-1] == "Verify: run `pytest --env=staging` again; it must be green."
    assert "{" not in "".join((headline.title, *headline.competing, *headline.steps)).replace("{{", "")


@pytest.mark.parametrize("code", [rule.code for rule in all_rules(logs=False) if rule.code.startswith(FAMILIES)])
def test_every_rule_has_a_defect(code: str) -> None:
    assert code in {each.code for each in DEFECTS}


def test_nothing_is_found_on_a_server_that_is_well() -> None:
    assert judged(server()).findings == ()


def test_the_reason_inside_stands_before_the_symptom_at_the_edge() -> None:
    """Nginx says that the backend is away; why it is away is the headline."""
    view = server(
        looping("backend-aws", "ModuleNotFoundError: No module named 'x'"),
        origin=(OriginAnswer("/health", None),),
    )
    diagnosis = judged(view, *everywhere(503, AWAY))
    assert diagnosis.headline is not None
    assert diagnosis.headline.code == "container.import-error"
    assert [each.code for each in diagnosis.others] == ["nginx.upstream-unavailable"]


def test_a_refused_connection_is_explained_by_the_proxy_that_is_stopped() -> None:
    diagnosis = judged(server(exited("nginx", 0)), *silent_everywhere(WireCause.REFUSED))
    assert [each.code for each in diagnosis.findings if not each.advisory] == ["container.stopped"]


def test_who_holds_the_port_is_reported() -> None:
    created = service("backend-aws", state="created", health="", exit_code=128, error=ENGINE_20)
    holder = ListenerView("127.0.0.1", 8002, "python3", 4711)
    headline = judged(server(created, listeners=(holder,), origin=())).headline
    assert headline is not None
    assert "port 8002 is held by 127.0.0.1:8002 python3 (pid 4711)" in headline.evidence


def test_a_backend_that_waits_for_a_database_which_is_down_is_no_cause_of_its_own() -> None:
    view = server(
        exited("db", 1),
        looping("backend-aws", 'could not translate host name "db" to address: Name or service not known'),
        database=DatabaseReady("db", ready=False, detail="its container is exited"),
        origin=(),
    )
    assert [each.code for each in judged(view).findings] == ["container.database-down"]


def test_a_start_that_has_just_begun_is_only_a_possible_cause() -> None:
    young = Sample("running", 0, server().now)
    not_yet = DatabaseReady("db", ready=False, detail="rejecting connections")
    view = server(service("db", health="starting", samples=(young, young)), database=not_yet)
    headline = judged(view).headline
    assert headline is not None
    assert headline.confidence is Confidence.POSSIBLE


def test_errors_of_an_earlier_run_are_no_reason_now() -> None:
    """The log goes back over earlier starts; only a crash loop is judged by all of it."""
    old = lines("ModuleNotFoundError: No module named 'x'")
    later = Sample("running", 0, server().now)
    view = server(service("backend-aws", health="unhealthy", log=old, samples=(later, later)))
    headline = judged(view).headline
    assert headline is not None
    assert headline.code == "container.unhealthy"


def test_a_failed_look_says_what_it_could_see_all_the_same() -> None:
    failure = CommandFailure(CommandCause.ENGINE_NOT_RUNNING, "docker info", "Cannot connect to the Docker daemon")
    view = ServerView("local", failure=failure, origin=(OriginAnswer("/health", 200),))
    headline = judged(view).headline
    assert headline is not None
    assert headline.against == ("the backend answers 200 on the server itself (GET /health)",)


def test_a_runner_without_ssh_is_no_fault_of_the_deployment() -> None:
    failure = CommandFailure(CommandCause.SSH_NOT_INSTALLED, "docker info", "No such file or directory: 'ssh'")
    headline = judged(ServerView("deploy@server", failure=failure)).headline
    assert headline is not None
    assert headline.owner is Owner.RUNNER


def test_frightening_words_of_services_that_work_are_no_cause() -> None:
    """Logs are read of services in trouble only: what works may log what it likes."""
    words = lines("SENTRY_DSN not set", "Traceback (most recent call last):", "FATAL:  password authentication failed")
    view = server(*(service(name, log=words) for name in ("backend-aws", "db", "updater", "nginx")))
    assert judged(view).findings == ()


def test_a_database_that_logs_whom_it_refused_shows_nothing_of_itself() -> None:
    """Clients' mistakes stand in the log of a database; it is its own last words that say why it is down."""
    view = server(looping("db", 'FATAL:  password authentication failed for user "atp"'))
    headline = judged(view).headline
    assert headline is not None
    assert headline.code == "container.crash-loop"


def test_what_an_earlier_try_lacked_is_over_once_the_program_says_so() -> None:
    """A backend that had to wait for its database and answers 500 now has another reason."""
    log = lines(f"ERROR: {PSYCOPG2}Connection refused", "Application startup complete.")
    view = server(service("backend-aws", log=log), origin=(OriginAnswer("/health", 500),))
    assert not [each for each in judged(view).findings if each.code.startswith("postgres.")]


def test_the_error_of_the_program_is_in_the_title() -> None:
    """No text is known of it, and the title says it all the same."""
    headline = judged(server(looping("backend-aws", "TypeError: no strings", "Node.js v20.20.2"))).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("container.own-error", Confidence.LIKELY)
    assert headline.title.endswith("TypeError: no strings")


def test_the_end_of_a_log_that_says_little_is_in_the_title() -> None:
    headline = judged(server(looping("backend-aws", "loading the model"))).headline
    assert headline is not None
    assert headline.title.endswith("its log ends with: loading the model")


def test_the_root_of_a_chain_is_named_first() -> None:
    """The first `up`: the database does not start, so the backend was never started and nginx never made."""
    view = server(
        looping("db", "Error: Database is uninitialized and superuser password is not specified."),
        service("backend-aws", state="created", health=""),
        service("nginx", exists=False),
        database=DatabaseReady("db", ready=False, detail="its container is restarting"),
        origin=(),
    )
    assert [each.code for each in judged(view).findings] == ["container.missing-variable", "compose.not-created"]
    assert judged(view).findings[1].confidence is Confidence.POSSIBLE


def test_a_service_that_cannot_reach_another_one_in_trouble_is_no_cause_of_its_own() -> None:
    view = server(
        looping("cache", "Bad directive or wrong number of arguments", image="redis:7"),
        looping("backend-aws", "redis.exceptions.ConnectionError: Error 111 connecting to cache:6379."),
        origin=(),
    )
    assert [each.code for each in judged(view).findings] == ["container.config-file"]


JOB = {"state": "exited", "health": "", "check": None, "restart_policy": "no"}


def test_a_finished_job_is_in_no_trouble_and_needs_no_policy() -> None:
    """A migration that ended with 0 is done, whatever restarts it after an error."""
    for policy in ("no", "on-failure"):
        assert judged(server(service("migrate", **JOB | {"restart_policy": policy}))).findings == ()


def test_a_failed_job_stays_red() -> None:
    view = server(service("migrate", exit_code=1, log=lines("FAILED: Can't locate revision identified by 'b4'"), **JOB))
    headline = judged(view).headline
    assert headline is not None
    assert headline.code == "database.migration-failed"


def test_a_job_is_known_by_what_starts_after_it() -> None:
    """Another service's label proves it, also where the job has a health check of its image."""
    waiting = service("backend-aws", depends=(("migrate", "service_completed_successfully"),))
    job = service("migrate", **JOB | {"check": service("db").check})
    assert judged(server(job, waiting)).findings == ()
    assert judged(server(job)).findings != ()


def test_a_service_whose_first_check_is_to_come_is_not_broken_while_it_answers() -> None:
    """The engine's first check of a container comes minutes after its start: until then its answers count."""
    for name in ("backend-aws", "nginx", "db"):
        assert judged(server(service(name, health="starting"))).findings == ()
    silent = server(service("backend-aws", health="starting"), origin=(OriginAnswer("/health", None),))
    headline = judged(silent).headline
    assert headline is not None
    assert headline.code == "container.starting-too-long"


@pytest.mark.parametrize(
    ("printed", "program"),
    [
        ("/bin/sh: 1: curl: not found", "curl"),
        (
            'OCI runtime exec failed: exec: "/usr/bin/wget": stat /usr/bin/wget: no such file or directory',
            "/usr/bin/wget",
        ),
    ],
)
def test_a_health_check_whose_program_is_not_in_the_image_is_said_to_be_that(printed: str, program: str) -> None:
    headline = judged(server(service("backend-aws", health="unhealthy", check=failing_check(printed)))).headline
    assert headline is not None
    assert headline.title == f"The health check of backend-aws cannot run: {program} is not in the image"


def test_what_a_killed_program_wrote_last_is_not_said_to_be_why() -> None:
    killed = exited("backend-aws", 137, log=lines("ERROR: upstream refused, retrying"))
    headline = judged(server(killed, origin=())).headline
    assert headline is not None
    assert headline.title == "The service backend-aws was killed (signal 9) and is not restarted"


def test_a_database_that_is_paused_is_not_said_to_be_down() -> None:
    view = server(
        service("db", state="paused", health=""),
        database=DatabaseReady("db", ready=False, detail="its container is paused"),
    )
    assert [each.code for each in judged(view).findings if each.code.startswith("container.")] == ["container.paused"]
