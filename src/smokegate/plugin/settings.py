"""The options of a run that checks environments."""

from __future__ import annotations

import re
from argparse import Namespace
from pathlib import Path
from zlib import crc32

import pytest
from msgspec import Struct

from smokegate.environment.fields import seconds
from smokegate.environment.model import Environment
from smokegate.plugin.options import FILE_WAIT, RUN_PLUGIN

LONGEST_NAME = 150
"""Maximum bytes of a report's name, without its suffix: file systems allow 255."""
SHORT_COMMIT = re.compile(r"(?=.*[a-fA-F])[0-9a-fA-F]{1,6}")
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


class Settings(Struct, frozen=True):
    """The options of a run."""

    names: tuple[str, ...]
    directory: Path
    reports: Path
    overrides: tuple[str, ...] = ()
    wait: str | None = None
    deadline: str | None = None
    expected_commit: str | None = None
    fault: str | None = None
    rehearse: bool = False
    record: Path | None = None
    """Where the run is written to as the state before a deploy."""
    since: Path | None = None
    """The recorded run that this one is compared with."""
    strict: bool = False
    processes: int = 0
    """How many processes a rehearsal may use; 0: as many as there are processors."""
    explicit: bool = True
    """Whether `--env` was given: then the whole run is about deployments, whatever tests are in it."""
    command: str = "smokegate diagnose {}"
    """The command that runs the checks of one environment, `{}`, as the user has started it."""
    observes: bool = True
    """Whether tests are run at all: where pytest only shows something, nothing is sent and nothing is written."""

    @property
    def label(self) -> str:
        """The name that the run's reports have; that of many environments is shortened to fit in a file name."""
        joined = "+".join(self.names)
        if len(joined.encode()) <= LONGEST_NAME:
            return joined
        return f"{self.names[0][:60]}+{len(self.names) - 1}-more-{crc32(joined.encode()):08x}"

    @property
    def limit(self) -> float | None:
        """Seconds that all requests of a run may take; None: as the file says."""
        return None if self.deadline is None else seconds(self.deadline)

    def wait_seconds(self, environment: Environment) -> float | None:
        """Return how long to wait until an environment is healthy, or None for not at all."""
        if self.wait is None:
            return None
        return environment.backend.wait if self.wait == FILE_WAIT else seconds(self.wait)


def read(config: pytest.Config, options: Namespace, names: tuple[str, ...], *, explicit: bool) -> Settings:
    """Read the options of a run that checks these environments; `explicit` where `--env` names them."""
    processes = getattr(options, "numprocesses", None)
    observes = not any(getattr(options, name, None) for name in SHOWING)
    return Settings(
        names=names,
        directory=_path(config, options.smokegate_environments) or config.rootpath / "environments",
        reports=_path(config, options.smokegate_reports) or config.rootpath / "reports",
        overrides=tuple(options.smokegate_set),
        wait=options.smokegate_wait,
        deadline=options.smokegate_deadline,
        expected_commit=_expected(options),
        fault=options.smokegate_fault,
        rehearse=options.smokegate_rehearse and observes,
        record=_path(config, options.smokegate_record),
        since=_path(config, options.smokegate_since),
        strict=bool(getattr(options, "strict", None)),
        processes=processes if isinstance(processes, int) else 0,
        explicit=explicit,
        command="smokegate run {}" if config.pluginmanager.hasplugin(RUN_PLUGIN) else "pytest --env={}",
        observes=observes,
    )


def _path(config: pytest.Config, given: str | None) -> Path | None:
    """Return a path that is given: relative to the current directory, as pytest's own options are."""
    return None if given is None else config.invocation_params.dir / Path(given).expanduser()


def _expected(options: Namespace) -> str | None:
    """Return the version that must answer, from whichever of the two options names it.

    A team that releases by version or tag passes that as the commit, too: it is compared as the file says. Refused is
    an empty one, and a commit that is cut too short to identify one.
    """
    commit: str | None = options.smokegate_expect_commit
    if commit is not None and (not commit.strip() or SHORT_COMMIT.fullmatch(commit)):
        wrong = "too short for a commit" if commit.strip() else "empty"
        raise pytest.UsageError(
            f"--expect-commit={commit}: {wrong}; expected 7 to 64 hexadecimal digits, or any other version, "
            "such as a release"
        )
    version: str | None = options.smokegate_expect_version
    return commit if version is None else version
