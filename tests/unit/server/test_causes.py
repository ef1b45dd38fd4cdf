"""The texts are OpenSSH 9.2's, docker's and compose's own, as captured."""

from __future__ import annotations

import pytest

from smokegate.observation.server.causes import CommandCause, docker_cause, ssh_cause

SSH = {
    "ssh: connect to host 127.0.0.1 port 22: Connection refused": CommandCause.SSH_REFUSED,
    "ssh: connect to host h port 22: No route to host": CommandCause.SSH_UNREACHABLE,
    "ssh: connect to host h port 22: Connection timed out": CommandCause.SSH_TIMED_OUT,
    "Connection timed out during banner exchange\nConnection to 127.0.0.1 port 9 timed out": (
        CommandCause.SSH_TIMED_OUT
    ),
    "ssh: Could not resolve hostname x.invalid: Name or service not known": CommandCause.SSH_NAME,
    "u@127.0.0.1: Permission denied (publickey).": CommandCause.SSH_KEY_REFUSED,
    "@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification failed.": (
        CommandCause.HOST_KEY_CHANGED
    ),
    "No ED25519 host key is known for h.\nHost key verification failed": (CommandCause.HOST_KEY_UNKNOWN),
    "kex_exchange_identification: Connection closed by remote host": CommandCause.CONNECTION_DROPPED,
    "client_loop: send disconnect: Broken pipe": CommandCause.CONNECTION_DROPPED,
    "": CommandCause.CONNECTION_DROPPED,
    "something that OpenSSH never said before": CommandCause.SSH_OTHER,
}
DOCKER = {
    "Cannot connect to the Docker daemon at unix:///nonexistent/docker.sock. Is the docker daemon running?": (
        CommandCause.ENGINE_NOT_RUNNING
    ),
    "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock": (
        CommandCause.ENGINE_NOT_PERMITTED
    ),
    "no configuration file provided: not found": CommandCause.NO_COMPOSE_FILE,
    "open /srv/stack/compose.yaml: no such file or directory": CommandCause.NO_COMPOSE_FILE,
    "docker: 'compose' is not a docker command.": CommandCause.COMPOSE_NOT_INSTALLED,
    "env: 'docker': No such file or directory": CommandCause.DOCKER_NOT_INSTALLED,
    "yaml: line 3: mapping values are not allowed in this context": CommandCause.COMPOSE_FILE_INVALID,
    "no such service: nosuch": CommandCause.COMMAND_FAILED,
}


@pytest.mark.parametrize(("said", "cause"), SSH.items())
def test_ssh_is_understood(said: str, cause: CommandCause) -> None:
    assert ssh_cause(said) is cause


@pytest.mark.parametrize(("said", "cause"), DOCKER.items())
def test_docker_is_understood(said: str, cause: CommandCause) -> None:
    assert docker_cause(said) is cause


def test_every_cause_has_a_code_of_its_own() -> None:
    codes = [cause.code for cause in CommandCause]
    assert len(set(codes)) == len(codes)
