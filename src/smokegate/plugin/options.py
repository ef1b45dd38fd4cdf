"""The command line of `pytest --env=…`, and whether a run asks for smoke tests at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from smokegate.plugin.compatible_page import leave_out
from smokegate.plugin.conflicts import refuse_misspelt, refuse_ours, refuse_theirs
from smokegate.plugin.suite_location import suite_directory

if TYPE_CHECKING:
    from argparse import Namespace

    from smokegate.plugin.settings import Settings

FILE_WAIT = "the file's own"
"""The value of `--wait` without one."""
DEFAULT_ENVIRONMENT = "smokegate_env"
"""The ini setting that names the environment of a run without `--env`."""
OWN_CHECKS = Path("tests") / "smoke"
"""Where a project has checks of its own, below its root directory."""
#: How our options begin where `smokegate run` started pytest: no project has options of its own like these.
PRIVATE = "--smokegate-"
#: The plugin whose presence says so: see there.
RUN_PLUGIN = "smokegate.plugin.run_command"


def _option(metavar: str, text: str, **more: Any) -> dict[str, Any]:
    return {"metavar": metavar, "help": text, **more}


#: Option → how pytest's parser defines it.
OPTIONS: dict[str, dict[str, Any]] = {
    "env": _option(
        "NAME",
        "environment to check: a file of environments/; repeatable and comma-separable, or `all`",
        action="append",
    ),
    "set": _option(
        "[NAME:]KEY=VALUE",
        "override one value of the environment file, such as backend.url=https://preview.example.com",
        action="append",
        default=[],
    ),
    "wait": _option(
        "10m",
        "wait until the deployment is healthy; without a value as long as the file's `wait` says",
        nargs="?",
        const=FILE_WAIT,
    ),
    "deadline": _option(
        "2m", "how long all requests of a run may take, without --wait (default: the file's `deadline`)"
    ),
    "expect-commit": _option("SHA", "the commit that must answer (at least 7 digits); with --wait, wait for it"),
    "expect-version": _option("ANY", "the same for any version: a release, a build number, the tag of an image"),
    "fault": _option(
        "NAME", "break the replica on purpose (replica environments only), to see what a failure looks like"
    ),
    "rehearse": {
        "action": "store_true",
        "help": "inject every known fault, and prove that each is caught and its cause named",
    },
    "record": _option("FILE", "also write the run to FILE: the state before a deploy, for a later --since=FILE"),
    "since": _option(
        "FILE", "mark each failure as new or failed before, compared with the run in FILE (default: last green run)"
    ),
    "environments": _option("DIR", "directory of environment files"),
    "reports": _option("DIR", "directory for the reports (default: reports)"),
}


def private(word: str) -> str:
    """Return a word of a command line with our options in their private spelling."""
    option = word.split("=", 1)[0].removeprefix("--")
    return f"{PRIVATE}{word.removeprefix('--')}" if word.startswith("--") and option in OPTIONS else word


def add_options(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add smokegate's options to pytest's; their values are in `config.option.smokegate_NAME`."""
    private = pluginmanager.hasplugin(RUN_PLUGIN)
    named = {f"{PRIVATE if private else '--'}{name}": (name, attributes) for name, attributes in OPTIONS.items()}

    def add() -> None:
        group = parser.getgroup("smokegate", "smoke tests of a deployment")
        for option, (name, attributes) in named.items():
            group.addoption(option, dest=f"smokegate_{name.replace('-', '_')}", **attributes)

    refuse_ours(parser, named, add)
    refuse_theirs(parser, named)
    parser.addini(DEFAULT_ENVIRONMENT, "environment to check where --env is not given (smokegate)", default="")
    leave_out(pluginmanager, next(iter(named)), _default(pluginmanager))


def refuse_misspelt_options(config: pytest.Config, words: Sequence[str]) -> None:
    """Refuse a word of the command line that is almost an option of ours."""
    given = list(takewhile(lambda word: word != "--", words))
    prefix = PRIVATE if config.pluginmanager.hasplugin(RUN_PLUGIN) else "--"
    spelt = [f"--{each.removeprefix(PRIVATE).removeprefix('--')}" if each.startswith("--") else each for each in given]
    ours = [*(f"--{name}" for name in OPTIONS), "--strict"]  # pytest's own, to which a run of ours gives a meaning
    known = {f"--{name}" for name in OPTIONS} if prefix == PRIVATE else set()
    words = [each for each in spelt if each.partition("=")[0] not in known]
    refuse_misspelt(config._parser, words, ours)  # noqa: SLF001 - pytest has no other way to its parser


def _default(pluginmanager: pytest.PytestPluginManager) -> str:
    config = pluginmanager.get_plugin("pytestconfig")
    return str(config.getini(DEFAULT_ENVIRONMENT)) if isinstance(config, pytest.Config) else ""


def settings(config: pytest.Config, options: Namespace) -> Settings | None:
    """Read the options, or return None where the run has no checks of a deployment."""
    default = str(config.getini(DEFAULT_ENVIRONMENT))
    paths = [word.split("::")[0] for word in options.file_or_dir]
    given = options.smokegate_env
    words = given if given is not None else [default] if _wants_default(config, paths) else []
    names = tuple(dict.fromkeys(n.strip() for word in words for n in word.split(",") if n.strip()))
    if not names:
        if given is not None:
            raise pytest.UsageError("--env names no environment: expected --env=NAME, a file of environments/")
        return None
    from smokegate.plugin.settings import read  # noqa: PLC0415 - a run without an environment needs none of it

    return read(config, options, names, explicit=given is not None)


def check_paths(config: pytest.Config) -> list[str]:
    """Return what a run with `--env` and without paths collects: the suite, and the project's own checks."""
    suite, own = suite_directory(), config.rootpath / OWN_CHECKS
    return [str(each) for each in dict.fromkeys((suite, own.resolve())) if each.is_dir()]


def _wants_default(config: pytest.Config, paths: Sequence[str]) -> bool:
    """Whether the default environment counts: with no paths, or where all of them are of checks."""
    homes = (suite_directory(), config.rootpath / OWN_CHECKS)
    here = config.invocation_params.dir
    return all(any((here / path).is_relative_to(home) for home in homes) for path in paths)


def worker_count() -> int:
    """Return how many workers pytest-xdist has started, as it reported; 0 where this process is none."""
    return int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")) if "PYTEST_XDIST_WORKER" in os.environ else 0


def worker_slot() -> int | None:
    """Return this process's number among pytest-xdist's workers, None where a person started it."""
    name = os.environ.get("PYTEST_XDIST_WORKER")
    return None if name is None else int(name.removeprefix("gw"))
