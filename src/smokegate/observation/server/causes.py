"""The closed set of causes of failed commands on the server; the message patterns are data."""

from __future__ import annotations

import re
import tomllib
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any


class CommandCause(Enum):
    """Why a command failed: the cause's code in the diagnosis, and its title."""

    SSH_NOT_INSTALLED = ("server.ssh-not-installed", "there is no ssh client on this machine")
    SSH_NAME = ("server.ssh-unknown-host", "the server's host name does not resolve")
    SSH_REFUSED = ("server.ssh-refused", "the server refused the connection on its ssh port")
    SSH_UNREACHABLE = ("server.ssh-unreachable", "there is no route to the server")
    SSH_TIMED_OUT = ("server.ssh-hung", "the server did not complete the ssh handshake in time")
    SSH_KEY_REFUSED = ("server.ssh-key-refused", "the server refused every key")
    HOST_KEY_CHANGED = ("server.host-key-changed", "the server's host key has changed")
    HOST_KEY_UNKNOWN = ("server.host-key-unknown", "the server's host key is not among the known hosts")
    CONNECTION_DROPPED = ("server.ssh-dropped", "the ssh connection broke off")
    SSH_OTHER = ("server.ssh-failed", "ssh failed for an unknown reason")
    DOCKER_NOT_INSTALLED = ("server.docker-not-installed", "there is no docker on the server")
    COMPOSE_NOT_INSTALLED = ("server.compose-not-installed", "docker on the server has no compose command")
    ENGINE_NOT_PERMITTED = ("server.docker-not-permitted", "the user has no permission to use the docker engine")
    ENGINE_NOT_RUNNING = ("server.docker-not-running", "the docker engine on the server is not running")
    NO_PROJECT_DIRECTORY = ("server.no-project-directory", "the project's directory is not on the server")
    NO_COMPOSE_FILE = ("server.no-compose-file", "the project's directory has no compose file")
    COMPOSE_FILE_INVALID = ("server.compose-file-invalid", "compose cannot read the project's files")
    COMMAND_TIMED_OUT = ("server.command-hung", "a command on the server timed out")
    COMMAND_FAILED = ("server.command-failed", "a command on the server failed")

    def __init__(self, code: str, title: str) -> None:
        self.code = code
        self.title = title


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((files("smokegate.knowledge") / "server_commands.toml").read_text("utf-8"))


def ssh_cause(stderr: str) -> CommandCause:
    """Return why ssh failed, from its stderr, which is empty if a shared connection dropped."""
    if not stderr.strip():
        return CommandCause.CONNECTION_DROPPED
    return _first("ssh", stderr) or CommandCause.SSH_OTHER


def docker_cause(stderr: str) -> CommandCause:
    """Return why a docker command failed, from its stderr."""
    return _first("docker", stderr) or CommandCause.COMMAND_FAILED


def _first(program: str, text: str) -> CommandCause | None:
    rows = _texts()[program]
    return next(
        (CommandCause[row["cause"]] for row in rows if any(re.search(each, text) for each in row["texts"])), None
    )
