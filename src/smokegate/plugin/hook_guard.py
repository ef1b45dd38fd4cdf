"""Keeps an error in a hook of ours from ending the run: it is noted, and no verdict is green beside it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from functools import wraps
from typing import Any

import pytest

from smokegate.exit_codes import UNKNOWN
from smokegate.internal_error import described, sentence
from smokegate.plugin.run_key import RUN

#: Hooks without which there is no run: they register what takes secrets out and decides, and give checks their cases.
NEEDED = {
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_pycollect_makeitem",
    "pytest_collection_modifyitems",
}
#: Hooks that run when the verdict may be decided already: there the error is shown at once.
LATE = {"pytest_sessionfinish", "pytest_terminal_summary", "pytest_unconfigure"}


def guard(config: pytest.Config, plugin: object) -> None:
    """Have every hook of a plugin of ours note its own errors and let the others of the hook go on.

    What a hook raises on purpose passes: a mistake of the user, an outcome of a test, an interrupt.
    """
    for caller in config.pluginmanager.get_hookcallers(plugin) or ():
        for hook in caller.get_hookimpls():
            own = hook.function.__module__.startswith("smokegate.")
            if own and hook.plugin is plugin and not hasattr(hook.function, "__wrapped__"):
                around = _wrapper if hook.wrapper else _plain
                guarded = around(config, caller.name, hook.function)
                hook.function = guarded  # type: ignore[misc] # pluggy has no other way to a hook that is registered


def startup_error(error: Exception) -> SystemExit:
    """Say what kept a run from starting, and return what ends it with the exit code of UNKNOWN."""
    sys.stderr.write(sentence(" in the start of the run", error) + "\n")
    return SystemExit(UNKNOWN)


def _plain(config: pytest.Config, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def guarded(*given: Any) -> Any:
        try:
            return function(*given)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is an error of ours
            _note(config, name, error)
            return None

    return guarded


def _wrapper(config: pytest.Config, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def guarded(*given: Any) -> Generator[None, Any, Any]:
        try:
            inner = function(*given)
            next(inner)
        except Exception as error:  # noqa: BLE001 - see above
            _note(config, name, error)
            return (yield)
        result, raised = None, None
        try:
            result = yield
        except BaseException as error:  # noqa: BLE001 - the wrapped hook sees what it would have seen
            raised = error
        try:
            inner.send(result) if raised is None else inner.throw(raised)
        except StopIteration as done:
            return done.value
        except Exception as error:
            if error is raised:
                raise
            _note(config, name, error)
        if raised is not None:
            raise raised
        return result

    return guarded


def _note(config: pytest.Config, name: str, error: Exception) -> None:
    if isinstance(error, pytest.UsageError):
        raise error
    if name == "pytest_cmdline_main":
        raise startup_error(error) from error
    if name in NEEDED:
        pytest.exit(sentence(f" in {name}", error), returncode=UNKNOWN)
    text, run = f"{name}: {described(error)}", config.stash.get(RUN, None)
    if run is not None and text not in run.errors:
        run.errors.append(text)
    if name in LATE:
        sys.stderr.write(sentence(f" in {name}", error) + "\n")
        session: Any = config.pluginmanager.getplugin("session")
        if session is not None and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = UNKNOWN
