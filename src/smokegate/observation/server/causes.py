"""The closed set of reasons for which a command on the server gives no result, each with its text.

The texts are OpenSSH's (9.2, the same since 8.x) with `LC_ALL=C`, and those of the docker client 28 and of
compose v2.40.
"""

from __future__ import annotations

import re
from enum import Enum


class CommandCause(Enum):
    """Why a command gave no result: the code of the cause in the diagnosis, and what to call it."""

    SSH_NOT_INSTALLED = ("server.ssh-not-installed", "there is no ssh client on this machine")
    SSH_NAME = ("server.ssh-unknown-host", "the name of the server does not resolve")
    SSH_REFUSED = ("server.ssh-refused", "the server refused the connection on its ssh port")
    SSH_UNREACHABLE = ("server.ssh-unreachable", "there is no route to the server")
    SSH_TIMED_OUT = ("server.ssh-hung", "the server did not complete the ssh handshake in time")
    SSH_KEY_REFUSED = ("server.ssh-key-refused", "the server refused every key that was offered")
    HOST_KEY_CHANGED = ("server.host-key-changed", "the server's host key is not the known one")
    HOST_KEY_UNKNOWN = ("server.host-key-unknown", "the server's host key is not among the known hosts")
    CONNECTION_DROPPED = ("server.ssh-dropped", "the ssh connection broke off")
    SSH_OTHER = ("server.ssh-failed", "ssh failed for a reason that is not recognised")
    DOCKER_NOT_INSTALLED = ("server.docker-not-installed", "there is no docker on the server")
    COMPOSE_NOT_INSTALLED = ("server.compose-not-installed", "docker on the server has no compose command")
    ENGINE_NOT_PERMITTED = ("server.docker-not-permitted", "the user may not talk to the docker engine")
    ENGINE_NOT_RUNNING = ("server.docker-not-running", "the docker engine on the server does not run")
    NO_PROJECT_DIRECTORY = ("server.no-project-directory", "the project's directory is not on the server")
    NO_COMPOSE_FILE = ("server.no-compose-file", "the project's directory has no compose file")
    COMPOSE_FILE_INVALID = ("server.compose-file-invalid", "compose cannot read the project's files")
    COMMAND_TIMED_OUT = ("server.command-hung", "a command on the server did not end in time")
    COMMAND_FAILED = ("server.command-failed", "a command on the server failed")

    def __init__(self, code: str, title: str) -> None:
        self.code = code
        self.title = title


#: What ssh writes to its standard error when it exits with 255; the first match counts. "Changed" stands
#: before "unknown", since both end in "Host key verification failed.".
SSH_TEXTS: tuple[tuple[CommandCause, tuple[str, ...]], ...] = (
    (
        CommandCause.HOST_KEY_CHANGED,
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", "POSSIBLE DNS SPOOFING DETECTED"),
    ),
    (CommandCause.HOST_KEY_UNKNOWN, ("Host key verification failed",)),
    (CommandCause.SSH_NAME, ("Could not resolve hostname",)),
    (
        CommandCause.SSH_KEY_REFUSED,
        (r"Permission denied \(", "Too many authentication failures", "No more authentication methods"),
    ),
    (CommandCause.SSH_REFUSED, ("connect to host .*: Connection refused",)),
    (
        CommandCause.SSH_UNREACHABLE,
        ("connect to host .*: (?:No route to host|Network is unreachable|Host is down)",),
    ),
    (
        CommandCause.SSH_TIMED_OUT,
        (
            "timed out during banner exchange",
            "connect to host .* timed out",
            r"Connection to .* port \d+ timed out",
            "Operation timed out",
        ),
    ),
    (
        CommandCause.CONNECTION_DROPPED,
        (
            "Connection (?:reset|closed) by",
            "closed by remote host",
            "Broken pipe",
            "kex_exchange_identification",
            "client_loop",
            "mux_client_",
            "Control socket connect",
            "Timeout, server .* not responding",
        ),
    ),
)

#: What docker and compose write when the project cannot be looked at.
DOCKER_TEXTS: tuple[tuple[CommandCause, tuple[str, ...]], ...] = (
    (
        CommandCause.ENGINE_NOT_PERMITTED,
        (
            "permission denied while trying to connect to the Docker daemon",
            r"docker\.sock: connect: permission denied",
        ),
    ),
    (
        CommandCause.ENGINE_NOT_RUNNING,
        ("Cannot connect to the Docker daemon", "[Ii]s the docker daemon running"),
    ),
    (
        CommandCause.COMPOSE_NOT_INSTALLED,
        (
            "docker: 'compose' is not a docker command",
            "unknown flag: --project-directory",
            'unknown docker command: "compose',
        ),
    ),
    (
        CommandCause.NO_COMPOSE_FILE,
        ("no configuration file provided", r"\.ya?ml: no such file or directory"),
    ),
    (
        CommandCause.COMPOSE_FILE_INVALID,
        (
            "yaml: ",
            "validating ",
            "additional properties",
            r"required variable .* is missing",
            "invalid interpolation",
        ),
    ),
    (
        CommandCause.DOCKER_NOT_INSTALLED,
        ("docker: (?:command )?not found", "docker.?: No such file or directory"),
    ),
)


def ssh_cause(stderr: str) -> CommandCause:
    """Return why ssh itself failed, from what it wrote; where a shared connection breaks off, nothing."""
    if not stderr.strip():
        return CommandCause.CONNECTION_DROPPED
    return _first(SSH_TEXTS, stderr) or CommandCause.SSH_OTHER


def docker_cause(stderr: str) -> CommandCause:
    """Return why a docker command failed, from what it wrote."""
    return _first(DOCKER_TEXTS, stderr) or CommandCause.COMMAND_FAILED


def _first(table: tuple[tuple[CommandCause, tuple[str, ...]], ...], text: str) -> CommandCause | None:
    return next((cause for cause, patterns in table if any(re.search(each, text) for each in patterns)), None)
