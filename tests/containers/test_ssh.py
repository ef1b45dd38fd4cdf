"""Commands over a real sshd on loopback: what goes well, and every way in which it does not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests_support.ports import reserved
from tests_support.sshd import Sshd, know, serve, silent_server, write_config

from smokegate.environment.model import Server
from smokegate.observation.server.causes import CommandCause
from smokegate.observation.server.host import Host, HostError, connect

LIMIT = "60s"


@pytest.fixture
def sshd(sshd_program: str, tmp_path: Path) -> Iterator[Sshd]:
    with serve(sshd_program, tmp_path) as server:
        yield server


def over(config: Path, limit: str = LIMIT) -> Server:
    return Server.read({"ssh": "target", "ssh_config": str(config), "timeout": limit})


def failure_of(host: Host, *argv: str, timeout: float | None = None) -> CommandCause:
    with pytest.raises(HostError) as raised:
        host.run(argv, timeout)
    return raised.value.failure.cause


def test_a_command_runs_with_its_arguments_as_they_are(sshd: Sshd) -> None:
    """No shell on either side touches an argument: quotes, dollars, spaces and line ends arrive."""
    strange = 'it\'s $HOME; `id` "x" %s *\n--'
    with connect(over(sshd.config)) as host:
        output = host.run(["printf", "%s", strange])
    assert (output.status, output.stdout) == (0, strange)


def test_the_exit_status_and_both_streams_come_back(sshd: Sshd) -> None:
    with connect(over(sshd.config)) as host:
        output = host.run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (output.status, output.stdout, output.stderr) == (3, "out\n", "err\n")


def test_all_commands_share_one_connection(sshd: Sshd) -> None:
    with connect(over(sshd.config)) as host:
        clients = {host.run(["sh", "-c", "echo $SSH_CLIENT"]).stdout for _ in range(4)}
        assert len(sshd.sessions) == 1
    assert len(clients) == 1


def test_the_connection_is_closed_at_the_end(sshd: Sshd) -> None:
    with connect(over(sshd.config)) as host:
        host.run(["true"])
    assert sshd.ends()


def test_a_refused_key_is_reported_as_that(sshd: Sshd) -> None:
    config = write_config(sshd.directory, sshd.port, key="stranger")
    with connect(over(config)) as host:
        assert failure_of(host, "true") is CommandCause.SSH_KEY_REFUSED


def test_a_changed_host_key_is_reported_as_that_and_nothing_is_run(sshd: Sshd) -> None:
    know(sshd.directory, sshd.port, "stranger")
    proof = sshd.directory / "proof"
    with connect(over(sshd.config)) as host:
        assert failure_of(host, "touch", str(proof)) is CommandCause.HOST_KEY_CHANGED
    assert not proof.exists()


def test_an_unknown_host_key_is_not_accepted(sshd: Sshd) -> None:
    (sshd.directory / "known_hosts").write_text("")
    with connect(over(sshd.config)) as host:
        assert failure_of(host, "true") is CommandCause.HOST_KEY_UNKNOWN


def test_a_connection_that_breaks_off_is_reported_as_that(sshd: Sshd) -> None:
    """The server's process dies in the middle of a command."""
    with connect(over(sshd.config)) as host:
        host.run(["true"])
        server_of_this_connection = "$(ps -o ppid= -p $PPID)"
        cause = failure_of(host, "sh", "-c", f"kill -9 {server_of_this_connection}; sleep 60")
    assert cause is CommandCause.CONNECTION_DROPPED


@pytest.mark.usefixtures("sshd_program")
def test_a_host_that_hangs_is_given_up_within_the_limit(tmp_path: Path) -> None:
    with silent_server() as port, connect(over(write_config(tmp_path, port), "1s")) as host:
        assert failure_of(host, "true") is CommandCause.SSH_TIMED_OUT


@pytest.mark.usefixtures("sshd_program")
def test_a_refused_port_is_reported_as_that(tmp_path: Path) -> None:
    with reserved() as port, connect(over(write_config(tmp_path, port))) as host:
        assert failure_of(host, "true") is CommandCause.SSH_REFUSED


@pytest.mark.usefixtures("sshd_program")
def test_a_name_that_does_not_resolve_is_reported_as_that(tmp_path: Path) -> None:
    (tmp_path / "ssh_config").write_text("Host target\n  HostName nowhere.invalid\n")
    with connect(over(tmp_path / "ssh_config")) as host:
        assert failure_of(host, "true") is CommandCause.SSH_NAME


def test_a_command_that_hangs_is_ended_on_the_server_too(sshd: Sshd) -> None:
    proof = sshd.directory / "still-there"
    with connect(over(sshd.config)) as host:
        cause = failure_of(host, "sh", "-c", f"echo $$ > {proof}; exec sleep 600", timeout=6)
        pid = int(proof.read_text())
        assert cause is CommandCause.COMMAND_TIMED_OUT
        assert host.run(["sh", "-c", f"while kill -0 {pid} 2>&-; do sleep 0.1; done"]).ok, "its own limit is the same"


def test_a_command_that_floods_is_stopped(sshd: Sshd) -> None:
    with connect(over(sshd.config)) as host:
        assert failure_of(host, "yes") is CommandCause.COMMAND_FAILED


@pytest.mark.parametrize(
    "destination", ["-oProxyCommand=true", "user@-oProxyCommand=true", "user:secret@host", "user@"]
)
def test_a_destination_that_is_no_destination_is_refused(destination: str) -> None:
    server = Server(ssh=destination, ssh_config=None, local=False, timeout=2.0)
    with pytest.raises(ValueError, match=r"server\.ssh"), connect(server):
        pass
