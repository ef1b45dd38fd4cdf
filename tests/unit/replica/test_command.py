"""`smokegate replica` serves by hand, lists what can be broken, and corrects a slip of the keyboard."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
from tests_support.ports import reserved

from smokegate.replica import FAULTS
from smokegate.replica.command import main

_COMMAND = [
    sys.executable,
    "-c",
    "import sys; from smokegate.replica.command import main; sys.exit(main(sys.argv[1:]))",
]


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_interrupted(by: signal.Signals, until: Any) -> None:
    command = [*_COMMAND, "tectonic", "--fault=wake-throttled", "--tls"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(6)]
        process.send_signal(by)
        rest, errors = process.communicate(timeout=60)
    said = dict(line.split(maxsplit=1) for line in lines[1:5])
    assert "broken: wake-throttled (The free instance is asleep" in lines[0]
    assert said["backend"].startswith("https://127.0.0.1:")
    assert (rest, errors, process.returncode) == ("\nstopped; nothing is left behind\n", "", 0)
    until(lambda: not Path(said["trust"].strip()).exists(), "the end of the directory")


def test_it_serves_on_the_port_that_it_is_given() -> None:
    command = [*_COMMAND, "trading"]
    with (
        reserved() as port,
        subprocess.Popen([*command, f"--port={port}"], stdout=subprocess.PIPE, text=True) as process,
    ):
        assert process.stdout is not None
        process.stdout.readline()
        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/ping_fast", timeout=60) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def test_the_list_names_every_fault_and_its_title(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    listed = capsys.readouterr().out
    for of_kind in FAULTS.values():
        for fault in of_kind.values():
            assert f"  {fault.name} " in listed
            assert fault.title in listed


def test_the_list_can_be_of_one_kind(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trading", "--list"]) == 0
    assert "no-server" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [(["tectonic", "--fault=no-servr"], "did you mean 'no-server'?"), (["trade"], "did you mean 'trading'?")],
)
def test_a_slip_is_corrected(capsys: pytest.CaptureFixture[str], arguments: list[str], hint: str) -> None:
    assert main(arguments) == 2
    assert hint in capsys.readouterr().err


def test_a_port_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["tectonic", "--port=99999"])
    assert "99999 is not a port" in capsys.readouterr().err


def test_a_port_that_is_taken_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["tectonic", f"--port={taken.getsockname()[1]}"]) == 1
    assert "Address already in use" in capsys.readouterr().err
