"""The reports of a run: always written, whole, and of this run."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from tests_support.running import ROOT, clean_environment, patient
from tests_support.web import reply

from smokegate.plugin.settings import Settings

ENDINGS = ("html", "json", "md", "xml")


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    """The reports of a run over the healthy replica."""
    reports = tmp_path_factory.mktemp("healthy")
    subprocess.run(
        [sys.executable, "-m", "pytest", "--env=local", f"--reports={reports}", *patient("local")],
        cwd=ROOT,
        env=clean_environment({}),
        capture_output=True,
        timeout=240,
        check=True,
    )
    return reports


def test_html_json_junit_and_markdown_are_written(healthy):
    """A run leaves one report of each kind, named after its environment."""
    files = sorted(str(path.relative_to(healthy)) for path in healthy.rglob("*.*"))
    assert files == ["ctrf/local.json", "history/local.jsonl", "index.html", *(f"local.{e}" for e in ENDINGS)]


def test_json_has_the_documented_outline(healthy):
    """The keys that the design promises are there, with values of their kinds."""
    document = json.loads((healthy / "local.json").read_text())
    (environment,) = document["environments"]

    assert document["schema"] == 1
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", document["run"]["started"])
    assert document["run"].keys() >= {"started", "seconds", "exit", "requests"}
    assert environment.keys() >= {
        "name",
        "verdict",
        "version",
        "cause",
        "counts",
        "not_covered",
        "tests",
        "exchanges",
    }
    assert environment["counts"].keys() >= {"passed", "failed", "blocked", "advisory"}
    assert all(test.keys() >= {"id", "outcome", "advisory", "why"} for test in environment["tests"])
    asked = next(each for each in environment["exchanges"] if each["name"] == "health")
    assert asked["request"]["method"] == "GET"
    assert asked["answer"]["status"] == 200
    assert asked["phases"].keys() >= {"dns", "connect", "tls", "wait", "download"}


def test_the_request_count_is_what_was_sent(smoke, web, environments):
    """`run.requests` counts what the server saw."""
    web.answers["/health"] = reply({"status": "ok"})
    folder = environments(small=f'title = "Small"\n[backend]\nurl = "{web.url}"\n')

    ran = smoke(folder, "--env=small")

    assert ran.json["run"]["requests"] == len(web.asked)


def test_html_is_one_file_that_loads_nothing(healthy):
    """The page names no other resource, and its policy lets it load none."""
    page = (healthy / "local.html").read_text()

    assert not re.findall(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']?(?:https?:|//)", page)
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert '<html lang="en">' in page
    assert "width=device-width" in page


def test_the_page_of_some_twenty_checks_is_small(healthy):
    """All evidence of the run is within 80 kB."""
    assert (healthy / "local.html").stat().st_size <= 80_000


def test_junit_has_every_test(healthy):
    """JUnit has as many test cases as the run had tests."""
    cases = ET.parse(healthy / "local.xml").getroot().findall(".//testcase")  # noqa: S314 - our own file
    document = json.loads((healthy / "local.json").read_text())

    properties = ET.parse(healthy / "local.xml").findall("./testsuite/properties/property")  # noqa: S314 - see above
    assert {(each.get("name"), each.get("value")) for each in properties} >= {("verdict[local]", "PASS")}
    judged = [case for case in cases if case.find("skipped") is None]
    assert all(case.find("./properties/property[@name='environment']").get("value") == "local" for case in judged)
    assert {case.get("name") for case in cases} >= {
        test["id"].rsplit("::", 1)[-1] for test in document["environments"][0]["tests"]
    }


def test_junit_times_are_those_of_the_requests(healthy):
    """A test that reads what has long been answered took as long as the answer, not a thousandth of a second."""
    (environment,) = json.loads((healthy / "local.json").read_text())["environments"]
    took = {each["name"]: each["seconds"] for each in environment["exchanges"]}
    times = {
        case.get("name"): float(case.get("time"))
        for case in ET.parse(healthy / "local.xml").iter("testcase")  # noqa: S314 - our own file
    }
    read = {
        test["id"].rsplit("::", 1)[-1]: max(took[name] for name in test["exchanges"])
        for test in environment["tests"]
        if test["exchanges"] and took.keys() >= {*test["exchanges"]}
    }
    assert len(read) > 10
    assert not {name: seconds for name, seconds in read.items() if times[name] < seconds - 0.001}


def test_reports_are_written_after_ctrl_c(tmp_path, web, environments):
    """Interrupted while a request hangs: reports are there, the verdict is UNKNOWN, the exit code 2."""
    started = threading.Event()
    release = threading.Event()

    def hang(_handler):
        started.set()
        release.wait(120)
        return reply({"status": "ok"})

    web.answers["/health"] = hang
    folder = environments(small=f'title = "Small"\n[backend]\nurl = "{web.url}"\ntimeout = "120s"\n')
    reports = tmp_path / "reports"
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", folder, "--env=small", "-v", f"--reports={reports}"],
        cwd=ROOT,
        env=clean_environment({}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert started.wait(120)
        for line in process.stdout:
            if "collected" in line:
                break
        os.kill(process.pid, signal.SIGINT)
        out, _ = process.communicate(timeout=120)
    finally:
        release.set()
        process.kill()
    document = json.loads((reports / "small.json").read_text())

    assert process.returncode == 2, out
    assert document["run"]["exit"] == 2
    assert document["environments"][0]["verdict"] == "UNKNOWN"
    assert (reports / "small.html").stat().st_size > 1000
    assert (reports / "small.xml").is_file()


def test_a_run_cut_short_is_not_green(smoke, web, environments, tmp_path):
    """`--maxfail`, or a plugin that ends the session: what was not run is counted as not checked."""
    web.answers["/health"] = reply({"status": "ok"})
    folder = environments(small=f'title = "Small"\n[backend]\nurl = "{web.url}"\n')
    (tmp_path / "stopper.py").write_text(
        "def pytest_runtest_logfinish(nodeid):\n    pass\n\n"
        "def pytest_runtest_teardown(item):\n    item.session.shouldstop = 'enough'\n"
    )

    ran = smoke(folder, "--env=small", "-p", "stopper", variables={"PYTHONPATH": str(tmp_path)})

    assert ran.environment()["verdict"] == "UNKNOWN"
    assert ran.code not in {0, 1}
    assert any("not checked" in reason for reason in ran.environment()["reasons"])


def test_a_replica_that_does_not_start_is_reported(smoke, tmp_path):
    """Without the replica's server stack nothing can be judged: UNKNOWN with the reason, and no hang."""
    (tmp_path / "fastapi.py").write_text("raise ImportError('no fastapi here')\n")

    ran = smoke("--env=local", variables={"PYTHONPATH": str(tmp_path)})

    assert (ran.environment()["verdict"], ran.code) == ("UNKNOWN", 6)
    assert "the replica could not be started" in ran.out
    assert "no fastapi here" in ran.out


def test_the_reports_of_many_environments_have_a_name_that_fits():
    """File systems allow 255 bytes; two sets of environments do not share a name."""
    names = tuple(f"region-{number:03}" for number in range(40))

    def label(*chosen: str) -> str:
        return Settings(chosen, Path("environments"), Path("reports")).label

    assert label("eu", "us") == "eu+us"
    assert label(*names).startswith("region-000+39-more-")
    assert len(label(*names)) < 100
    assert label(*names) != label(*reversed(names))
