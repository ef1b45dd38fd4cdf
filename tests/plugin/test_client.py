"""Own requests: the examples of docs/extending.md, what is refused, and what is cleaned up whatever happens."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from tests_support.running import ROOT, Ran, clean_environment
from tests_support.web import Reply, reply

TEXT = (ROOT / "docs" / "extending.md").read_text("utf-8").partition("## Send your own requests")[2]
EXAMPLES = re.findall(r"```python\n(.*?)```", TEXT.partition("## What a check declares")[0], re.DOTALL)
CHECKS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)[0]
FILE = 'title = "Own"\n[backend]\nurl = "{url}"\nbearer = { env = "TOKEN" }\n[backend.health]\nsamples = 1\n'
VARIABLES = {"TOKEN": "tok-own-1234567", "SMOKE_TEST_CARD": "4242-4242-4242"}
PAGE = b'<!doctype html><form method=post><input type=hidden name="csrf_token" value="csrf-tok-5150"></form>'


def _order(request):
    card = b'"card": "4242-4242-4242"' in request.body
    return reply({"id": 7}, 201 if card and request.headers["Authorization"] == "Bearer tok-own-1234567" else 400)


def _contact(request):
    if request.command == "GET":
        return Reply(200, PAGE, (("Content-Type", "text/html"), ("Set-Cookie", "csrf=of-the-token; Path=/")))
    sound = b"csrf_token=csrf-tok-5150" in request.body and request.headers["Cookie"] == "csrf=of-the-token"
    return Reply(200 if sound else 403, b"Thank you")


def _graphql(request):
    return reply({"data": {"products": [{"id": 1}]}} if b'"n": 1' in request.body else {"errors": ["no"]})


def _prices(_request):
    return Reply(101, b"", (("Upgrade", "websocket"), ("Connection", "Upgrade")))


@pytest.fixture
def project(tmp_path, web):
    """A project with one environment and checks of its own; returns what a run of it came to."""
    web.answers |= {"/health": reply({"status": "ok"}), "/contact": _contact, "/graphql": _graphql, "/prices": _prices}
    web.answers |= {"/orders": _order, "/orders/7": reply({"state": "new"})}
    (tmp_path / "environments").mkdir()
    (tmp_path / "tests" / "smoke").mkdir(parents=True)

    def run(*own: str, said: str = CHECKS) -> Ran:
        file = FILE.replace("{url}", web.url) + said
        (tmp_path / "environments" / "shop.toml").write_text(file, encoding="utf-8")
        for number, text in enumerate(own):
            (tmp_path / "tests" / "smoke" / f"test_{number}.py").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "smokegate", "-p", "no:cacheprovider", "--env=shop"],
            cwd=tmp_path,
            env=clean_environment(VARIABLES),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Ran(done.returncode, done.stdout + done.stderr, tmp_path / "reports")

    return run


def test_the_examples_of_the_page_pass_and_are_exchanges_of_the_report(project, web):
    """Each with its curl line; the secrets that they send are in no output; the order is deleted again."""
    assert len(EXAMPLES) == 4
    ran = project(*EXAMPLES)

    assert ran.code == 0, ran.out
    codes = {each["code"]: each["outcome"] for each in ran.environment()["tests"]}
    assert {codes[f"shop.{name}"] for name in ("order", "graphql", "contact", "live-prices")} == {"passed"}
    sent = {each["name"]: each for each in ran.environment()["exchanges"]}
    assert sent["own POST /orders"]["request"]["curl"].startswith("curl -sS -i -X POST")
    assert "wait" in sent["own POST /orders"]["phases"]
    assert sent["own DELETE /orders/7"]["answer"]["status"] == 200
    written = "".join(each.read_text("utf-8") for each in ran.reports.iterdir() if each.is_file()) + ran.out
    assert not [value for value in (*VARIABLES.values(), "csrf-tok-5150") if value in written]
    assert ("DELETE", "/orders/7") in web.asked


def test_writes_need_permission_and_a_query_does_not(project, web):
    """Without `writes = true` nothing that could change something is sent, and nothing is called broken."""
    order = EXAMPLES[0].replace(', needs=("checks.writes",)', "")
    ran = project(order, EXAMPLES[1], said='[checks]\nsecrets = { card = { env = "SMOKE_TEST_CARD" } }\n')

    found = {each["code"]: each for each in ran.environment()["tests"]}
    assert (ran.code, found["shop.graphql"]["outcome"], found["shop.order"]["outcome"]) == (6, "passed", "blocked")
    assert "[checks] writes = true" in found["shop.order"]["why"]
    assert "/orders" not in {path for _, path in web.asked}


@pytest.mark.parametrize(
    ("broken", "code"), [("assert seen.status == 418", 1), ("raise KeyboardInterrupt", 2)], ids=["failure", "interrupt"]
)
def test_what_a_check_made_is_deleted_whatever_happens(project, web, broken, code):
    """After a failure and after Ctrl-C."""
    ran = project(re.sub(r"seen\.expect\(.*", broken, EXAMPLES[0]))

    assert ran.code == code, ran.out
    assert web.asked[-1] == ("DELETE", "/orders/7")


def test_failure_names_the_request(project, web):
    """Evidence and curl line are those of the request of the check."""
    web.answers["/orders/7"] = reply({"state": "lost"})
    ran = project(EXAMPLES[0])

    assert ran.code == 1, ran.out
    assert "expected a new order" in ran.out
    assert "/orders/7" in ran.out
