"""An error in a hook of ours is noted, and takes nothing else with it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from smokegate.plugin import pytest_addoption
from smokegate.plugin.hook_guard import guard, startup_error
from smokegate.plugin.run_key import RUN


class Ours:
    """Hooks that break in every place where one can."""

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Raise what it is given."""
        raise report

    @pytest.hookimpl(wrapper=True)
    def pytest_report_teststatus(self, report: Any) -> Any:
        """Raise before or after the other hooks, as the report says."""
        if report == "before":
            raise KeyError(report)
        result = yield
        if report == "after":
            raise KeyError(report)
        return result

    def pytest_sessionfinish(self) -> None:
        """Break when the verdict may be decided."""
        raise KeyError("late")

    def pytest_configure(self) -> None:
        """Break where what is needed is registered."""
        raise KeyError("needed")


class Theirs:
    """Someone else's hooks."""

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note it."""
        self.heard.append(report)

    def pytest_report_teststatus(self, report: Any) -> Any:
        """Return a status, or break."""
        if report == "theirs":
            raise ValueError(report)
        return report, ".", "word"


@pytest.fixture
def config(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What a hook reaches of pytest: its plugins, and a run that notes errors."""
    manager = pytest.PytestPluginManager()
    run = SimpleNamespace(errors=[])
    made = SimpleNamespace(pluginmanager=manager, stash={RUN: run}, theirs=Theirs(), errors=run.errors)
    ours = Ours()
    for function in vars(Ours).values():
        if callable(function):
            monkeypatch.setattr(function, "__module__", "smokegate.plugin.of_this_test")
    manager.register(made.theirs)
    manager.register(ours)
    guard(made, ours)  # type: ignore[arg-type]
    return made


def test_the_other_hooks_of_its_name_go_on(config: Any) -> None:
    """Ours comes first, as the last one registered."""
    error = KeyError("ours")

    config.pluginmanager.hook.pytest_runtest_logreport(report=error)

    assert config.theirs.heard == [error]
    assert config.errors[0].startswith("pytest_runtest_logreport: KeyError: 'ours'")


@pytest.mark.parametrize("where", ["before", "after"])
def test_what_a_wrapper_wraps_counts_as_if_it_were_not_there(config: Any, where: str) -> None:
    """Before its `yield` and after it."""
    found = config.pluginmanager.hook.pytest_report_teststatus(report=where, config=None)

    assert found == (where, ".", "word")
    assert config.errors[0].startswith(f"pytest_report_teststatus: KeyError: '{where}'")


def test_errors_of_others_are_not_ours(config: Any) -> None:
    """They pass, and are not noted."""
    with pytest.raises(ValueError, match="theirs"):
        config.pluginmanager.hook.pytest_report_teststatus(report="theirs", config=None)

    assert config.errors == []


def test_a_mistake_of_the_user_passes(config: Any) -> None:
    """It is shown by pytest, as exit code 4."""
    with pytest.raises(pytest.UsageError):
        config.pluginmanager.hook.pytest_runtest_logreport(report=pytest.UsageError("--env"))


def test_when_the_verdict_is_decided_it_is_shown_and_no_run_is_green(config: Any, capsys: Any) -> None:
    """One line says what to report, and the exit code is that of UNKNOWN."""
    session = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    config.pluginmanager.register(session, "session")

    config.pluginmanager.hook.pytest_sessionfinish(session=session, exitstatus=0)

    assert session.exitstatus == 6
    shown = capsys.readouterr().err
    assert shown.startswith("error inside smokegate in pytest_sessionfinish: KeyError: 'late'")
    assert shown.endswith("please report this line\n")
    assert shown.count("\n") == 1


def test_without_what_redacts_and_decides_nothing_runs(config: Any) -> None:
    """An error where it is registered ends the run as UNKNOWN."""
    with pytest.raises(pytest.exit.Exception, match="error inside smokegate in pytest_configure") as ended:
        config.pluginmanager.hook.pytest_configure.call_historic(kwargs={"config": None})

    assert ended.value.returncode == 6


def test_a_run_that_cannot_start_is_unknown(capsys: Any) -> None:
    """One line, and no traceback."""
    assert startup_error(KeyError("x")).code == 6
    assert (
        capsys.readouterr().err
        == "error inside smokegate in the start of the run: KeyError: 'x'; please report this line\n"
    )


def test_options_that_cannot_be_added_end_a_run_as_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """There is no run yet that could note the error: one line says it, without a traceback."""

    def broken(*_given: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("smokegate.plugin.options.add_options", broken)
    with pytest.raises(SystemExit) as ended:
        pytest_addoption(pytest.Parser(_ispytest=True), pytest.PytestPluginManager())
    assert ended.value.code == 6
    assert "error inside smokegate in the start of the run: KeyError: 'x'" in capsys.readouterr().err
