"""No secret leaves a run, by whatever way, and no server can make a report or a log do what it wants."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest
from tests_support.running import WITH_SECRETS
from tests_support.web import Reply, reply

PASSWORD = "h/nt+r2 & co.=öx"
TOKEN = "tok-3f9a77e1c0"
EMAIL = "standing@example.com"
VARIABLES = {"SMOKE_SMALL_EMAIL": EMAIL, "SMOKE_SMALL_PASSWORD": PASSWORD, "SMALL_KEY": "key-9b1deb4d"}
#: A plugin that leaks on purpose: a failing test's local, its assertion, its output and its log.
LEAK = """
import logging, os
import pytest

@pytest.hookimpl(trylast=True)
def pytest_runtest_call(item):
    if "test_health_is_ok" in item.name:
        password = os.environ["SMOKE_SMALL_PASSWORD"]
        print("the password is", password)
        logging.getLogger().error("the password is %s", password)
        assert password == ""
"""


def forms(secret: str) -> set[bytes]:
    """Every encoding in which a secret could stand in a file."""
    raw = secret.encode()
    return {
        raw,
        quote(secret, safe="").encode(),
        base64.b64encode(raw).rstrip(b"="),
        secret.encode("unicode_escape"),
    }


@pytest.mark.parametrize("words", [(), ("-n", "1"), ("--showlocals",)], ids=["plain", "xdist", "showlocals"])
def test_no_secret_in_any_artifact(smoke, web, environments, tmp_path, words):
    """Password, key and token appear in no report and nowhere in the output, in none of their encodings."""
    web.answers |= {
        "/health": reply({"status": "ok", "echo": PASSWORD, "coded": base64.b64encode(PASSWORD.encode()).decode()}),
        "/secret": lambda handler: reply({"you_sent": handler.headers.get("Authorization"), "q": quote(PASSWORD)}),
        "/api/auth/login": reply({"access_token": TOKEN, "id": 1, "email": EMAIL}),
        "/api/auth/me": lambda handler: reply({"id": 1, "token": TOKEN, "auth": handler.headers.get("Authorization")}),
    }
    (tmp_path / "leak.py").write_text(LEAK)
    folder = environments(small=WITH_SECRETS.format(url=web.url))

    ran = smoke(folder, "--env=small", "-v", "-p", "leak", *words, variables=VARIABLES | {"PYTHONPATH": str(tmp_path)})
    written = {path.name: path.read_bytes() for path in ran.reports.rglob("*") if path.is_file()} | {
        "terminal": ran.out.encode()
    }

    assert {"small.html", "small.json", "small.xml"} <= written.keys()
    assert b"the password is" in written["terminal"]
    for secret in (PASSWORD, TOKEN, VARIABLES["SMALL_KEY"]):
        leaks = [name for name, content in written.items() for form in forms(secret) if form in content]
        assert leaks == []


HOSTILE = (
    "</script><script>window.__x=1</script><img src=x onerror=window.__x=1>\x1b[31m\u202e##[error]owned\n::error::owned"
)


def test_workflow_commands_of_a_server_are_not_printed(smoke, web, environments):
    """GitHub workflow commands in a body are printed without `::` at a line's start and without `##[`."""
    web.answers["/health"] = Reply(
        500, HOSTILE.encode(), (("Content-Type", "text/plain"), ("X-Evil", "##[error]owned"))
    )
    folder = environments(small=f'title = "Small"\n[backend]\nurl = "{web.url}"\n[backend.health]\ncontains = "fine"\n')

    ran = smoke(folder, "--env=small")

    assert "owned" in ran.out
    assert "##[" not in ran.out
    assert not [line for line in ran.out.splitlines() if line.lstrip().startswith("::")]
    assert "\x1b[31m" not in ran.out
    assert "\u202e" not in ran.out


def test_hostile_text_is_escaped_in_html(smoke, web, environments):
    """A body with markup stands in the page as text."""
    web.answers["/health"] = Reply(500, HOSTILE.encode(), (("Content-Type", "text/plain"),))
    folder = environments(small=f'title = "Small"\n[backend]\nurl = "{web.url}"\n[backend.health]\ncontains = "fine"\n')

    ran = smoke(folder, "--env=small")
    page = (ran.reports / "small.html").read_text()

    assert "<img src=x" not in page
    assert "<script>window.__x" not in page
