"""The canary matrix: sets of options, secrets, encodings; no canary leaves a run in any file or stream.

A server sends every secret back in every encoding, and a team's own checks print it, raise it, log it and record
it. What is innocent beside it stays as it is.
"""

from __future__ import annotations

import base64
import html
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from tests_support.running import WITH_SECRETS
from tests_support.web import Reply, reply

PASSWORD = "h/nt+r2 & <co>.=öx"
TOKEN = "tok3f9a77e1c0BdE"
KEY = "key-9b1deb4d-3b7d"
SECRETS = (PASSWORD, TOKEN, KEY)
SHA = "9f2c1e7ab34d5566778899aabbccddeeff001122"
INNOCENT = {"consent": "true", "tokenAddress": "0x" + "ab" * 20, "build": SHA, "state": "degraded"}
COMMANDS = "::error::owned\r\n##[error]owned\x1b[2J\x9b31m\u202etxet\r::set-output name=a::owned"
ENCODINGS = {
    "raw": lambda secret: secret,
    "json": lambda secret: json.dumps(secret)[1:-1],
    "json of Go": lambda secret: json.dumps(secret)[1:-1].translate({ord(c): f"\\u{ord(c):04x}" for c in "<>&"}),
    "json of .NET": lambda secret: json.dumps(secret)[1:-1].translate({ord(c): f"\\u{ord(c):04X}" for c in "<>&+"}),
    "url": lambda secret: quote(secret, safe=""),
    "encodeURIComponent": lambda secret: quote(secret, safe="!'()*"),
    "html": html.escape,
    "html numbers": lambda secret: "".join(f"&#{ord(c)};" for c in secret),
    "hexadecimal": lambda secret: secret.encode().hex(),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "base64 one in": lambda secret: base64.b64encode(b"u" + secret.encode()).decode(),
    "base64 two in": lambda secret: base64.b64encode(b"u:" + secret.encode()).decode(),
    "zero-width": "\u200b".join,
    "wrapped": lambda secret: "\n".join(secret[at : at + 5] for at in range(0, len(secret), 5)),
}
ALIGNED = {"base64 one in", "base64 two in"}
"""Those of which the beginning and the end depend on what stands around the secret."""
VARIABLES = {
    "SMOKE_SMALL_EMAIL": "standing@example.com",
    "SMOKE_SMALL_PASSWORD": PASSWORD,
    "SMALL_KEY": KEY,
    # pytest-metadata puts these into its table
    "JENKINS_URL": "https://ci.example.com",
    "GIT_URL": f"https://robot:{KEY}@git.example.com/a/b",
    "GITHUB_ACTIONS": "true",
}
OWN = """
import logging, sys, warnings
import pytest

def body(deployment):
    return deployment.endpoint("/secret").text

def test_it_prints(deployment):
    print(body(deployment)); print(body(deployment), file=sys.stderr)

def test_it_raises(deployment):
    raise ValueError(body(deployment))

def test_it_compares(deployment):
    own_copy = body(deployment)
    assert own_copy == "something else"

def test_it_logs(deployment):
    logging.getLogger("team").warning("the body is %s", body(deployment))

@pytest.mark.filterwarnings("default")
def test_it_warns(deployment):
    warnings.warn(body(deployment))

@pytest.mark.filterwarnings("ignore")
def test_it_records(deployment, record_property, record_testsuite_property, record_xml_attribute):
    record_property("body", body(deployment))
    record_testsuite_property("body", body(deployment))

def test_it_is_expected_to_fail(deployment):
    pytest.xfail(body(deployment))

def test_it_is_skipped(deployment):
    pytest.skip(body(deployment))

@pytest.fixture
def broken(deployment):
    yield
    raise RuntimeError(body(deployment))

def test_its_fixture_breaks(broken):
    pass
"""
OPTIONS = {
    "plain": (),
    "everything": ("-rA", "--showlocals", "-vv"),
    "without capturing": ("-s",),
    "tee": ("--capture=tee-sys", "-rA"),
    "workers": ("-n", "1", "-rA"),
    "live log": ("--log-cli-level=DEBUG", "-o", "junit_logging=all"),
    "native tracebacks": ("--tb=native", "-rA"),
    "long tracebacks": ("--tb=long", "--full-trace", "-rxXs"),
    "one line": ("--tb=line", "-q"),
}


def told() -> str:
    """Every secret in every encoding, and what a hostile server adds."""
    lines = [f"{name}: {encode(secret)}" for secret in SECRETS for name, encode in ENCODINGS.items()]
    return "\n".join([*lines, COMMANDS, json.dumps(INNOCENT)])


@pytest.fixture
def ran(request, smoke, web, tmp_path):
    """One run with a set of options: the suite and a team's own checks."""
    web.answers |= {
        "/health": reply({"status": "ok", **INNOCENT}),
        "/secret": Reply(200, told().encode("utf-8", "replace"), (("Content-Type", "text/plain"), ("X-Echo", KEY))),
        "/api/auth/login": reply({"access_token": TOKEN, "id": 1}),
        "/api/auth/me": lambda handler: reply({"id": 1, "auth": handler.headers.get("Authorization")}),
    }
    environments, own = tmp_path / "environments", tmp_path / "own"
    environments.mkdir()
    own.mkdir()
    (environments / "small.toml").write_text(WITH_SECRETS.format(url=web.url))
    (own / "test_own.py").write_text(OWN)
    log = f"--log-file={tmp_path / 'run.log'}"
    words = ["--env=small", f"--environments={environments}", log, "tests/smoke", str(own), *request.param]
    return smoke(*words, variables=VARIABLES)


def files(ran, tmp_path: Path) -> dict[str, str]:
    """Everything that left the run, by its path in the reports."""
    written = {str(path.relative_to(ran.reports)): path for path in ran.reports.rglob("*") if path.is_file()}
    written["run.log"] = tmp_path / "run.log"
    written = {name: path for name, path in written.items() if path.is_file()}
    return {name: path.read_text("utf-8", "replace") for name, path in written.items()} | {"terminal": ran.out}


def plain(text: str) -> str:
    """A text as a reader of its format sees it: JSON in HTML in JSON unescaped."""
    for _ in range(3):
        text = html.unescape(text)
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text).replace('\\"', '"')
    return text


@pytest.mark.parametrize("ran", OPTIONS.values(), ids=OPTIONS, indirect=True)
def test_no_canary_leaves_a_run(ran, tmp_path):
    """No secret in any encoding, no raw control character, no workflow command; innocent text is whole."""
    written = files(ran, tmp_path)
    assert {"small.html", "small.json", "small.xml", "run.log", "terminal"} <= written.keys(), ran.out
    assert ran.code == 1, ran.out
    leaks = [
        (name, encoding, secret)
        for name, text in written.items()
        for seen in {text, plain(text)}
        for secret in SECRETS
        for encoding, encode in ENCODINGS.items()
        if (encode(secret)[4:-4] if encoding in ALIGNED else encode(secret)) in seen
    ]
    assert leaks == [], len(leaks)
    found = [line for line in ran.out.splitlines() if "a secret was found in" in line]
    assert found == [], "the last scan has nothing to do"

    lines = ran.out.replace("\r", "\n").split("\n")
    commands = [line for line in lines if line.lstrip().startswith("::")]
    assert [line for line in commands if not line.startswith("::error title=small FAIL")] == [], "only our own"
    assert "##[" not in ran.out
    for name, text in written.items():
        assert [found for found in ("\x1b[2J", "\x9b", "\u202e") if found in text] == [], name

    for word in (*INNOCENT.values(), "standing@example.com"):
        assert word in plain(written["small.json"]), word


def test_a_file_that_leaks_all_the_same_makes_no_run_good(smoke, web, tmp_path):
    """A plugin that writes a secret past the sink: the file is cleaned, PASS becomes UNKNOWN, and it says where."""
    web.answers["/health"] = reply({"status": "ok"})
    folder = tmp_path / "environments"
    folder.mkdir()
    (folder / "small.toml").write_text(
        f'title = "Small"\n[backend]\nurl = "{web.url}"\n'
        '[[backend.endpoints]]\npath = "/health"\n'
        'send = { X-Api-Key = { env = "SMALL_KEY" } }\n'
    )
    (tmp_path / "leak.py").write_text(
        "import os, pathlib, pytest\n"
        "@pytest.hookimpl(trylast=True)\n"
        "def pytest_sessionfinish(session):\n"
        "    file = pathlib.Path(session.config.option.xmlpath)\n"
        "    file.write_text(file.read_text() + '<!-- ' + os.environ['SMALL_KEY'] + ' -->')\n"
    )
    variables = {"SMALL_KEY": KEY, "PYTHONPATH": str(tmp_path)}

    ran = smoke("--env=small", f"--environments={folder}", "-p", "leak", variables=variables)

    assert ran.code == 6, ran.out
    assert "UNKNOWN small" in ran.out
    assert "a secret was found in small.xml (line" in ran.out
    assert KEY not in (ran.reports / "small.xml").read_text()
    assert ran.environment()["verdict"] == "UNKNOWN"
    assert ran.environment()["decision"].startswith("nothing was learned: a secret reached a report")
