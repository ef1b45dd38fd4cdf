"""A deployment without replica is rehearsed through the proxy, and what no one would notice is reported."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tests_support.running import ROOT, clean_environment
from tests_support.web import Reply, Web, reply, serve

from smokegate.replica import start

TESTS = ("test_health.py", "test_routing.py", "test_reach.py", "test_endpoints.py")
INI = """
[pytest]
addopts = -p smokegate.plugin --import-mode=importlib -p no:randomly
testpaths = tests/smoke
"""
FILE = """
title = "A shop"
[backend]
url = "{url}"
[backend.health]
json = {{ status = "ok", service = "shop" }}
samples = 2
"""


@dataclass(frozen=True)
class Rehearsed:
    """What a rehearsal left behind."""

    code: int
    out: str
    report: dict[str, Any]

    @property
    def score(self) -> dict[str, Any]:
        """The one deployment of it."""
        (found,) = self.report["deployments"]
        return dict(found)

    def noticed(self, name: str) -> bool:
        """Whether a mutant was noticed."""
        (found,) = [each for each in self.score["mutants"] if each["mutant"] == name]
        return bool(found["noticed"])


def _project(folder: Path) -> Path:
    """A team's own project: the suite's vocabulary, some of its tests, and room for more."""
    (folder / "tests" / "smoke").mkdir(parents=True)
    (folder / "environments").mkdir()
    (folder / "pytest.ini").write_text(INI, "utf-8")
    for name in TESTS:
        shutil.copy(ROOT / "tests" / "smoke" / name, folder / "tests" / "smoke")
    return folder


def _rehearse(
    project: Path,
    *words: str,
    name: str = "staging",
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Rehearsed:
    """Rehearse an environment of a project, the reports in its folder."""
    reports = project / "reports"
    command = [sys.executable, "-m", "pytest", f"--env={name}", "--rehearse", f"--reports={reports}", *words]
    done = subprocess.run(
        command,
        cwd=cwd or project,
        env=clean_environment(variables or {}),
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    file = reports / "rehearsal.json"
    report = json.loads(file.read_bytes()) if file.is_file() else {}
    return Rehearsed(done.returncode, done.stdout + done.stderr, report)


def _shop(web: Web, project: Path, more: str = "") -> None:
    web.answers["/health"] = reply({"status": "ok", "service": "shop"})
    text = FILE.format(url=web.url) + more
    (project / "environments" / "staging.toml").write_text(text, "utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one test."""
    return _project(tmp_path)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> tuple[Rehearsed, Counter[tuple[str, str]]]:
    """The rehearsal of a shop whose promises are all checked, also by a check of its own, and what was requested."""
    project = _project(tmp_path_factory.mktemp("sound"))
    own = "def test_shop_is_open(deployment):\n    assert deployment.health.json['status'] == 'ok'\n"
    (project / "tests" / "smoke" / "test_own.py").write_text(own, "utf-8")
    with serve() as web:
        _shop(web, project)
        return _rehearse(project), Counter(web.asked)


@pytest.fixture(scope="module")
def unsound(tmp_path_factory: pytest.TempPathFactory) -> Rehearsed:
    """The rehearsal of a shop with a promise that anything keeps and a check of its own that cannot fail."""
    project = _project(tmp_path_factory.mktemp("unsound"))
    own = "def test_orders_are_plausible(deployment):\n    assert deployment.health is not None\n"
    (project / "tests" / "smoke" / "test_own.py").write_text(own, "utf-8")
    with serve() as web:
        web.answers["/orders"] = reply([])
        _shop(web, project, '[[backend.endpoints]]\npath = "/orders"\n')
        return _rehearse(project)


def test_sound_suite_notices_everything(sound: tuple[Rehearsed, Counter[tuple[str, str]]]) -> None:
    """Where each promise is checked, each broken answer is noticed, and the exit code is 0."""
    done, _ = sound
    assert done.code == 0, done.out
    assert done.score["holes"] == []
    assert done.score["noticed"] == done.score["of"] > 10


def test_deployment_is_requested_by_one_run_only(sound: tuple[Rehearsed, Counter[tuple[str, str]]]) -> None:
    """All broken answers are recorded ones: the deployment sees what one normal run asks."""
    _, asked = sound
    assert asked == {("GET", "/health"): 2}


def test_own_check_that_can_fail_is_no_hole(sound: tuple[Rehearsed, Counter[tuple[str, str]]]) -> None:
    """A check of a team's own that reads an answer notices when it is broken."""
    done, _ = sound
    assert done.score["never_red"] == []
    assert "own.shop-is-open" in {check for each in done.score["mutants"] for check in each["noticed_by"]}


def test_promise_that_anything_keeps_is_a_hole(unsound: Rehearsed) -> None:
    """An endpoint that promises a status alone is satisfied by any page: the rehearsal says so, and fails."""
    assert unsound.code == 1, unsound.out
    assert not unsound.noticed("/orders stranger")
    assert [hole for hole in unsound.score["holes"] if hole.startswith("backend.endpoints /orders")] != []


def test_check_that_cannot_fail_is_found(unsound: Rehearsed) -> None:
    """A team's own test that asserts nothing stays green whatever is broken: it is named as a hole."""
    assert unsound.score["never_red"] == ["own.orders-are-plausible"]


def test_deployment_that_is_not_well_has_no_score(project: Path) -> None:
    """On a broken deployment nothing can be proven: the rehearsal says what is the matter, and fails."""
    with serve() as web:
        _shop(web, project)
        web.answers["/health"] = Reply(500, b"Internal Server Error")
        done = _rehearse(project)

    assert done.code == 1
    assert "it fails without any fault" in done.out
    assert done.score["mutants"] == []


def test_replica_as_a_strangers_deployment(project: Path, tmp_path: Path) -> None:
    """The whole suite on a whole deployment, sign-in and frontend included, notices every broken answer."""
    with start("tectonic") as replica:
        words = (f"--set=backend.url={replica.backend_url}", f"--set=frontend.url={replica.frontend_url}")
        done = _rehearse(project, *words, name="local", cwd=ROOT)

    assert done.code == 0, done.out
    assert done.score["holes"] == []
    assert done.score["of"] > 40
    assert not list(tmp_path.glob("**/local-file")), "the recording is not left behind"


def test_standing_account_that_cannot_sign_in_is_noticed(project: Path) -> None:
    """Where a run may create no account, a login that fails turns the standing account's own check red."""
    account = {"email": "standing@example.com", "password": "Standing-Account-1!"}
    with start("tectonic") as replica:
        _register(replica.backend_url, {**account, "full_name": "Standing Account"})
        done = _rehearse(
            project,
            f"--set=backend.url={replica.backend_url}",
            f"--set=frontend.url={replica.frontend_url}",
            "--set=sign_in.creates_accounts=false",
            "-k=login first",
            name="local",
            cwd=ROOT,
            variables={f"SMOKE_LOCAL_{key.upper()}": value for key, value in account.items()},
        )

    assert done.code == 0, done.out
    assert {test for each in done.score["mutants"] for test in each["noticed_by"]} == {"sign-in.first-login"}
    assert account["password"] not in done.out + json.dumps(done.report)


def _register(url: str, account: dict[str, str]) -> None:
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=60)) as connection:
        connection.request("POST", "/api/auth/register", json.dumps(account), {"Content-Type": "application/json"})
        with connection.getresponse() as response:
            assert response.status == 200
