"""Nothing is sent before collection has decided, and nothing for a check that is not selected."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests_support.web import reply

FILE = """
title = "Counted"
[backend]
url = "{url}"
[[backend.endpoints]]
path = "/extra"
[sign_in]
register = "/register"
login = "/login"
account = "/me"
creates_accounts = true
"""
WITHOUT_SIGN_IN = {"/health", "/extra"}


@pytest.fixture
def counted(web, environments):
    """The option that names the folder of an environment whose every request is counted."""
    web.answers |= {
        "/health": reply({"status": "ok"}),
        "/extra": reply({}),
        "/register": reply({"access_token": "t1", "id": 1}),
        "/login": reply({"access_token": "t2", "id": 1}),
        "/me": reply({"id": 1}),
    }
    return environments(counted=FILE.format(url=web.url))


@pytest.mark.parametrize(
    "words",
    [
        ("--markers",),
        ("--fixtures",),
        ("--fixtures-per-test",),
        ("--cache-show",),
        ("--setup-plan",),
        ("--setup-only",),
        ("--collect-only",),
        ("--rehearse", "--collect-only"),
        ("--help",),
        ("--version",),
        ("--no-such-option",),
        ("-k", "nothing_is_called_so"),
        ("--set=backend.nonsense=1",),
        ("tests/smoke/no_such_file.py",),
    ],
    ids=lambda words: words[-1],
)
def test_what_runs_no_check_sends_nothing_and_leaves_reports_alone(smoke, web, counted, tmp_path, words):
    """No connection, no request; and what an earlier run wrote is still there, unless a run took its place."""
    (tmp_path / "reports").mkdir()
    for ending in ("html", "json", "xml"):
        (tmp_path / "reports" / f"counted.{ending}").write_text("of an earlier run")

    smoke(counted, "--env=counted", *words)

    assert web.asked == []
    if words[0] != "-k":
        left = [path.read_text() for path in (tmp_path / "reports").glob("counted.*")]
        assert left == ["of an earlier run"] * 3


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        (("-k", "test_health"), {"/health"}),
        (("-k", "test_endpoint_answers"), {"/extra"}),
        (("-k", "not sign_in"), WITHOUT_SIGN_IN),
        (("--ignore=tests/smoke/test_sign_in.py",), WITHOUT_SIGN_IN),
        (("--deselect=smokegate/test_sign_in.py",), WITHOUT_SIGN_IN),
        (("--deselect=tests/smoke/test_sign_in.py",), WITHOUT_SIGN_IN),
        (("tests/smoke/test_endpoints.py",), {"/extra"}),
        (("tests/smoke/test_health.py::test_health_is_ok",), {"/health"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_only_what_selected_checks_read_is_requested(smoke, web, counted, words, sent):
    """By name, by file, by deselection: what is left out is not requested, and the run says that it is partial."""
    ran = smoke(counted, "--env=counted", *words)

    assert {path for _, path in web.asked} == sent, ran.out
    assert ran.environment()["partial"].startswith("partial run"), ran.out
    assert ran.json["run"]["complete"] is False
    assert "every declared check" not in ran.out


TEAM = '''
import pytest
from smokegate.api import check

class Wizard:
    def register(self, path):
        return path.lstrip("/")

@pytest.fixture
def wizard():
    return Wizard()

@pytest.fixture
def service(deployment):
    return deployment.health

@pytest.fixture
def extra(deployment):
    return deployment.endpoint("/extra")

@pytest.mark.fast
def test_fast(service):
    """A fixture of the team's own reads the health check."""
    assert service.status == 200

@check("team.extra", needs=("backend.endpoints",))
@pytest.mark.thorough
def test_extra(extra):
    """A fixture of the team's own reads an endpoint."""
    assert extra.status == 200

def test_none(wizard):
    """It reads nothing of the deployment, whatever it calls its methods."""
    assert wizard.register("/register") == "register"
'''
MARKS = ("-c", "pyproject.toml", "-o", "markers=fast\nthorough")


@pytest.mark.parametrize(
    ("words", "sent"),
    [
        (("-m", "thorough"), {"/extra"}),
        (("-m", "not thorough", "--setup-show"), {"/health"}),
        (("-k", "test_none or test_extra"), {"/extra"}),
        (("--setup-only",), set()),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_team_s_fixtures_and_marks_request_what_they_read_alone(smoke, web, counted, words, sent):
    """By mark, step by step, through fixtures of the team's own: what is not selected is not requested."""
    team = Path(counted.partition("=")[2]).with_name("test_team.py")
    team.write_text(TEAM)

    ran = smoke(counted, "--env=counted", str(team), *MARKS, *words)

    assert ran.code == 0, ran.out
    assert {path for _, path in web.asked} == sent, ran.out


@pytest.mark.parametrize("word", ["--lf", "--stepwise", "--sw"])
def test_what_failed_last_is_all_that_is_requested(smoke, web, counted, tmp_path, word):
    """`--lf` and `--stepwise` after a run in which the endpoint failed: the endpoint alone."""
    cache = ("-o", f"cache_dir={tmp_path / 'cache'}")
    others = ("-k", "not sign_in and not steady")
    web.answers["/extra"] = reply({}, 500)
    smoke(counted, "--env=counted", *others, *cache, *([] if word == "--lf" else [word]))
    web.asked.clear()
    web.answers["/extra"] = reply({})

    ran = smoke(counted, "--env=counted", word, *others, *cache)

    assert {path for _, path in web.asked} == {"/extra"}, ran.out


def test_a_partial_run_is_green_for_no_gate(smoke, counted):
    """`-k test_health` passes, decides nothing, and is exit code 6 with --strict."""
    ran = smoke(counted, "--env=counted", "-k", "test_health")
    strict = smoke(counted, "--env=counted", "-k", "test_health", "--strict")

    assert (ran.environment()["verdict"], ran.code, strict.code) == ("PASS", 0, 6), ran.out
    assert ran.environment()["decision"] == "nothing is decided: only a part of the checks ran"


def test_a_selection_of_nothing_is_said_to_be_that(smoke, counted):
    """`-k nothing` was not cut short: no check was selected."""
    ran = smoke(counted, "--env=counted", "-k", "nothing")

    assert ran.environment()["verdict"] == "UNKNOWN", ran.out
    assert ran.environment()["reasons"][0] == "nothing was checked"
    assert "cut short" not in ran.out


def test_the_whole_run_is_not_partial(smoke, counted):
    """Every check of the suite is selected, also those that do not apply here."""
    ran = smoke(counted, "--env=counted")

    assert ran.environment()["partial"] is None, ran.out
    assert ran.json["run"]["complete"] is True


def test_xdist_s_own_number_of_workers_counts(smoke, web, environments):
    """`-n auto` with what xdist makes of it, and `--maxprocesses`: no health check is sent twice."""
    web.answers["/health"] = reply({"status": "ok"})
    text = f'title = "Small"\n[backend]\nurl = "{web.url}"\n[backend.health]\nsamples = 3\n'
    folder = environments(one=text, two=text)

    for words, variables in (
        (("-n", "auto"), {"PYTEST_XDIST_AUTO_NUM_WORKERS": "3"}),
        (("-n", "4", "--maxprocesses=1"), {}),
        (("--tx", "2*popen", "--dist=load"), {}),
    ):
        web.asked.clear()
        ran = smoke(folder, "--env=one,two", *words, variables=variables)
        assert web.asked.count(("GET", "/health")) == 6, (words, ran.out)
        assert len(ran.json["environments"]) == 2
