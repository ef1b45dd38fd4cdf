"""`smokegate check URL` in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests_support.running import clean_environment
from tests_support.web import Reply, reply, serve

from smokegate.commands.check_verdict import _undecided, _without_file
from smokegate.observation.discovery.found import Found
from smokegate.observation.discovery.health import HealthCheck, knowledge


@pytest.fixture
def web():
    """A server whose every answer the test decides."""
    with serve() as server:
        yield server


@pytest.fixture
def check(tmp_path):
    """Run the command in a folder whose code must not be loaded."""
    for name in ("conftest.py", "requests.py", "tests/smoke/test_own.py", "tests/smoke/conftest.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("raise SystemExit('this code was loaded')\n")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")

    def run(*words):
        return subprocess.run(
            [sys.executable, "-P", "-m", "smokegate", "check", *words],
            cwd=tmp_path,
            env=clean_environment({"PYTEST_ADDOPTS": "--neither"}),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run


def test_a_healthy_deployment_goes_on(check, web, tmp_path):
    """What was found and assumed is said, the verdict is green, and nothing is left in the folder."""
    web.answers["/health"] = reply({"status": "healthy", "db": "ok"})
    before = sorted(tmp_path.rglob("*"))

    done = check(web.url.removeprefix("http://"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert 'found      health check /health answers 200, status is "healthy"' in done.stdout
    assert f"PASS {web.url.removeprefix('http://')} · go on" in done.stdout
    assert f"  {web.url} · " in done.stdout
    assert "smokegate init" in done.stdout
    assert sorted(tmp_path.rglob("*")) == before
    assert {method for method, _ in web.asked} == {"GET"}


def test_the_way_to_write_a_file_repeats_the_health_checks_path(check, web):
    """Without it `init` would not find what was just checked."""
    web.answers["/internal/alive"] = reply({"status": "ok"})

    done = check(web.url, "--health", "/internal/alive")

    assert done.stdout.rstrip().endswith(f"smokegate init {web.url} --health /internal/alive")


def test_the_document_is_that_of_every_run(check, web):
    """`--json` prints the run's JSON, with what was found in it."""
    web.answers["/healthz"] = reply({"status": "ok", "db": "ok"})

    done = check(web.url, "--json")
    document = json.loads(done.stdout)
    (environment,) = document["environments"]

    assert (document["schema"], document["run"]["exit"], environment["verdict"]) == (1, 0, "PASS")
    assert environment["discovery"]["found"]


def test_a_sick_deployment_is_red_with_its_cause(check, web):
    """A health check that says so is the cause, and the steps name this command."""
    web.answers["/health"] = reply({"status": "unhealthy"}, 503)

    done = check(web.url)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAIL" in done.stdout
    assert "(app.unhealthy, " in done.stdout
    assert "  do        2. " in done.stdout
    assert f"smokegate check {web.url}" in done.stdout


def test_an_edge_that_answers_in_the_applications_place_is_the_cause(check, web):
    """Nothing is found, and the answers prove why."""
    nothing_here = Reply(404, b"Not Found\n", (("Content-Type", "text/plain"), ("x-render-routing", "no-server")))
    for path in ("/", "/smokegate-no-such-page", "/health", "/healthz", "/api/health"):
        web.answers[path] = nothing_here

    done = check(web.url)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "render.no-server" in done.stdout


def test_without_grounds_nothing_is_claimed(check, web):
    """A server that answers 404 everywhere may be healthy: UNKNOWN, and how to name its health check."""
    done = check(web.url)

    assert done.returncode == 6, done.stdout + done.stderr
    assert "UNKNOWN" in done.stdout
    assert "--health PATH" in done.stdout


def test_a_bare_404_for_every_guessed_path_is_no_proof_of_a_gateway_without_a_route(check, web):
    """An application that has only `/graphql` answers so, too: UNKNOWN, and how to name what it has."""

    def no_such_path(handler):
        handler.version_string = lambda: "nginx"
        return Reply(404, b"Not Found", (("Content-Type", "text/plain; charset=utf-8"),))

    for path in ("/", "/smokegate-no-such-page", *knowledge()["health"]):
        web.answers[path] = no_such_path

    done = check(web.url)

    assert done.returncode == 6, done.stdout + done.stderr
    assert "--health PATH" in done.stdout


def test_a_static_host_without_a_health_check_is_judged_by_its_page_and_says_so(check, web):
    """The page answers every path, so none of the usual paths is a health check; the page is whole: it goes on."""
    page = b'<!doctype html><html><head><title>Shop</title></head><body><div id="root"></div></body></html>'
    shell = Reply(200, page, (("Content-Type", "text/html"),))
    for path in ("/", "/smokegate-no-such-page", *knowledge()["health"]):
        web.answers[path] = shell

    done = check(web.url)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "assumed    without a health check it is judged by its page only" in done.stdout


def test_a_script_that_is_answered_with_the_page_is_a_white_screen(check, web):
    """The page is there, and its only script is the page again: users see nothing."""
    page = b'<!doctype html><html><body><div id="root"></div><script src="/assets/app.js"></script></body></html>'
    shell = Reply(200, page, (("Content-Type", "text/html"),))
    for path in ("/", "/smokegate-no-such-page", "/assets/app.js", *knowledge()["health"]):
        web.answers[path] = shell

    done = check(web.url)

    assert done.returncode == 1, done.stdout + done.stderr
    assert "/assets/app.js" in done.stdout


def test_several_addresses_have_a_verdict_each(check, web):
    """The exit code is the worst."""
    web.answers["/health"] = reply({"status": "healthy", "db": "ok"})

    done = check(web.url, "http://127.0.0.1:9")

    assert done.returncode == 1
    assert "PASS" in done.stdout
    assert "net.refused" in done.stdout


@pytest.mark.parametrize("word", ["ftp://x.example.com", "https://user:pw@x.example.com", "a b"])
def test_what_is_no_address_is_one_line(check, word):
    """Exit code 4, and no request."""
    done = check(word)

    assert done.returncode == 4
    assert done.stderr.count("\n") == 1
    assert "expected" in done.stderr
    assert "pw@" not in done.stderr


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        ("Compare `http://x` in environments/x.toml with the address.", "Compare `http://x` with the address."),
        ("Correct `backend.url` in environments/x.toml.", "Correct what `smokegate check` was given."),
        ("If the promise is out of date, correct `backend.health.json` in environments/x.toml.", ""),
        (
            "If the application has moved there, set that address in `environments/x.toml` instead of `http://x`.",
            "If the application has moved there, check that address.",
        ),
        (
            "Verify: run `smokegate run x` again; it must be green.",
            "Verify: run `smokegate check http://x` again; it must be green.",
        ),
    ],
)
def test_no_step_names_a_file_that_is_not_there(step, shown):
    """The environment exists for this run only."""
    assert _without_file(step, "x", "http://x") == shown


@pytest.mark.parametrize(
    ("found", "cause", "next_step"),
    [
        (Found("http://x", answered=True), "app.health-missing", "smokegate check http://x --health PATH"),
        (Found("http://x", answered=True, guarded="/health"), "app.promise-broken", "declare them in the file"),
        (Found("http://x", answered=True, leads_to="http://y"), "net.redirects", "smokegate check http://y"),
        (
            Found("http://x", answered=True, health=HealthCheck("/health", 200, "status", "running smoothly")),
            "app.unhealthy",
            'status is "running smoothly"',
        ),
    ],
)
def test_a_guess_that_does_not_hold_is_no_failure_and_names_what_to_do(found, cause, next_step):
    """Nothing is known of the deployment, and the note says how to learn it."""
    assert next_step in _undecided(found, cause)


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (Found("http://x", answered=True), "render.no-server"),
        (Found("http://x", answered=True, page=True), "app.promise-broken"),
        (Found("http://x", answered=True, guarded="/health"), "edge.kept-out"),
        (Found("http://x", answered=True, guarded="/health", page=True), "app.promise-broken"),
        (Found("http://x", answered=True, health=HealthCheck("/health", 200, "status", "down")), "app.unhealthy"),
        (Found("http://x"), "net.refused"),
    ],
)
def test_what_is_proven_stands(found, cause):
    """An edge's own answer, a page that changed, a health check that says it is down, no connection."""
    assert not _undecided(found, cause)
