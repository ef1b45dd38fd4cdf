"""The command line of `pytest --env=…`, and whether a run asks for smoke tests at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from smokegate.plugin.conflicts import refuse_ours, refuse_theirs

if TYPE_CHECKING:
    from argparse import Namespace

FILE_WAIT = "the file's own"


#: How our options begin where `smokegate run` started pytest: no project has options of its own like these.
PRIVATE = "--smokegate-"
#: The plugin whose presence says so: see there.
BESIDE = "smokegate.plugin.beside"
#: Option → what pytest's parser is told of it.
OPTIONS: dict[str, dict[str, Any]] = {
    "env": {
        "action": "append",
        "metavar": "NAME",
        "help": (
            "environment to check: a file of environments/; repeatable and comma-separable, or `all` (default: local)"
        ),
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
    "expect-commit": {
        "metavar": "SHA",
        "help": "the commit that must be what answers (at least 7 characters); with --wait, wait for it",
    },
    "fault": {
        "metavar": "NAME",
        "help": "break the replica on purpose (replica environments only), to see what a failure looks like",
    },
    "rehearse": {
        "action": "store_true",
        "help": "prove the suite: every fault must be caught, for its own reason, and its cause named",
    },
    "environments": {"metavar": "DIR", "help": "where the environment files are"},
    "reports": {"metavar": "DIR", "help": "where reports are written (default: reports)"},
}


def add_options(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add smokegate's options to pytest's; their values are in `config.option.smokegate_NAME`.

    Raises:
        pytest.UsageError: another plugin has an option of the same name.
    """
    private = pluginmanager.hasplugin(BESIDE)
    named = {f"{PRIVATE if private else '--'}{name}": (name, attributes) for name, attributes in OPTIONS.items()}

    def add() -> None:
        group = parser.getgroup("smokegate", "smoke tests of a deployment")
        for option, (name, attributes) in named.items():
            group.addoption(option, dest=f"smokegate_{name.replace('-', '_')}", **attributes)

    refuse_ours(parser, named, add)
    refuse_theirs(parser, named)


@dataclass(frozen=True)
class Settings:
    """What a run was asked for."""

    names: tuple[str, ...]
    directory: Path
    reports: Path
    overrides: tuple[str, ...]
    wait: str | None
    expected_commit: str | None
    fault: str | None
    rehearse: bool
    strict: bool
    workers: int
    """How many processes share the work; 0 where pytest does it alone."""
    whole: bool
    """Whether every smoke test is wanted, so that probing may start before collection has shown it."""

    @property
    def label(self) -> str:
        """The name that the run's reports have."""
        return "+".join(self.names)


def settings(config: pytest.Config, options: Namespace) -> Settings | None:
    """Read the options, or return None where the run does not ask for smoke tests."""
    paths = [word.split("::")[0] for word in options.file_or_dir]
    if options.smokegate_env is None and paths and not _all_in_testpaths(config, paths):
        return None
    names = tuple(
        dict.fromkeys(n.strip() for word in options.smokegate_env or ["local"] for n in word.split(",") if n.strip())
    )
    return Settings(
        names=names or ("local",),
        directory=config.rootpath / (options.smokegate_environments or "environments"),
        reports=config.rootpath / (options.smokegate_reports or "reports"),
        overrides=tuple(options.smokegate_set),
        wait=options.smokegate_wait,
        expected_commit=options.smokegate_expect_commit,
        fault=options.smokegate_fault,
        rehearse=options.smokegate_rehearse,
        strict=bool(getattr(options, "strict", None)),
        workers=_workers(options),
        whole=_whole(config, options, paths),
    )


def _all_in_testpaths(config: pytest.Config, paths: Sequence[str]) -> bool:
    homes = [config.rootpath / home for home in config.getini("testpaths")]
    return all(any((config.invocation_params.dir / path).is_relative_to(home) for home in homes) for path in paths)


def _whole(config: pytest.Config, options: Namespace, paths: Sequence[str]) -> bool:
    narrowing: tuple[Any, ...] = (
        options.keyword,
        options.markexpr,
        options.deselect,
        options.collectonly,
        getattr(options, "lf", False),
        getattr(options, "stepwise", False),
        options.setuponly,
        options.setupplan,
    )
    homes = [config.rootpath / home for home in config.getini("testpaths")]
    return not any(narrowing) and all((config.invocation_params.dir / path) in homes for path in paths)


def _workers(options: Namespace) -> int:
    if "PYTEST_XDIST_WORKER" in os.environ:
        return int(os.environ["PYTEST_XDIST_WORKER_COUNT"])
    asked = getattr(options, "numprocesses", None)
    if asked in {"auto", "logical"}:
        return os.cpu_count() or 1
    return int(asked or 0)


def worker_slot() -> int | None:
    """Return this process's number among pytest-xdist's workers, None where a person started it."""
    name = os.environ.get("PYTEST_XDIST_WORKER")
    return None if name is None else int(name.removeprefix("gw"))
