"""What the tests with a real engine or a real sshd share; without one they skip, and in CI they fail."""

from __future__ import annotations

import os
import shutil

import pytest

from smokegate.replica.compose import engine as engines
from smokegate.replica.process.client import ReplicaError


def unavailable(what: str) -> None:
    """Skip, or fail where CI is set: a gate that skips its hardest tests unnoticed is none."""
    if os.environ.get("CI"):
        pytest.fail(f"{what}: CI must have it", pytrace=False)
    pytest.skip(what)


@pytest.fixture(scope="session")
def engine() -> None:
    """A docker engine that answers, with compose."""
    if shutil.which("docker") is None:
        unavailable("there is no docker client on this machine")
    try:
        engines.client().close()
    except ReplicaError as error:
        unavailable(str(error))


@pytest.fixture(scope="session")
def sshd_program() -> str:
    """Where OpenSSH's server is."""
    found = shutil.which("sshd") or shutil.which("sshd", path="/usr/sbin:/sbin")
    if found is None or shutil.which("ssh") is None:
        unavailable("there is no OpenSSH server and client on this machine (apt-get install openssh-server)")
    assert found is not None
    return found
