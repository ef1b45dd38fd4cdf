from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from smokegate.observation.server import parse, probes
from smokegate.observation.server.model import Disk
from smokegate.observation.server.service import ServiceView

Capture = Callable[[str], str]
LINES = ["ps-healthy", "ps-unhealthy", "ps-restarting", "ps-stopped", "ps-created"]


def inspected(**changes: Any) -> dict[str, Any]:
    """Return what `docker inspect` gives for a container that runs, with parts replaced."""
    state = {"Status": "running", "Running": True, "Restarting": False, "OOMKilled": False}
    state |= {"ExitCode": 0, "Error": ""}
    state |= {"StartedAt": "2026-11-22T00:13:19.123456789Z", "FinishedAt": "0001-01-01T00:00:00Z"}
    whole = {
        "Id": "a" * 64,
        "Name": "/stack-backend-1",
        "RestartCount": 0,
        "State": state,
        "Policy": "always",
        "Memory": 0,
        "Image": "stack-backend",
        "Labels": {"com.docker.compose.service": "backend", "org.opencontainers.image.revision": "abc1234"},
        "Healthcheck": None,
        "Networks": {"default": {"IPAddress": "172.18.0.5"}},
        "Ports": {"8002/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8002"}], "9000/tcp": None},
    }
    state_changes = changes.pop("State", {})
    return {**whole, **changes, "State": {**state, **state_changes}}


def test_lines_and_an_array_of_the_same_objects_are_read_alike(capture: Capture) -> None:
    """Compose printed an array up to v2.20 and prints lines since v2.21."""
    lines = "".join(capture(name) for name in LINES)
    array = json.dumps([json.loads(line) for line in lines.splitlines()])
    assert parse.objects(lines) == parse.objects(array)
    assert [one["Service"] for one in parse.objects(lines)] == [
        "backend",
        "sick",
        "crasher",
        "db",
        "needs_sick",
    ]


@pytest.mark.parametrize("nothing", ["", "\n", "[]", "null"])
def test_no_containers_is_an_empty_list_in_every_form(nothing: str) -> None:
    assert parse.objects(nothing) == []


def test_ids_come_from_ps_in_its_order(capture: Capture) -> None:
    assert parse.container_ids(capture("ps-healthy") + capture("ps-restarting")) == [
        "6fb81e40c049",
        "e1ed48a87649",
    ]


def test_what_is_no_container_id_is_never_passed_on() -> None:
    assert parse.container_ids('{"ID": "--format={{.}}"}\n{"ID": "abc"}\n{}') == []


def test_ps_alone_does_not_tell_a_crash_loop_from_a_container_that_runs(capture: Capture) -> None:
    """Why state, exit code and health come from `docker inspect` and not from `ps`."""
    loop = parse.objects(capture("ps-looping-while-running"))[0]
    assert (loop["State"], loop["ExitCode"], loop["Health"]) == ("running", 0, "")
    between = parse.objects(capture("ps-restarting"))[0]
    assert (between["ExitCode"], between["Health"]) == (0, "")


def test_a_running_container_is_read_whole() -> None:
    view = parse.service(inspected())
    assert (view.name, view.container, view.state) == ("backend", "stack-backend-1", "running")
    assert (view.restart_policy, view.revision, view.addresses) == ("always", "abc1234", ("172.18.0.5",))
    assert [(port.address, port.port, port.target) for port in view.ports] == [("127.0.0.1", 8002, 8002)]
    assert view.started_at == datetime(2026, 11, 22, 0, 13, 19, 123456, tzinfo=UTC)


def test_a_container_between_two_tries_is_in_a_crash_loop() -> None:
    """Measured: `Status` and `Running` both say that it runs, only `Restarting` does not."""
    view = parse.service(inspected(State={"Restarting": True, "ExitCode": 1}, RestartCount=5))
    assert (view.state, view.exit_code, view.crash_looping) == ("restarting", 1, True)


def test_a_container_that_was_restarted_between_two_looks_is_in_a_crash_loop() -> None:
    first = parse.service(inspected(RestartCount=4))
    assert not first.crash_looping
    assert parse.later(first, inspected(RestartCount=5)).crash_looping


def test_a_container_that_was_restarted_and_has_not_been_ready_since_is_in_a_crash_loop() -> None:
    """On a busy host one try may outlast the whole look."""
    check = {"Healthcheck": {"Test": ["CMD", "x"]}, "RestartCount": 1}
    assert parse.service(inspected(**check, State={"Health": {"Status": "starting"}})).crash_looping
    assert not parse.service(inspected(**check, State={"Health": {"Status": "healthy"}})).crash_looping


def test_a_container_that_only_has_been_restarted_once_upon_a_time_is_not() -> None:
    view = parse.later(parse.service(inspected(RestartCount=4)), inspected(RestartCount=4))
    assert not view.crash_looping


def test_how_a_run_ended_is_remembered_when_the_next_one_has_begun() -> None:
    between = parse.service(inspected(State={"Restarting": True, "ExitCode": 137, "OOMKilled": True}))
    running = parse.later(between, inspected(RestartCount=1))
    assert (running.state, running.exit_code, running.oom_killed) == ("running", 137, True)


def test_a_container_without_a_health_check_has_no_health() -> None:
    view = parse.service(inspected())
    assert (view.health, view.check) == ("", None)


def test_a_health_check_that_is_switched_off_is_none() -> None:
    assert parse.service(inspected(Healthcheck={"Test": ["NONE"]})).check is None


def test_a_health_check_is_read_with_its_results() -> None:
    log = [{"End": "2026-11-22T00:15:23.5Z", "ExitCode": 1, "Output": "connection refused\n"}]
    view = parse.service(
        inspected(
            Healthcheck={
                "Test": ["CMD", "x"],
                "Interval": 1_000_000_000,
                "StartPeriod": 60_000_000_000,
                "Retries": 5,
            },
            State={"Health": {"Status": "unhealthy", "FailingStreak": 43, "Log": log}},
        )
    )
    assert view.check is not None
    assert (view.health, view.check.failing_streak, view.check.start_period) == ("unhealthy", 43, 60.0)
    assert [(probe.exit_code, probe.output) for probe in view.check.log] == [(1, "connection refused")]


def test_both_streams_of_a_log_are_merged_by_time() -> None:
    out = "2026-11-22T00:00:01.000000001Z first\n2026-11-22T00:00:03Z third\n"
    err = "2026-11-22T00:00:02.5Z second\n"
    assert [line.text for line in parse.log_lines(out, err, 10)] == ["first", "second", "third"]


def test_a_log_is_bounded_in_lines_and_in_width() -> None:
    out = "".join(f"2026-11-22T00:00:0{second}Z {'x' * 50}\n" for second in range(5))
    lines = parse.log_lines(out, "", 2, width=10)
    assert [(line.at.second, len(line.text)) for line in lines if line.at] == [(3, 10), (4, 10)]


def test_lines_of_earlier_runs_do_not_count_as_lines_since_the_start() -> None:
    log = parse.log_lines("2026-11-22T00:13:18Z old error\n2026-11-22T00:13:20Z ready\n", "", 10)
    view = ServiceView("backend", samples=parse.service(inspected()).samples, log=log)
    assert [line.text for line in view.log_since_start] == ["ready"]


def test_who_listens_is_read_with_its_program() -> None:
    text = (
        'LISTEN 0 128 127.0.0.1:8002 0.0.0.0:* users:(("python3",pid=4711,fd=3))\n'
        "LISTEN 0 128 [::1]:8002 [::]:*\n"
        'LISTEN 0 128 127.0.0.1:18002 0.0.0.0:* users:(("other",pid=1,fd=3))\n'
    )
    found = probes.listening(text, 8002)
    assert [(each.address, each.process, each.pid) for each in found] == [
        ("127.0.0.1", "python3", 4711),
        ("[::1]", None, None),
    ]


def test_a_container_that_publishes_the_port_is_found_with_its_project(capture: Capture) -> None:
    line = json.loads(capture("ps-healthy")) | {"Ports": "127.0.0.1:8002->8002/tcp, 9000/tcp"}
    found = probes.publishers(json.dumps(line), 8002)
    assert [(each.address, each.service, each.project) for each in found] == [("127.0.0.1", "backend", "stack")]
    assert probes.publishers(json.dumps(line), 9000) == ()


def test_disks_are_read_with_names_that_hold_blanks() -> None:
    text = (
        "Filesystem     1024-blocks     Used Available Capacity Mounted on\n"
        "/dev/sda1        270553174 187189220  83363954      70% /\n"
        "//host/a share        1024      1024         0     100% /mnt/a share\n"
        "tmpfs                  100        10        90      10% /run/backend\n"
    )
    found = probes.file_systems(text)
    assert [disk.mount for disk in found] == ["/", "/mnt/a share", "/run/backend"]
    assert [disk.full for disk in found] == [False, True, False]


def test_a_large_disk_is_not_full_while_gigabytes_are_left() -> None:
    assert not Disk("/", 10**12, 5 * 10**9).full


@pytest.mark.parametrize(
    ("status", "said", "ready"),
    [
        (0, "127.0.0.1:5432 - accepting connections\n", True),
        (1, "127.0.0.1:5432 - rejecting connections\n", False),
        (2, "127.0.0.1:5432 - no response\n", False),
    ],
)
def test_pg_isready_is_believed_by_status_and_words(status: int, said: str, *, ready: bool) -> None:
    view = probes.database_state("db", status, said, "")
    assert (view.ready, view.detail) == (ready, said.strip().rpartition(" - ")[2])


def test_a_database_that_cannot_be_asked_is_not_ready() -> None:
    view = probes.database_state("db", 1, "", 'service "db" is not running\n')
    assert (view.ready, view.detail) == (False, 'service "db" is not running')


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00Z", "", None, "yesterday"])
def test_never_is_no_moment(text: object) -> None:
    assert parse.moment(text) is None


def test_zones_and_fractions_of_every_length_are_one_moment() -> None:
    wanted = datetime(2026, 11, 22, 2, 0, 0, tzinfo=UTC)
    for text in ("2026-11-22T02:00:00Z", "2026-11-22T02:00:00.000000001Z", "2026-11-22T03:00:00.0+01:00"):
        assert parse.moment(text) == wanted


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    """What a server prints is data: no reader of free text raises on any of it."""
    parse.log_lines(text, text, 10)
    probes.listening(text, 8002)
    probes.file_systems(text)
    parse.moment(text)
    probes.database_state("db", 0, text, text)
