"""Each runtime's start-up failures are named by the line that says why, in its own words."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from smokegate.diagnosis.log_lines import WIDTH
from smokegate.diagnosis.log_reasons import Reason, engine_reason, reason_in
from smokegate.diagnosis.log_structure import log_excerpts
from smokegate.diagnosis.log_targets import Target, target
from smokegate.knowledge.logs import log_causes


@dataclass(frozen=True)
class Failure:
    """The log of a program that does not start, and what it says."""

    code: str
    log: str
    decisive: str
    server: bool = False

    def __str__(self) -> str:
        return f"{self.code}: {self.decisive[:40]}"


FAILURES = tuple(
    Failure(**each) for each in tomllib.loads((Path(__file__).parent / "logs.toml").read_text())["failure"]
)


def read(log: str, *, server: bool = False) -> Reason | None:
    """Return the reason that a log gives to a service without a view around it."""
    return reason_in(log.splitlines(), target_of_nothing, server=server)


def target_of_nothing(text: str, context: str) -> Target:
    """Return what a line speaks of, where no server was seen."""
    return target(text, context, None, None)


@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_the_cause_is_named_by_the_line_that_says_why(failure: Failure) -> None:
    """The code is the cause's, and the first line of evidence holds the decisive words."""
    reason = read(failure.log, server=failure.server)
    assert reason is not None
    assert reason.code == failure.code
    assert failure.decisive.replace("`", " ").split()[0] in " ".join(reason.lines)


def test_why_it_did_not_come_counts_more_than_that_something_was_awaited() -> None:
    """The program ends with the error of its own waiting; the line before it says what was wrong."""
    reason = read(
        'FATAL: password authentication failed for user "app"\n'
        "Traceback (most recent call last):\n"
        '  File "/app/main.py", line 3, in <module>\n'
        "    wait()\n"
        "RuntimeError: timed out after 30 s waiting for db\n"
    )
    assert reason is not None
    assert (reason.code, reason.sure) == ("postgres.auth-failed", True)


def test_a_link_to_a_manual_is_not_what_could_not_be_reached() -> None:
    """Drivers write where to read more; the address in it is none that the program connects to."""
    reason = read(
        "MongooseServerSelectionError: Could not connect to any servers in your MongoDB Atlas cluster. Make sure your"
        " current IP address is on its list: https://www.mongodb.com/docs/atlas/security-whitelist/"
    )
    assert reason is not None
    assert reason.names["what"] == "its MongoDB database"


@pytest.mark.parametrize("last", ["shutting down", "Exiting.", "stopping server"])
def test_a_fatal_line_that_only_says_goodbye_is_not_the_reason(last: str) -> None:
    """The error before it is."""
    reason = read(f"08:00:01 ERROR License validation failed: license expired\n08:00:01 FATAL {last}\n")
    assert reason is not None
    assert "license expired" in reason.names["error"]


def test_why_it_failed_counts_more_than_that_the_start_failed() -> None:
    """The last error only says that nothing started; the one before it says why."""
    reason = read('ERROR  relation "users" does not exist\nFATAL  Application failed to start')
    assert reason is not None
    assert reason.code == "database.table-missing"


@pytest.mark.parametrize("code", [code for cause in log_causes() for code in cause.codes])
def test_every_cause_of_the_data_has_a_log_here(code: str) -> None:
    """A cause whose text nothing shows could never be found; families share the texts of one cause."""
    shown = {
        each.code.partition(".")[2] if code.startswith(("postgres", "database", "dependency")) else each.code
        for each in FAILURES
    }
    assert code in shown or code.partition(".")[2] in shown


@pytest.mark.parametrize("texts", [cause.texts for cause in log_causes()], ids=[cause.code for cause in log_causes()])
def test_no_text_matches_everything(texts: tuple[str, ...]) -> None:
    """A pattern that fits a healthy line is a mistake in the data."""
    cause = next(each for each in log_causes() if each.texts == texts)
    for line in ("INFO:     Application startup complete.", "listening on port 8000", "GET / 200", ""):
        assert cause.says.search(line) is None


@pytest.mark.parametrize("line", ["A_B " * 500, "x: " * 660, "TimeoutError: " + "a" * 1900, "error failed " * 150])
def test_lines_are_cut_before_they_are_searched(line: str) -> None:
    """What clients put into a log cannot make the search long: no text is longer than the bound."""
    log = [f"{number} {line}" for number in range(300)]
    assert len(log_excerpts(log)) <= len(log)
    assert all(len(text) <= WIDTH for excerpt in log_excerpts(log) for text in excerpt.lines)


PLAIN = """\
Traceback (most recent call last):
  File "/app/main.py", line 4, in <module>
    settings = Settings()
  File "/app/settings.py", line 9, in __init__
    raise RuntimeError("STRIPE_KEY is not set")
RuntimeError: STRIPE_KEY is not set"""


@pytest.mark.parametrize(
    "collected",
    [
        "backend-1  | {}",
        "2026-11-25T21:00:00.123456789Z {}",
        "2026-11-25T21:00:00.123456789+01:00 stderr F {}",
        "Nov 25 21:00:00 host app[123]: {}",
        "10:00:00 web.1    | {}",
        "0|app  | {}",
        "web | {}",
        "[api] {}",
        "[2026-11-25 21:00:00,123: WARNING/ForkPoolWorker-1] {}",
        "App 4711 output: {}",
        "\x1b[31m{}\x1b[0m",
        "{}\r",
        "2026-11-25 21:00:00,123 ERROR {}",
        "[2026-11-25T21:00:00Z] [error] {}",
        "    {}",
    ],
)
def test_what_a_collector_puts_before_each_line_does_not_matter(collected: str) -> None:
    """Compose, Kubernetes, syslog, foreman, PM2, colours, one level: what is below is read as it was written."""
    reason = read("\n".join(collected.format(line) for line in PLAIN.split("\n")))
    assert reason is not None
    assert (reason.code, reason.names["detail"]) == ("container.missing-variable", "STRIPE_KEY")
    assert reason.lines[0] == "`RuntimeError: STRIPE_KEY is not set`"


def test_a_file_of_dockers_own_log_is_read_as_the_program_wrote_it() -> None:
    """Docker's log file holds a JSON record for each line; one that is not JSON is left as it is."""
    record = [f'{{"log":{json.dumps(f"{line} ")},"stream":"stderr"}}' for line in PLAIN.split("\n")]
    assert read("\n".join([*record, '{"log":"half of a rec'])) == read(f'{PLAIN}\n{{"log":"half of a rec')


@pytest.mark.parametrize(
    "record",
    [
        {"level": 50, "time": 1, "pid": 1, "hostname": "a", "msg": "{}"},
        {"level": "info", "ts": 1.1, "caller": "run/pipe.go:9", "msg": "{}"},
        {"@timestamp": "2026-11-25T21:00:00Z", "@version": "1", "message": "{}", "level": "ERROR"},
        {"@t": "2026-11-25T21:00:00Z", "@mt": "{}", "@l": "Error"},
        {"event": "{}", "level": "error"},
    ],
)
def test_a_record_for_each_line_is_read_as_the_program_wrote_it(record: dict[str, object]) -> None:
    """What collects the output of a program as JSON gives all lines the same level."""
    lines = [
        json.dumps({key: line if each == "{}" else each for key, each in record.items()}) for line in PLAIN.split("\n")
    ]
    assert read("\n".join(lines)) == read(PLAIN)


def test_a_level_that_all_lines_have_says_nothing() -> None:
    """The last line is no worse than those before it, and the one that a text is known of decides."""
    said = ["panicked while starting", "DATABASE_URL is not set", "usage: shop [options]", "  --port PORT"]
    reason = read("\n".join(f"2026-11-25 21:00:00,123 ERROR {line}" for line in said))
    assert reason is not None
    assert reason.code == "container.missing-variable"


def test_what_does_not_prove_a_refusal_is_not_stated_as_one() -> None:
    """A client that only says that it reached no server leaves open why."""
    reason = read("kafka.errors.NoBrokersAvailable: NoBrokersAvailable")
    assert reason is not None
    assert (reason.code, reason.title, reason.sure) == ("dependency.refused", "{service} cannot reach {what}", False)


def test_a_server_that_runs_did_not_end_by_an_error_that_no_text_is_known_of() -> None:
    """RabbitMQ reports a client that hung up as an error of its own."""
    log = ["2026-11-27 10:00:09.123456+00:00 [error] <0.900.0> missed heartbeats from client, timeout: 60s"]
    found = [reason_in(log, target_of_nothing, server=True, serving=each) for each in (True, False)]
    assert [each and each.code for each in found] == [None, "container.own-error"]


def test_a_program_does_without_those_to_whom_it_only_reports() -> None:
    """A collector of traces that is away is not why a service is unhealthy."""
    lost = 'traces export: Post "http://otel:4318/v1/traces": dial tcp: lookup otel on 127.0.0.11:53: no such host'
    assert read(lost) is None
    assert read(lost.replace("otel:4318/v1/traces", "shop:8080/prices").replace("otel", "shop")) is not None


def test_what_rust_lists_below_an_error_is_read_with_it() -> None:
    """An error of `anyhow` and its causes are one line, the deepest one last."""
    reason = read(
        "Error: cannot start\n\nCaused by:\n    0: reading app.toml\n    1: permission denied (os error 13)\nbye"
    )
    assert reason is not None
    assert reason.lines[0] == "`Error: cannot start: reading app.toml: permission denied (os error 13)`"


def test_a_refused_connection_is_shown_by_the_line_of_its_chain_that_names_the_address() -> None:
    """Java's deepest cause only says that it was refused; the line above it says where."""
    refused = next(each for each in FAILURES if each.code == "postgres.refused" and "localhost:5432" in each.decisive)
    reason = read(refused.log)
    assert reason is not None
    assert reason.names["what"] == "its PostgreSQL database (localhost:5432)"
    assert "Connection to localhost:5432 refused" in reason.lines[0]


@pytest.mark.parametrize(
    ("last", "code"),
    [
        ("WARNING worker: [Errno 13] Permission denied: '/data/schedule'", "container.permission-denied"),
        ("WARNING sentry: Failed to establish a new connection: [Errno 111] Connection refused", None),
    ],
)
def test_a_last_warning_says_why_unless_it_is_about_a_connection(last: str, code: str | None) -> None:
    """Programs go on after warnings about what they connect to: Sentry's is not why one was killed."""
    reason = read(f"INFO worker: started\n{last}\n")
    assert (reason and reason.code) == code


def test_a_module_that_is_missing_is_named_after_the_exceptions_own_name() -> None:
    """The first words that match are the exception's, which name nothing."""
    reason = read("ModuleNotFoundError: No module named 'tasks'\n")
    assert reason is not None
    assert reason.names["detail"] == "tasks"


def test_a_line_of_a_file_of_code_is_no_address() -> None:
    """`StreamHandler.php:156` is where an exception was raised."""
    reason = read(
        "PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused in StreamHandler.php:156\n"
    )
    assert reason is not None
    assert "php" not in reason.names["what"]


def test_what_a_client_may_not_do_is_no_trouble_of_the_database() -> None:
    """A database whose health check fails also logs what its clients did wrong."""
    assert read("2026-11-27 15:02:02 UTC [72] ERROR:  permission denied for table orders\n", server=True) is None


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("failed to mount local volume: mount :/export: connection refused", "container.mount-failed"),
        ("failed to set up container networking: Address already in use", "container.engine-refused"),
        ("range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available", "container.engine-refused"),
    ],
)
def test_what_the_engine_says_is_never_about_a_connection_of_the_program(error: str, code: str) -> None:
    """Words that no text is known of are the engine's refusal, too: it could not start the container."""
    assert engine_reason(error, lambda text, _: target(text, "", None, None)).code == code
