"""Presets against the frameworks that they are named after: installed from the registry, and run for real.

Slow: the first test installs the frameworks into a virtual environment of their own. Without a registry the tests are
skipped, and say so.
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
from tests_support.suite import judge

from smokegate.diagnosis.verdict import Verdict
from smokegate.environment.load import load
from smokegate.environment.model import Environment
from smokegate.observation.model import Observation
from smokegate.observation.observer import observe

pytestmark = pytest.mark.slow

APPS = Path(__file__).parents[2] / "support" / "frameworks" / "apps.py"
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
ACCOUNT = 'standing = { email = { env = "EMAIL" }, password = { env = "PASSWORD" } }\n'
VARIABLES = {"EMAIL": "someone@example.com", "PASSWORD": "pw-standing-1"}
FORMS = {
    "django": ("django", 'preset = "django"\naccount = "/account/"\n' + ACCOUNT),
    "drf": ("django", 'preset = "drf"\naccount = "/api/me/"\n' + ACCOUNT),
    "oauth2-form": ("oauth2", 'preset = "oauth2-form"\naccount = "/me"\n' + ACCOUNT),
    "fastapi-users": ("fastapi-users", 'preset = "fastapi-users"\ncreates_accounts = true\n'),
    "flask-login": ("flask-login", 'preset = "flask-login"\naccount = "/account"\n' + ACCOUNT),
}


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return an interpreter that has the frameworks."""
    home = tmp_path_factory.mktemp("frameworks")
    found = home / "bin" / "python"
    uv = [str(Path(sys.executable).with_name("uv"))]
    subprocess.run([*uv, "venv", "--quiet", "--python", sys.executable, str(home)], check=True, timeout=60)
    install = [*uv, "pip", "install", "--quiet", "--python", str(found), *PACKAGES]
    done = subprocess.run(install, capture_output=True, text=True, check=False, timeout=240)
    if done.returncode:
        pytest.skip(f"the frameworks cannot be installed: {done.stderr.strip()[-200:]}")
    return str(found)


@contextmanager
def running(python: str, name: str, folder: Path) -> Iterator[str]:
    """Run an application until the block ends; yields its address once it has answered a request."""
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / "log").open("w+b") as log:
        command = [python, str(APPS), name, str(listener.fileno()), str(folder)]
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
def test_a_preset_fits_its_framework(preset: str, python: str, tmp_path: Path) -> None:
    """Healthy, every step is as declared; with a wrong password for the standing account, the account is blamed."""
    name, text = FORMS[preset]
    with running(python, name, tmp_path) as url:
        declared, observation = seen(tmp_path, url, text)
        report = judge(declared, observation)
        assert report.verdict is Verdict.PASS, report.diagnosis
        assert observation.exchanges["account again"].answer is not None
        if "standing" in text:
            declared, observation = seen(tmp_path, url, text, PASSWORD="pw-of-last-year")
            report = judge(declared, observation)
            assert report.diagnosis.headline is not None
            assert (report.verdict, report.diagnosis.headline.code) == (Verdict.UNKNOWN, "sign-in.standing-refused")
