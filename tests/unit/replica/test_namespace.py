"""In a namespace made for it, the network itself is broken in the way that the fault's title says."""

from __future__ import annotations

import subprocess
import sys

import pytest

from smokegate.replica import FAULTS
from smokegate.replica.namespace import NamespaceError, command, main, names, permitted

_LOOK = """
import os, socket
from urllib.parse import urlsplit
from smokegate.replica import start
with start("tectonic", os.environ["SMOKEGATE_NAMESPACE"]) as replica:
    try:
        socket.create_connection((urlsplit(replica.backend_url).hostname, 80), timeout=0.3)
    except OSError as error:
        print(type(error).__name__, error.errno)
"""
FACES = {
    "unreachable": "OSError 101\n",
    "connect-timeout": "TimeoutError None\n",
    "name-server": "gaierror -3\n",
    "offline": "gaierror -3\n",
}
here = pytest.mark.skipif(not permitted(), reason="this machine does not let us make network namespaces")


@here
@pytest.mark.parametrize("fault", FACES)
def test_the_network_is_broken_as_described(fault: str) -> None:
    line = command(fault, [sys.executable, "-c", _LOOK])
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
    assert (done.stdout, done.stderr) == (FACES[fault], "")


@here
def test_the_exit_code_is_the_commands() -> None:
    assert main(["offline", "--", "sh", "-c", "exit 7"]) == 7


@here
def test_a_name_that_does_not_exist_is_distinguished_from_a_name_server_in_trouble() -> None:
    look = "import socket\ntry: socket.gethostbyname('nowhere.invalid')\nexcept OSError as error: print(error.errno)"
    line = command("unreachable", [sys.executable, "-c", look])
    assert subprocess.run(line, capture_output=True, text=True, check=True, timeout=120).stdout == "-2\n"


def test_every_fault_of_the_network_is_known() -> None:
    assert names() == list(FACES)
    assert {FAULTS["tectonic"][name].needs for name in names()} == {"namespace"}


def test_another_name_is_refused() -> None:
    with pytest.raises(NamespaceError, match="there are unreachable, connect-timeout"):
        command("no-server", ["true"])


def test_wrong_use_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["offline"]) == 2
    assert capsys.readouterr().err == "usage: python -m smokegate.replica.namespace FAULT -- COMMAND…\n"


def test_a_machine_that_permits_nothing_is_reported_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert main(["offline", "--", "true"]) == 2
    assert "needs the tool 'unshare', which is not installed" in capsys.readouterr().err
