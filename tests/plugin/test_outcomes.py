"""What a run says of a broken deployment: outcomes, verdict, exit code, and the text a person reads."""

from __future__ import annotations

import pytest
from tests_support.web import Reply, reply

SMALL = """
title = "Small"
[backend]
url = "{url}"
timeout = "20s"
[backend.health]
json = {{ status = "ok" }}
samples = 2
"""


def test_a_dead_host_is_one_failure_and_the_rest_blocked(smoke):
    """Nothing behind the hostname: one red test, named as the reason by every blocked one."""
    ran = smoke("--env=local", "--fault=no-server")
    counts = ran.environment()["counts"]
    blocked = [t for t in ran.environment()["tests"] if t["outcome"] == "blocked"]

    assert counts["failed"] == 1
    assert counts["blocked"] == len(blocked) > 5
    assert {t["why"] for t in blocked} == {"blocked by routing.app-answers"}


def test_a_failure_names_promise_place_cause_and_a_line_that_reproduces_it(smoke):
    """The text of a failure has everything a person needs and no traceback."""
    out = smoke("--env=local", "--fault=no-server", "-v").out

    for label in ("check ", "where ", "expected ", "actual ", "cause ", "try "):
        assert f"\n{label}" in out
    assert "x-render-routing: no-server" in out
    assert "curl -sS -i http://127.0.0.1:" in out
    assert "Traceback" not in out
    assert "AssertionError" not in out


def test_a_broken_deployment_fails_with_exit_code_1(smoke):
    """FAIL is exit code 1, in the process and in the report."""
    ran = smoke("--env=local", "--fault=no-server")

    assert (ran.code, ran.json["run"]["exit"], ran.environment()["verdict"]) == (1, 1, "FAIL")


def test_the_worst_of_several_environments_decides(smoke, web, environments):
    """One environment passes and one fails: the run fails, and each keeps its own verdict."""
    web.answers["/health"] = reply({"status": "ok"})
    folder = environments(good=SMALL.format(url=web.url), bad=SMALL.format(url=web.url + "/nowhere"))

    ran = smoke(folder, "--env=good,bad")

    assert {e["name"]: e["verdict"] for e in ran.json["environments"]} == {"good": "PASS", "bad": "FAIL"}, ran.out
    assert ran.code == 1


def test_green_that_touches_no_database_says_what_is_not_covered(smoke, web, environments):
    """All checks pass and none touches the database: a PASS that does not cover it, unless there is none."""
    web.answers["/health"] = reply({"status": "ok"})
    folder = environments(small=SMALL.format(url=web.url))

    silent = smoke(folder, "--env=small").environment()
    said = smoke(folder, "--env=small", "--set=backend.database=none").environment()

    assert (silent["verdict"], said["verdict"]) == ("PASS", "PASS")
    assert "database" in silent["not_covered"]
    assert "database" not in said["not_covered"]


def test_a_promise_that_touches_the_database_makes_it_a_pass(smoke, web, environments):
    """The same deployment with a gating promise marked `touches = ["database"]` is a PASS."""
    web.answers |= {"/health": reply({"status": "ok"}), "/ready": reply({"db": "up"})}
    ready = '[[backend.endpoints]]\npath = "/ready"\ntouches = ["database"]\n'
    folder = environments(small=SMALL.format(url=web.url) + ready)

    ran = smoke(folder, "--env=small")

    assert (ran.environment()["verdict"], ran.code) == ("PASS", 0)


def test_an_advisory_endpoint_warns_and_does_not_fail(smoke, web, environments):
    """`severity = "advisory"`: a broken promise is a warning, not counted as failed, and `-x` goes on."""
    web.answers |= {"/health": reply({"status": "ok"}), "/ready": reply({"db": "up"})}
    more = """
    [[backend.endpoints]]
    path = "/extra"
    severity = "advisory"
    [[backend.endpoints]]
    path = "/ready"
    touches = ["database"]
    """
    folder = environments(small=SMALL.format(url=web.url) + more)

    ran = smoke(folder, "--env=small", "-x")

    assert (ran.environment()["verdict"], ran.code) == ("WARN", 0), ran.out
    assert ran.environment()["counts"] == {
        "passed": ran.environment()["counts"]["passed"],
        "failed": 0,
        "blocked": 0,
        "advisory": 1,
        "skipped": 0,
        "not_judged": 0,
    }


def test_a_run_that_selects_nothing_is_not_green(smoke):
    """`-k` that fits nothing ends with pytest's exit code 5 and the verdict UNKNOWN."""
    ran = smoke("--env=local", "-k", "nothing_is_called_so")

    assert ran.code == 5
    assert ran.environment()["verdict"] == "UNKNOWN"


def test_a_skipped_promise_is_not_a_pass(smoke, web, environments, tmp_path):
    """A smoke test that skips itself leaves a promise unchecked: UNKNOWN, exit code 6."""
    web.answers |= {"/health": reply({"status": "ok"}), "/ready": reply({"db": "up"})}
    folder = environments(
        small=SMALL.format(url=web.url) + '[[backend.endpoints]]\npath = "/ready"\ntouches = ["database"]\n'
    )
    plugin = tmp_path / "skipper.py"
    plugin.write_text(
        "import pytest\n\ndef pytest_runtest_setup(item):\n"
        "    if 'steady' in item.name:\n        pytest.skip('not today')\n"
    )

    ran = smoke(folder, "--env=small", "-p", "skipper", variables={"PYTHONPATH": str(tmp_path)})

    assert (ran.environment()["verdict"], ran.code) == ("UNKNOWN", 6)
    assert any("not today" in reason for reason in ran.environment()["reasons"])


def test_missing_credentials_are_unknown_not_green(smoke, web, environments):
    """Sign-in without its standing account cannot be judged: UNKNOWN, and the variables are named."""
    web.answers["/health"] = reply({"status": "ok"})
    folder = environments(
        small=SMALL.format(url=web.url) + '[sign_in]\nlogin = "/api/auth/login"\naccount = "/api/auth/me"\n'
    )
    web.answers["/api/auth/me"] = reply({"detail": "Not authenticated"}, 401)

    ran = smoke(folder, "--env=small")

    assert (ran.environment()["verdict"], ran.code) == ("UNKNOWN", 6)
    assert "SMOKE_SMALL_EMAIL" in ran.out


def test_held_only_on_a_second_try_is_a_warning(smoke, web, environments):
    """An endpoint that answers only when it is tried again is green with a WARN."""
    web.answers |= {"/health": reply({"status": "ok"}), "/ready": reply({"db": "up"})}
    tries: list[int] = []

    def flaky(_handler):
        tries.append(1)
        page = b"<html><center>nginx/1.22.1</center></html>"
        return reply({"fine": True}) if len(tries) > 1 else Reply(503, page, (("Content-Type", "text/html"),))

    web.answers["/flaky"] = flaky
    more = """
    [[backend.endpoints]]
    path = "/ready"
    touches = ["database"]
    [[backend.endpoints]]
    path = "/flaky"
    """
    folder = environments(small=SMALL.format(url=web.url) + more)

    ran = smoke(folder, "--env=small")

    assert (ran.environment()["verdict"], ran.code) == ("WARN", 0), ran.out
    assert any("only after a retry" in reason for reason in ran.environment()["reasons"])


@pytest.mark.parametrize("fault", ["no-server", "login-missing"])
def test_every_blocked_test_names_a_red_one(smoke, fault):
    """What blocks is itself red in the same run: no promise hides behind a symptom that is not reported."""
    tests = smoke("--env=local", f"--fault={fault}").environment()["tests"]
    red = {t["code"] for t in tests if t["outcome"] == "failed"}
    blockers = {t["why"].removeprefix("blocked by ") for t in tests if t["outcome"] == "blocked"}

    assert blockers
    assert blockers <= red
