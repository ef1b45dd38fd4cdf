"""The arguments of the ssh client, and its output: seen by a client that only reports its arguments."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from smokegate.environment.model import Server
from smokegate.observation.server.causes import CommandCause
from smokegate.observation.server.host import HostError, connect

CLIENT = f"""#!{sys.executable}
import json, sys
print(json.dumps(sys.argv[1:]))
"""
UNKNOWN_KEY = """#!/bin/sh
echo "Host key verification failed." >&2
exit 255
"""


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program named ssh, alone on the path."""
    path = tmp_path / "ssh"
    path.write_text(CLIENT)
    path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return path


def arguments(server: Server, *argv: str) -> list[str]:
    with connect(server) as host:
        found: list[str] = json.loads(host.run(argv).stdout)
    return found


def option(words: list[str], name: str) -> str:
    found = [each.partition("=")[2] for each in words if each.startswith(f"{name}=")]
    assert len(found) == 1
    return found[0]


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("StrictHostKeyChecking", "yes"),
        ("BatchMode", "yes"),
        ("ForwardAgent", "no"),
        ("ClearAllForwardings", "yes"),
    ],
)
def test_a_server_with_an_unknown_key_is_never_trusted_and_no_one_is_prompted(name: str, value: str) -> None:
    """A key that is not among the known hosts ends the connection; no password is requested, no agent forwarded."""
    assert option(arguments(Server(ssh="deploy@app.example.com"), "true"), name) == value


@pytest.mark.usefixtures("client")
def test_the_destination_cannot_become_an_option_and_the_command_is_one_word() -> None:
    """What stands after `--` is the destination; the words of the command are quoted for the shell there."""
    words = arguments(Server(ssh="deploy@app.example.com"), "printf", "%s", "it's; $HOME")
    assert words[-3:-1] == ["--", "deploy@app.example.com"]
    assert shlex.split(words[-1])[-3:] == ["printf", "%s", "it's; $HOME"]


@pytest.mark.usefixtures("client")
def test_a_port_and_a_configuration_of_its_own_are_given_to_ssh() -> None:
    words = arguments(Server(ssh="deploy@app.example.com:2222", ssh_config="/etc/own"), "true")
    assert words[:2] == ["-F", "/etc/own"]
    assert words[-5:-1] == ["-p", "2222", "--", "deploy@app.example.com"]


def test_an_unknown_host_key_is_a_cause_of_its_own(client: Path) -> None:
    client.write_text(UNKNOWN_KEY)
    with connect(Server(ssh="deploy@app.example.com")) as host, pytest.raises(HostError) as raised:
        host.run(["true"])
    assert raised.value.failure.cause is CommandCause.HOST_KEY_UNKNOWN


def test_a_local_server_needs_no_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`local = true` runs the program itself, without any shell."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with connect(Server(local=True)) as host:
        assert host.run(["printf", "%s", "$HOME *"]).stdout == "$HOME *"
