"""`diagnose --fix` on the real stack: what it fixes, what it refuses, and that two never run at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests_support.compose_faults import FIXED, OBSERVED, REFUSED, UNNOTICED, broken
from tests_support.running import ROOT, clean_environment
from tests_support.sshd import Sshd, serve

from smokegate.commands.fix.lock import held
from smokegate.environment.model import Server
from smokegate.observation.server.host import connect
from smokegate.replica.compose.faults import FAULTS
from smokegate.replica.compose.replica import ComposeReplica, start
from smokegate.replica.compose.stack import NGINX

PSQL = ("exec", "-T", "db", "psql", "-U", "atp", "-d", "atp", "-tAc")
ENVIRONMENT = """\
title = "The real stack"
[backend]
url = "{url}"
wait = "30s"
timeout = "8s"
[backend.health]
json = {{ status = "ok" }}
[[backend.endpoints]]
path = "/api/health/ready"
touches = ["database"]
[server]
{server}
[compose]
directory = "{directory}"
port = {port}
profile = "aws"
backend = "backend-aws"
database = "db"
origin = ["/health"]
"""


@dataclass(frozen=True)
class Fixed:
    """What a fix left behind."""

    code: int
    document: dict[str, Any]
    stderr: str
    record: list[dict[str, Any]]

    @property
    def states(self) -> list[tuple[str, str]]:
        """State and action of each line of the record, without what was only planned."""
        return [(each["state"], each.get("action", "")) for each in self.record if each["state"] != "planned"]


@dataclass(frozen=True)
class Site:
    """A running stack and the environment file that describes it."""

    replica: ComposeReplica
    directory: Path

    @property
    def lock(self) -> str:
        """A lock of its own: fixes of other runs on this machine are none of this test's business."""
        return str(self.directory / "lock")

    def describe(self, server: str = "local = true") -> None:
        """Write the environment file."""
        text = ENVIRONMENT.format(
            url=self.replica.backend_url,
            server=server,
            directory=self.replica.directory,
            port=self.replica.backend_port,
        )
        (self.directory / "stack.toml").write_text(text)

    def fix(self, *options: str) -> Fixed:
        """Diagnose and fix."""
        where = ("--environments", str(self.directory), "--reports", str(self.directory), "--lock", self.lock)
        words = ("diagnose", "stack", "--fix", "--json", *where, *(options or ("--yes",)))
        ran = subprocess.run(
            [sys.executable, "-m", "smokegate", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=clean_environment({}),
            cwd=ROOT,
            timeout=300,
            check=False,
        )
        path = self.directory / "fixes.jsonl"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        assert ran.stdout, ran.stderr
        return Fixed(ran.returncode, json.loads(ran.stdout), ran.stderr, [json.loads(line) for line in lines])

    def data(self) -> str:
        """Return what was written into the database."""
        return self.replica.stack.compose(*PSQL, "select note from kept")


@pytest.fixture(scope="module")
def running(engine: None) -> Iterator[ComposeReplica]:  # noqa: ARG001 - it must be there
    """One stack for all tests of this file: each leaves it healthy, or a new one takes its place."""
    with start() as replica:
        replica.stack.compose(*PSQL, "create table kept as select 'the data' as note")
        yield replica


@pytest.fixture
def site(running: ComposeReplica, tmp_path: Path) -> Site:
    """The stack, with all its services up, and a folder for what is written about it."""
    found = Site(running, tmp_path)
    found.describe()
    return found


@pytest.mark.parametrize(("fault", "action"), FIXED.items())
def test_what_a_start_can_mend_is_mended_and_verified(site: Site, fault: str, action: str) -> None:
    """The first action is the right one, the look after it says so, and no data is touched."""
    with broken(site.replica.stack, fault):
        fixed = site.fix()
        assert fixed.states == [("applied", action), ("verified", action)], fixed.stderr
        assert (fixed.code, fixed.document["environments"][0]["verdict"]) == (0, "PASS")
        assert fixed.record[0]["cause"] in FAULTS[fault].cause
        assert site.data() == "the data\n"


@pytest.mark.parametrize(
    "fault", [*REFUSED, *(pytest.param(each, marks=pytest.mark.slow) for each in OBSERVED if each != "database-slow")]
)
def test_what_comes_back_after_a_restart_is_refused(site: Site, fault: str) -> None:
    """No command runs; the reason and what a person can do are reported."""
    with broken(site.replica.stack, fault):
        started = site.replica.stack.state(NGINX)["StartedAt"]
        fixed = site.fix()
        assert site.replica.stack.state(NGINX)["StartedAt"] == started
    assert (fixed.code, fixed.states) == (1, [("refused", "")]), fixed.stderr
    assert fixed.record[0]["cause"] in FAULTS[fault].cause
    assert "what a person can do" in fixed.stderr


@pytest.mark.parametrize("fault", UNNOTICED)
def test_nothing_is_done_while_users_notice_nothing(site: Site, fault: str) -> None:
    """Every answer is as promised: a repair could only make it worse, and a person decides."""
    with broken(site.replica.stack, fault):
        fixed = site.fix()
    assert (fixed.code, fixed.states) == (1, [("refused", "")]), fixed.stderr
    assert fixed.record[0]["cause"] in FAULTS[fault].cause
    assert "all checks that matter to users pass" in fixed.stderr


def test_a_dry_run_shows_the_exact_commands_and_runs_none(site: Site) -> None:
    """What was stopped is as stopped as before."""
    with broken(site.replica.stack, "nginx-stopped"):
        fixed = site.fix("--dry-run")
        assert site.replica.stack.state(NGINX)["Status"] == "exited"
    command = f"docker compose --project-directory {site.replica.directory} --profile aws start -- {NGINX}"
    assert (fixed.code, fixed.record) == (1, [])
    assert command in fixed.stderr


def test_without_a_terminal_and_without_yes_nothing_is_done(site: Site) -> None:
    """A script that forgot `--yes` gets 2 and a reason."""
    with broken(site.replica.stack, "nginx-stopped"):
        fixed = site.fix("--reports", str(site.directory))
        assert site.replica.stack.state(NGINX)["Status"] == "exited"
    assert fixed.code == 2
    assert "confirmation needs a terminal" in fixed.stderr


def test_of_two_fixes_on_one_host_the_second_refuses(site: Site) -> None:
    """It says who is at work there, and touches nothing."""
    with (
        broken(site.replica.stack, "nginx-stopped"),
        connect(Server(local=True)) as host,
        held(host, "another", path=site.lock),
    ):
        fixed = site.fix()
        assert site.replica.stack.state(NGINX)["Status"] == "exited"
    assert (fixed.code, fixed.states[-1]) == (2, ("refused", ""))
    assert "another fix is running on local" in fixed.stderr
    assert not Path(site.lock).exists()


def test_it_mends_over_ssh(site: Site, sshd: Sshd) -> None:
    """The same over a real sshd: look, lock, command, wait, look."""
    site.describe(f'ssh = "target"\nssh_config = "{sshd.config}"')
    with broken(site.replica.stack, "nginx-stopped"):
        fixed = site.fix()
    assert fixed.states == [("applied", f"start {NGINX}"), ("verified", f"start {NGINX}")], fixed.stderr
    assert {each["host"] for each in fixed.record} == {"target"}
    assert not Path(site.lock).exists()


@pytest.fixture
def sshd(sshd_program: str, tmp_path: Path) -> Iterator[Sshd]:
    """A server of its own on loopback, with a throwaway key."""
    directory = tmp_path / "sshd"
    directory.mkdir()
    with serve(sshd_program, directory) as found:
        yield found
