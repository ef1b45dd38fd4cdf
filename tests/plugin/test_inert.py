"""In someone else's test suite the installed package does nothing until it is requested."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest
from tests_support.running import clean_environment

CONFTEST = """
import sys

def pytest_addoption(parser):
    parser.addoption("--env", default="theirs")
    parser.addoption("--wait", action="store_true")
    parser.addoption("--fault")

def pytest_sessionfinish(session):
    ours = {"smokegate", "urllib3", "msgspec", "fastapi"}
    print("loaded:", [name for name in sys.modules if name.split(".")[0] in ours])
"""


def test_their_own_env_option_works(tmp_path):
    """A conftest with its own `--env`, `--wait` and `--fault` works, and nothing of ours is imported."""
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_theirs.py").write_text(
        "def test_env(pytestconfig):\n    assert pytestconfig.getoption('env') == 'staging'\n"
    )

    without = [f"-pno:{plugin}" for plugin in ("anyio", "hypothesispytest", "cacheprovider")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--env", "staging", "-q", "-s", *without],
        cwd=tmp_path,
        env=clean_environment({}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert "loaded: []" in done.stdout
    left = {path.name for path in tmp_path.iterdir()} - {"__pycache__"}
    assert left == {"conftest.py", "test_theirs.py"}


def test_asked_for_beside_their_tests_it_leaves_those_alone(tmp_path):
    """With `-p smokegate` and a path of theirs, nothing is looked at, no report is written, and little is loaded."""
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\naddopts = ["-p", "smokegate"]\ntestpaths = ["smoke"]\n'
    )
    (tmp_path / "test_theirs.py").write_text(
        "import sys\n\ndef test_it():\n    assert not {'urllib3', 'smokegate.plugin.session'} & {*sys.modules}\n"
    )

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "test_theirs.py", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env=clean_environment({}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert not (tmp_path / "reports").exists()


@pytest.mark.parametrize("name", ["smokegate.environment.load", "smokegate.diagnosis.verdict", "smokegate.api"])
def test_our_modules_are_not_rewritten(pytestconfig, name):
    """`-p smokegate`, with which this very run was started, has pytest rewrite assertions in test files alone."""
    assert pytestconfig.pluginmanager.hasplugin("smokegate")
    assert "AssertionRewritingHook" not in repr(importlib.import_module(name).__loader__)


def test_the_interpreter_ends_without_going_over_what_a_run_has_made():
    """A tenth of a second of every run: nothing of it is collected as the process ends, and all of it before that."""
    code = """
import atexit, gc, pytest
atexit.register(lambda: print("at the end", gc.get_freeze_count() > 0))
from smokegate.plugin import start_up

class Config:
    stash = pytest.Stash()
    cleanups = []
    add_cleanup = cleanups.append

start_up.begin(Config)
start_up.over(Config)
Config.cleanups[0]()
print("after pytest", gc.get_freeze_count() > 0, gc.isenabled())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.splitlines() == ["after pytest False True", "at the end True"]
