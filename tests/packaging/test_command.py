"""The `smokegate` command as an installation has it."""

from __future__ import annotations

import json

import pytest
from tests_support.running import ROOT

from smokegate.cli import main
from smokegate.commands.run import split
from smokegate.environment import extras
from smokegate.project import VERSION, page


def test_version_is_one_line(capsys):
    """`smokegate --version` prints the package's name and version."""
    with pytest.raises(SystemExit) as ended:
        main(["--version"])

    assert ended.value.code == 0
    assert capsys.readouterr().out == f"smokegate {VERSION}\n"


def test_schema_is_printed(capsys):
    """`smokegate environments --schema` prints the schema that the repository holds."""
    assert main(["environments", "--schema"]) == 0
    printed = capsys.readouterr().out

    assert json.loads(printed)["title"] == "smokegate environment"
    assert printed == (ROOT / "environments" / "environment.schema.json").read_text("utf-8")


def test_pages_have_absolute_addresses_at_this_version():
    """A link to the runbook names the version, so that it works from an artifact and stays right."""
    assert page("docs/runbook.md", "netrefused").startswith("https://")
    assert f"/v{VERSION}/docs/runbook.md#netrefused" in page("docs/runbook.md", "netrefused")


def test_run_without_a_name_says_what_is_expected(capsys):
    """Without an environment's name the exit code is 4, and one line says what to write."""
    assert main(["run", "-k", "health"]) == 4
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["chek", "x"], "smokegate: there is no command 'chek'; did you mean \"check\"?"),
        (["check"], "smokegate check: the following arguments are required: URL"),
        ([], "usage: smokegate"),
    ],
)
def test_a_mistyped_command_line_is_exit_code_4_and_says_what_was_meant(capfd, monkeypatch, words, message):
    """Never 2, which is an interrupted run."""
    monkeypatch.setattr(pytest, "main", lambda _: 4)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    try:
        code = main(words)
    except SystemExit as ended:
        code = ended.code

    assert code == 4
    assert message in capfd.readouterr().err


def test_run_describes_its_options(capsys):
    """`smokegate run --help` names every option of ours, and that the others are pytest's."""
    assert main(["run", "--help"]) == 0
    out = capsys.readouterr().out

    assert all(f"  --{name}" in out for name in ("set", "wait", "expect-commit", "fault", "reports"))
    assert "All other options are pytest's" in out


@pytest.mark.parametrize(
    ("words", "names", "rest"),
    [
        (["a"], ["a"], []),
        (["a", "b,c", "-x"], ["a", "b,c"], ["-x"]),
        (["a", "tests/smoke/test_own.py"], ["a"], ["tests/smoke/test_own.py"]),
        (["a", "--wait", "-k", "b"], ["a"], ["--smokegate-wait", "-k", "b"]),
        (
            ["a", "--wait=5m", "--set", "backend.url=x"],
            ["a"],
            ["--smokegate-wait=5m", "--smokegate-set", "backend.url=x"],
        ),
        (["a", "--waiting", "--html=x"], ["a"], ["--waiting", "--html=x"]),
    ],
)
def test_run_shows_names_from_options(words, names, rest):
    """Names come first; our options reach pytest under names that no project has, all others as they are."""
    assert split(words) == (names, rest)


def test_a_missing_extra_is_one_line_with_its_command(tmp_path, capsys, monkeypatch):
    """An environment with a replica, without the extra: exit code 4, what is missing, and how to install it."""
    (tmp_path / "local.toml").write_text('title = "Local"\n[replica]\nkind = "tectonic"\n')
    monkeypatch.setitem(extras.MODULES, "replica", ("no_such_module",))

    assert main(["diagnose", "local", "--environments", str(tmp_path)]) == 4
    assert main(["replica", "tectonic"]) == 4
    lines = capsys.readouterr().err.splitlines()

    assert len(lines) == 2
    assert all("pip install 'smokegate[replica]'" in line for line in lines)
    assert all("no_such_module is not installed" in line for line in lines)
