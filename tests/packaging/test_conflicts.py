"""Beside a project that has options of the same names."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests_support.running import clean_environment

CONFTEST = 'def pytest_addoption(parser):\n    parser.getgroup("theirs").addoption("--wait", action="store_true")\n'
PLUGIN = 'def pytest_addoption(parser):\n    parser.addoption("--env", default="theirs")\n'


def pytest_in(folder, *words):
    """Run pytest in a folder, without the cache's folder."""
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=folder,
        env=clean_environment({"PYTHONPATH": str(folder)}),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("file", "text", "words", "option"),
    [
        ("conftest.py", CONFTEST, ["-p", "smokegate"], "--wait"),
        ("theirs.py", PLUGIN, ["-p", "smokegate", "-p", "theirs"], "--env"),
        ("theirs.py", PLUGIN, ["-p", "theirs", "-p", "smokegate"], "--env"),
    ],
    ids=["conftest", "plugin after", "plugin before"],
)
def test_an_option_of_the_same_name_is_one_sentence(tmp_path, file, text, words, option):
    """The run ends with exit code 4 and a sentence that names the option and `smokegate run`; there is no traceback."""
    (tmp_path / file).write_text(text)
    (tmp_path / "test_it.py").write_text("def test_it():\n    assert True\n")

    done = pytest_in(tmp_path, *words, "test_it.py")

    assert done.returncode == 4, done.stdout + done.stderr
    assert f"the option {option} is also defined by" in done.stderr
    assert "smokegate run NAME" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize("spelling", ["smokegate", "smokegate.plugin"])
def test_opting_in_adds_the_options(tmp_path, spelling):
    """`-p smokegate` adds `--env` to pytest's options where warnings are errors; so does the longer spelling."""
    done = pytest_in(tmp_path, "-W", "error", "-p", spelling, "--help")

    assert done.returncode == 0, done.stderr
    assert "--env=NAME" in done.stdout
