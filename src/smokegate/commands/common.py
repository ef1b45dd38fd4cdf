"""What the commands that check have in common: the environment that they name, and one run of the suite."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from msgspec import Struct

from smokegate.commands.suite_process import Request, run_suite
from smokegate.diagnosis.verdict import exit_code
from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.extras import missing_extra
from smokegate.environment.fields import seconds
from smokegate.environment.load import ALL, load_one
from smokegate.environment.model import Environment
from smokegate.exit_codes import UNKNOWN, CommandError
from smokegate.observation.evidence.sink import SINK
from smokegate.replica import ReplicaError
from smokegate.replicas import UnsuitableFaultError, check_fault, placed
from smokegate.report.console import Console
from smokegate.report.model import EnvironmentReport, RunReport


def environment_of(arguments: argparse.Namespace) -> Environment:
    """Return the environment that the options name; refuses a file, an override or a fault that cannot be used."""
    name = arguments.name.strip()
    if name == ALL or "," in name:
        raise CommandError(f"{arguments.name!r}: expected one environment")
    try:
        environment = load_one(
            name, directory=arguments.environments, variables=os.environ, overrides=arguments.overrides
        )
        if (missing := missing_extra(environment)) is not None:
            raise CommandError(missing)
        if arguments.fault is not None:
            check_fault(environment, arguments.fault)
    except (EnvironmentErrors, UnsuitableFaultError) as wrong:
        raise CommandError(str(wrong)) from None
    SINK.add(*environment.secrets)
    return environment


@contextmanager
def deployed(arguments: argparse.Namespace, declared: Environment) -> Iterator[Environment]:
    """Yield an environment with the addresses that it really has; a replica lives as long as the block."""
    try:
        with placed(declared, arguments.fault) as environment:
            yield environment
    except ReplicaError as broken:
        raise CommandError(f"the replica of {declared.name} did not start: {broken}", UNKNOWN) from None


def duration(option: str, text: str) -> float:
    """Return the seconds that an option gives; refuses what is not a duration."""
    try:
        return seconds(text)
    except ValueError as wrong:
        raise CommandError(f"{option}={text}: {wrong}") from None


class CheckResult(Struct, frozen=True):
    """One run of the suite, and when it was."""

    report: EnvironmentReport
    started: datetime
    seconds: float
    interrupted: bool = False
    """Whether Ctrl-C ended it before all was observed."""

    @property
    def run(self) -> RunReport:
        """The same as the report of a run, for the formats that render runs."""
        partial = bool(self.report.partial)
        return RunReport(self.started, self.seconds, exit_code([self.report.verdict], partial=partial), (self.report,))


def run_checks(request: Request, console: Console, doing: str = "checking") -> CheckResult:
    """Run the suite on a deployment once, in a process of its own: what it says is what pytest says.

    Ctrl-C stops the run: what was observed by then is judged as cut short. `doing` is what the live line says.

    Raises:
        SuiteError: the suite returned no result.
    """
    began = time.monotonic()
    last = [""]

    def line() -> str:
        return last[0] or f"{doing} {request.environment.name}: {time.monotonic() - began:.0f} s"

    with console.progress(line):
        run, interrupted = run_suite(request, lambda text: last.__setitem__(0, text))
    (report,) = run.environments
    SINK.learn(report.observation.secrets)
    return CheckResult(report, run.started, run.seconds, interrupted)
