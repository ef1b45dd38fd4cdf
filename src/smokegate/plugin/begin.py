"""How a run begins: its environments are loaded, and every option that does not fit them is refused."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.extras import missing_extra
from smokegate.environment.fields import seconds
from smokegate.environment.load import load
from smokegate.environment.model import Environment
from smokegate.observation.evidence.sink import SINK
from smokegate.plugin import hooks, interrupts, start_up
from smokegate.plugin.hook_guard import guard
from smokegate.plugin.options import FILE_WAIT, worker_slot
from smokegate.plugin.run_key import RUN
from smokegate.plugin.session import Run
from smokegate.plugin.settings import Settings
from smokegate.report.history import StateError, states_of

if TYPE_CHECKING:
    from smokegate.observation.observer import Pool
    from smokegate.plugin.embedded import Embedded
    from smokegate.plugin.reporting import Reporting


def begin(settings: Settings, embedded: Embedded | None = None, pool: Pool | None = None) -> Run:
    """Load the environments; a command of ours brings its own, and may lend its connections.

    A file or an option that is wrong is a usage error, whose text names every mistake.
    """
    if embedded is not None:
        SINK.add(*embedded.environment.secrets)
        there = replace(embedded.environment, replica=None)  # it has its addresses: nothing to start
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
    run = Run(settings, environments, lent=pool)
    if settings.since is not None:
        try:
            run.since = states_of(settings.since)
        except StateError as wrong:
            raise pytest.UsageError(str(wrong)) from None
    return run


def start(config: pytest.Config, settings: Settings, embedded: Embedded | None, pool: Pool | None, plugin: Any) -> None:
    """Begin a run, after what must be there before anything is loaded, and guard our hooks from their own errors."""
    start_up.begin(config)
    interrupts.hear(config)
    start_up.keep_countable()
    config.stash[RUN] = run = begin(settings, embedded, pool)
    config.add_cleanup(run.close)
    config.pluginmanager.register(hooks, "smokegate-hooks")
    for each in (plugin, hooks):
        guard(config, each)


def register(config: pytest.Config, run: Run) -> None:
    """Register what makes the reports and spreads the work."""
    from smokegate.plugin import outgoing, reporting, suite_location  # noqa: PLC0415 - costs start-up time

    if config.option.deselect:
        config.option.deselect = suite_location.shown_ids(config.option.deselect, config.invocation_params.dir)
    config.pluginmanager.register(outgoing.Outgoing(), "smokegate-outgoing")
    reports = reporting.Reporting(run)
    config.pluginmanager.register(reports, "smokegate-reporting")
    if worker_slot() is None:
        _register_reports(config, run, reports)
    for name, plugin in config.pluginmanager.list_name_plugin():
        if name.startswith("smokegate-") and plugin is not None:
            guard(config, plugin)


def _register_reports(config: pytest.Config, run: Run, reports: Reporting) -> None:
    """Register what only the process has that a person started."""
    from smokegate.plugin import reporting  # noqa: PLC0415 - costs start-up time

    if run.settings.observes and run.embedded is None:
        reporting.name_reports(config, run)
        config.pluginmanager.register(reporting.LastScan(reports), "smokegate-scan")
    if getattr(config.option, "tx", None):
        from smokegate.plugin import workers  # noqa: PLC0415 - only where work is spread

        workers.limit_workers(config, run)
        config.pluginmanager.register(workers.Workers(run), "smokegate-workers")
        config.pluginmanager.register(interrupts.WorkerInterrupts(config, run), "smokegate-interrupts")


def check_options(settings: Settings, environments: tuple[Environment, ...]) -> None:
    """Refuse durations, versions and faults that cannot be used, or not with these environments."""
    for option, value in (("wait", settings.wait), ("deadline", settings.deadline)):
        if value not in {None, FILE_WAIT}:
            try:
                seconds(value)
            except ValueError as wrong:
                raise pytest.UsageError(f"--{option}={value}: {wrong}") from None
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
