"""The command line of `pytest --env=…`, and whether a run asks for smoke tests at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from argparse import Namespace

FILE_WAIT = "the file's own"


def add_options(parser: pytest.Parser) -> None:
    """Add smokegate's options to pytest's."""
    group = parser.getgroup("smokegate", "smoke tests of a deployment")
    group.addoption(
        "--env",
        action="append",
        metavar="NAME",
        default=None,
        help="environment to check: a file of environments/; repeatable and comma-separable, or `all` (default: local)",
    )
    group.addoption(
        "--set",
        action="append",
        metavar="[NAME:]KEY=VALUE",
        default=[],
        dest="smoke_set",
        help="override one value of the environment file, such as backend.url=https://preview.example.com",
    )
    group.addoption(
        "--wait",
        nargs="?",
        const=FILE_WAIT,
        default=None,
        metavar="10m",
        dest="smoke_wait",
        help="wait until the deployment is healthy; without a value as long as the file's `wait` says",
    )
    group.addoption(
        "--expect-commit",
        metavar="SHA",
        default=None,
        help="the commit that must be what answers (at least 7 characters); with --wait, wait for it",
    )
    group.addoption(
        "--fault",
        metavar="NAME",
        default=None,
        help="break the replica on purpose (replica environments only), to see what a failure looks like",
    )
    group.addoption(
        "--rehearse",
        action="store_true",
        help="prove the suite: every fault must be caught, for its own reason, and its cause named",
    )
    group.addoption("--environments", metavar="DIR", default=None, help="where the environment files are")
    group.addoption("--reports", metavar="DIR", default=None, help="where reports are written (default: reports)")


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
    if options.env is None and paths and not _all_in_testpaths(config, paths):
        return None
    names = tuple(dict.fromkeys(n.strip() for word in options.env or ["local"] for n in word.split(",") if n.strip()))
    return Settings(
        names=names or ("local",),
        directory=config.rootpath / (options.environments or "environments"),
        reports=config.rootpath / (options.reports or "reports"),
        overrides=tuple(options.smoke_set),
        wait=options.smoke_wait,
        expected_commit=options.expect_commit,
        fault=options.fault,
        rehearse=options.rehearse,
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
