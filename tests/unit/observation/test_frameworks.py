"""Presets against the frameworks that they are named after: installed from the registry, and run for real.

Slow: the first test installs the frameworks into an environment of their own. Where that cannot be done (no registry,
no Node.js) the tests are skipped, and say so.
"""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from tests_support.observe import observe
from tests_support.suite import judge

from smokegate.diagnosis.verdict import Verdict
from smokegate.environment.load import load
from smokegate.environment.model import Environment
from smokegate.observation.model import Observation

pytestmark = pytest.mark.slow

APPS = Path(__file__).parents[2] / "support" / "frameworks"
PACKAGES = [
    "django",
    "djangorestframework",
    "fastapi",
    "fastapi-users[sqlalchemy]",
    "aiosqlite",
    "python-multipart",
    "flask",
    "flask-login",
    "uvicorn",
]
NODE_PACKAGES = ["express@5", "express-session@1", "fastify@5", "@fastify/jwt@10"]
ACCOUNT = 'standing = { email = { env = "EMAIL" }, password = { env = "PASSWORD" } }\n'
VARIABLES = {"EMAIL": "someone@example.com", "PASSWORD": "pw-standing-1"}
FORMS = {
    "django": ("django", 'preset = "django"\naccount = "/account/"\n' + ACCOUNT),
    "drf": ("django", 'preset = "drf"\naccount = "/api/me/"\n' + ACCOUNT),
    "oauth2-form": ("oauth2", 'preset = "oauth2-form"\naccount = "/me"\n' + ACCOUNT),
    "fastapi-users": ("fastapi-users", 'preset = "fastapi-users"\ncreates_accounts = true\n'),
    "flask-login": ("flask-login", 'preset = "flask-login"\naccount = "/account"\n' + ACCOUNT),
}


NODE_FORMS = {
    "express-session": ("express", 'preset = "express-session"\naccount = "/me"\n' + ACCOUNT),
    "a token deep in the answer": (
        "fastify",
        'login = "/api/sessions"\naccount = "/api/me"\nlogout = false\n'
        'token = "data.session.accessToken"\nidentity = "data.id"\n' + ACCOUNT,
    ),
}


def installed(*commands: list[str]) -> None:
    """Run what installs the frameworks; skips the tests where that fails or takes too long."""
    for command in commands:
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
        except (OSError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"the frameworks cannot be installed: {type(error).__name__}: {command[0]}")
        if done.returncode:
            pytest.skip(f"the frameworks cannot be installed: {done.stderr.strip()[-200:]}")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the command that starts an application in Python, without its name."""
    home = tmp_path_factory.mktemp("frameworks")
    uv = str(Path(sys.executable).with_name("uv"))
    found = str(home / "bin" / "python")
    installed(
        [uv, "venv", "--quiet", "--python", sys.executable, str(home)],
        [uv, "pip", "install", "--quiet", "--python", found, *PACKAGES],
    )
    return [found, str(APPS / "apps.py")]


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Return the command that starts an application in Node.js, without its name."""
    home = tmp_path_factory.mktemp("frameworks-node")
    installed(["npm", "install", "--prefix", str(home), "--no-audit", "--no-fund", "--no-package-lock", *NODE_PACKAGES])
    script = home / "apps.js"  # Node.js looks for modules beside the script
    script.write_text((APPS / "apps.js").read_text(encoding="utf-8"), encoding="utf-8")
    return ["node", str(script)]


@contextmanager
def running(starter: list[str], name: str, folder: Path) -> Iterator[str]:
    """Run an application until the block ends; yields its address once it has answered a request."""
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / "log").open("w+b") as log:
        command = [*starter, name, str(listener.fileno()), str(folder)]
        process = subprocess.Popen(command, stdout=log, stderr=log, pass_fds=[listener.fileno()])
        port = listener.getsockname()[1]
    try:
        # Connections wait at the listener while the application starts; where it has ended they are refused.
        with closing(HTTPConnection("127.0.0.1", port, timeout=120)) as first:
            first.request("GET", "/health")
            first.getresponse().read()
        yield f"http://127.0.0.1:{port}"
    except BaseException as error:
        error.add_note(f"log of {name}: {(folder / 'log').read_text(errors='replace')[-2000:]}")
        raise
    finally:
        process.terminate()
        process.wait(timeout=60)


def seen(folder: Path, url: str, text: str, **variables: str) -> tuple[Environment, Observation]:
    """Sign in to an application and return what was seen."""
    file = (
        f'title = "Shop"\n[backend]\nurl = "{url}"\ntimeout = "60s"\n[backend.health]\nsamples = 1\n[sign_in]\n{text}'
    )
    (folder / "shop.toml").write_text(file, encoding="utf-8")
    (declared,) = load(["shop"], directory=folder, variables={**VARIABLES, **variables})
    return declared, observe([declared])["shop"]


@pytest.mark.parametrize("preset", FORMS)
def test_a_preset_fits_its_framework(preset: str, python: list[str], tmp_path: Path) -> None:
    """Healthy, every step is as declared; with a wrong password for the standing account, the account is blamed."""
    expect_signed_in(python, *FORMS[preset], tmp_path)


@pytest.mark.parametrize("form", NODE_FORMS)
def test_a_form_fits_its_framework_in_node(form: str, node: list[str], tmp_path: Path) -> None:
    """The same of Express with its sessions, and of a JSON web token of Fastify's."""
    expect_signed_in(node, *NODE_FORMS[form], tmp_path)


def expect_signed_in(starter: list[str], name: str, text: str, folder: Path) -> None:
    """Start an application and state what signing in to it comes to."""
    with running(starter, name, folder) as url:
        declared, observation = seen(folder, url, text)
        report = judge(declared, observation)
        assert report.verdict is Verdict.PASS, report.diagnosis
        assert observation.exchanges["account again"].answer is not None
        if "standing" in text:
            declared, observation = seen(folder, url, text, PASSWORD="pw-of-last-year")
            report = judge(declared, observation)
            assert report.diagnosis.headline is not None
            assert (report.verdict, report.diagnosis.headline.code) == (Verdict.UNKNOWN, "sign-in.standing-refused")
