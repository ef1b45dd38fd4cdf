"""How a run begins: its environments are loaded, and every option that does not fit them is refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.extras import missing_extra
from smokegate.environment.fields import seconds
from smokegate.environment.load import load
from smokegate.observation.evidence.sink import SINK
from smokegate.plugin.options import FILE_WAIT
from smokegate.plugin.session import Run
from smokegate.plugin.settings import Settings

if TYPE_CHECKING:
    from smokegate.environment.model import Environment
    from smokegate.observation.observer import Pool
    from smokegate.plugin.embedded import Embedded


def begin(settings: Settings, embedded: Embedded | None = None, pool: Pool | None = None) -> Run:
    """Load the environments; a command of ours brings its own, and may lend its connections.

    Raises:
        pytest.UsageError: an environment file or an option is wrong; the text names every mistake.
    """
    if embedded is not None:
        SINK.add(*embedded.environment.secrets)
        there = embedded.environment.model_copy(update={"replica": None})  # it has its addresses: nothing to start
        return Run(settings, (there,), embedded)
    try:
        environments = load(
            settings.names, directory=settings.directory, variables=os.environ, overrides=settings.overrides
        )
    except EnvironmentErrors as wrong:
        raise pytest.UsageError(str(wrong)) from None
    for environment in environments:
        SINK.add(*environment.secrets)
        if (missing := missing_extra(environment)) is not None:
            raise pytest.UsageError(missing)
    check_options(settings, environments)
    run = Run(settings, environments, pool=pool)
    if settings.since is not None:
        from smokegate.report.history import StateError, states_of  # noqa: PLC0415 - only where it is requested

        try:
            run.since = states_of(settings.since)
        except StateError as wrong:
            raise pytest.UsageError(str(wrong)) from None
    return run


def check_options(settings: Settings, environments: tuple[Environment, ...]) -> None:
    """Refuse options that contradict the environments.

    Raises:
        pytest.UsageError: a duration, commit or fault cannot be used.
    """
    _check_durations(settings)
    commit = settings.expected_commit
    if commit is not None and not commit.strip():
        raise pytest.UsageError("--expect-version: expected the version that must answer, found an empty text")
    if settings.fault is not None:
        from smokegate.replicas import UnsuitableFaultError, check_fault  # noqa: PLC0415 - the replica is an extra

        try:
            for environment in environments:
                check_fault(environment, settings.fault)
        except UnsuitableFaultError as wrong:
            raise pytest.UsageError(str(wrong)) from None


def _check_durations(settings: Settings) -> None:
    for option, value in (("wait", settings.wait), ("deadline", settings.deadline)):
        if value not in {None, FILE_WAIT}:
            try:
                seconds(value)
            except ValueError as wrong:
                raise pytest.UsageError(f"--{option}={value}: {wrong}") from None
