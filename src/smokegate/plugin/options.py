"""The command line of `pytest --env=…`, and whether a run asks for smoke tests at all."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from smokegate.plugin.compatible_page import leave_out
from smokegate.plugin.conflicts import refuse_misspelt, refuse_ours, refuse_theirs
from smokegate.plugin.suite_location import suite_directory

if TYPE_CHECKING:
    from argparse import Namespace

SHORT_COMMIT = re.compile(r"(?=.*[a-fA-F])[0-9a-fA-F]{1,6}")
FILE_WAIT = "the file's own"
DEFAULT_ENVIRONMENT = "smokegate_env"
"""The ini setting that names the environment of a run without `--env`."""
OWN_CHECKS = Path("tests") / "smoke"
"""Where a project has checks of its own, below its root directory."""
#: Options with which pytest shows something and runs no test.
SHOWING = (
    "collectonly",
    "setuponly",
    "setupplan",
    "markers",
    "showfixtures",
    "show_fixtures_per_test",
    "cacheshow",
    "help",
    "version",
)


#: How our options begin where `smokegate run` started pytest: no project has options of its own like these.
PRIVATE = "--smokegate-"
#: The plugin whose presence says so: see there.
RUN_PLUGIN = "smokegate.plugin.run_command"
#: Option → how pytest's parser defines it.
OPTIONS: dict[str, dict[str, Any]] = {
    "env": {
        "action": "append",
        "metavar": "NAME",
        "help": ("environment to check: a file of environments/; repeatable and comma-separable, or `all`"),
    },
    "set": {
        "action": "append",
        "metavar": "[NAME:]KEY=VALUE",
        "default": [],
        "help": "override one value of the environment file, such as backend.url=https://preview.example.com",
    },
    "wait": {
        "nargs": "?",
        "const": FILE_WAIT,
        "metavar": "10m",
        "help": "wait until the deployment is healthy; without a value as long as the file's `wait` says",
    },
    "deadline": {
        "metavar": "2m",
        "help": "how long all requests of a run may take, without --wait (default: the file's `deadline`)",
    },
    "expect-commit": {
        "metavar": "SHA",
        "help": "the commit that must answer (at least 7 digits); with --wait, wait for it",
    },
    "expect-version": {
        "metavar": "ANY",
        "help": "the same for any version: a release, a build number, the tag of an image",
    },
    "fault": {
        "metavar": "NAME",
        "help": "break the replica on purpose (replica environments only), to see what a failure looks like",
    },
    "rehearse": {
        "action": "store_true",
        "help": "prove the suite: every fault must be caught, for its own reason, and its cause named",
    },
    "record": {
        "metavar": "FILE",
        "help": "also write the run to FILE, as the state before a deploy, to compare with by --since=FILE",
    },
    "since": {
        "metavar": "FILE",
        "help": "mark each failure as new or as failed before, by the run in FILE (default: the last green run)",
    },
    "environments": {"metavar": "DIR", "help": "where the environment files are"},
    "reports": {"metavar": "DIR", "help": "where reports are written (default: reports)"},
}


def private(word: str) -> str:
    """Return a word of a command line with our options in their private spelling."""
    option = word.split("=", 1)[0].removeprefix("--")
    return f"{PRIVATE}{word.removeprefix('--')}" if word.startswith("--") and option in OPTIONS else word


def add_options(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add smokegate's options to pytest's; their values are in `config.option.smokegate_NAME`.

    Raises:
        pytest.UsageError: another plugin has an option of the same name.
    """
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
    """Refuse a word of the command line that is almost an option of ours.

    Raises:
        pytest.UsageError: there is one.
    """
    given = list(words)
    given = given[: given.index("--")] if "--" in given else given
    prefix = PRIVATE if config.pluginmanager.hasplugin(RUN_PLUGIN) else "--"
    spelt = [f"--{each.removeprefix(PRIVATE).removeprefix('--')}" if each.startswith("--") else each for each in given]
    ours = [*(f"--{name}" for name in OPTIONS), "--strict"]  # pytest's own, to which a run of ours gives a meaning
    known = {f"--{name}" for name in OPTIONS} if prefix == PRIVATE else set()
    words = [each for each in spelt if each.partition("=")[0] not in known]
    refuse_misspelt(config._parser, words, ours)  # noqa: SLF001 - pytest has no other way to its parser


def _default(pluginmanager: pytest.PytestPluginManager) -> str:
    config = pluginmanager.get_plugin("pytestconfig")
    return str(config.getini(DEFAULT_ENVIRONMENT)) if isinstance(config, pytest.Config) else ""


@dataclass(frozen=True)
class Settings:
    """The options of a run."""

    names: tuple[str, ...]
    directory: Path
    reports: Path
    overrides: tuple[str, ...]
    wait: str | None
    deadline: str | None
    expected_commit: str | None
    fault: str | None
    rehearse: bool
    record: Path | None
    """Where the run is written to as the state before a deploy."""
    since: Path | None
    """The recorded run that this one is compared with."""
    strict: bool
    processes: int
    """How many processes a rehearsal may use; 0: as many as there are processors."""
    explicit: bool
    """Whether `--env` was given: then the whole run is about deployments, whatever tests are in it."""
    command: str
    """The command that runs the checks of one environment, `{}`, as the user has started it."""
    observes: bool
    """Whether tests are run at all: where pytest only shows something, nothing is sent and nothing is written."""

    @property
    def label(self) -> str:
        """The name that the run's reports have."""
        return "+".join(self.names)


def settings(config: pytest.Config, options: Namespace) -> Settings | None:
    """Read the options, or return None where the run does not ask for checks of a deployment."""
    default = str(config.getini(DEFAULT_ENVIRONMENT))
    paths = [word.split("::")[0] for word in options.file_or_dir]
    given = options.smokegate_env
    words = given if given is not None else [default] if _wants_default(config, paths) else []
    names = tuple(dict.fromkeys(n.strip() for word in words for n in word.split(",") if n.strip()))
    if not names:
        if given is not None:
            raise pytest.UsageError("--env names no environment: expected --env=NAME, a file of environments/")
        return None
    return Settings(
        names=names,
        directory=_place(config, options.smokegate_environments, "environments"),
        reports=_place(config, options.smokegate_reports, "reports"),
        overrides=tuple(options.smokegate_set),
        wait=options.smokegate_wait,
        deadline=options.smokegate_deadline,
        expected_commit=_expected(options),
        fault=options.smokegate_fault,
        rehearse=options.smokegate_rehearse,
        record=_file(config, options.smokegate_record),
        since=_file(config, options.smokegate_since),
        strict=bool(getattr(options, "strict", None)),
        processes=_processes(options),
        explicit=given is not None,
        command="smokegate run {}" if config.pluginmanager.hasplugin(RUN_PLUGIN) else "pytest --env={}",
        observes=not any(getattr(options, name, None) for name in SHOWING),
    )


def _place(config: pytest.Config, given: str | None, default: str) -> Path:
    """Return a directory: what is given is relative to the current one, as pytest's own options are."""
    return config.rootpath / default if given is None else config.invocation_params.dir / Path(given).expanduser()


def _file(config: pytest.Config, given: str | None) -> Path | None:
    return None if given is None else config.invocation_params.dir / Path(given).expanduser()


def check_paths(config: pytest.Config) -> list[str]:
    """Return what a run with `--env` and without paths collects: the suite, and the project's own checks."""
    suite, own = suite_directory(), config.rootpath / OWN_CHECKS
    return [str(each) for each in dict.fromkeys((suite, own.resolve())) if each.is_dir()]


def _wants_default(config: pytest.Config, paths: Sequence[str]) -> bool:
    """Whether the default environment counts: with no paths, or where all of them are of checks."""
    homes = (suite_directory(), config.rootpath / OWN_CHECKS)
    here = config.invocation_params.dir
    return all(any((here / path).is_relative_to(home) for home in homes) for path in paths)


def _processes(options: Namespace) -> int:
    given = getattr(options, "numprocesses", None)
    return given if isinstance(given, int) else 0


def worker_count() -> int:
    """Return how many workers pytest-xdist has started, as it reported; 0 where this process is none."""
    return int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "0")) if "PYTEST_XDIST_WORKER" in os.environ else 0


def worker_slot() -> int | None:
    """Return this process's number among pytest-xdist's workers, None where a person started it."""
    name = os.environ.get("PYTEST_XDIST_WORKER")
    return None if name is None else int(name.removeprefix("gw"))


def _expected(options: Namespace) -> str | None:
    """Return the version that must answer, from whichever of the two options names it.

    A team that releases by version or tag passes that as the commit, too: it is compared as the file says.

    Raises:
        pytest.UsageError: it is empty, or a commit that is cut too short to identify one.
    """
    commit: str | None = options.smokegate_expect_commit
    if commit is not None and (not commit.strip() or SHORT_COMMIT.fullmatch(commit)):
        raise pytest.UsageError(
            f"--expect-commit={commit}: expected 7 to 64 hexadecimal digits of a commit, or any other version, "
            "such as a release"
        )
    version: str | None = options.smokegate_expect_version
    return commit if version is None else version
