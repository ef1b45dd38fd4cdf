"""What the commands that check have in common: their options, and one run of the suite."""

from __future__ import annotations

import argparse
import os
import time
from datetime import datetime
from pathlib import Path

from msgspec import Struct

from smokegate.commands.suite_process import Request, run_suite
from smokegate.diagnosis.verdict import exit_code
from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.extras import missing_extra
from smokegate.environment.fields import seconds
from smokegate.environment.load import ALL, load_one
from smokegate.environment.model import Environment
from smokegate.observation.evidence.sink import SINK
from smokegate.replicas import UnsuitableFaultError, check_fault
from smokegate.report.console import Console
from smokegate.report.model import EnvironmentReport, RunReport

FILE_WAIT = "the file's own"


class UsageError(Exception):
    """A file or an option cannot be used; the text says which, and what was expected."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what every command that checks understands."""
    parser.add_argument("name", metavar="NAME", help="the environment: a file of environments/")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="overrides",
        metavar="KEY=VALUE",
        help="override one value of the file, such as backend.url=https://preview.example.com",
    )
    parser.add_argument("--fault", metavar="NAME", help="break the replica on purpose (replica environments only)")
    parser.add_argument(
        "--environments", type=Path, default=Path("environments"), metavar="DIR", help="directory of environment files"
    )
    parser.add_argument(
        "--reports", type=Path, default=Path("reports"), metavar="DIR", help="directory for the reports"
    )


def environment_of(arguments: argparse.Namespace) -> Environment:
    """Return the environment that the options name.

    Raises:
        UsageError: the file, an override or the fault cannot be used.
    """
    name = arguments.name.strip()
    if name == ALL or "," in name:
        raise UsageError(f"{arguments.name!r}: expected one environment")
    try:
        environment = load_one(
            name, directory=arguments.environments, variables=os.environ, overrides=arguments.overrides
        )
        if (missing := missing_extra(environment)) is not None:
            raise UsageError(missing)
        if arguments.fault is not None:
            check_fault(environment, arguments.fault)
    except (EnvironmentErrors, UnsuitableFaultError) as wrong:
        raise UsageError(str(wrong)) from None
    SINK.add(*environment.secrets)
    return environment


def wait_of(text: str | None, environment: Environment) -> float | None:
    """Return how long `--wait` asks to wait, in seconds; None for not at all.

    Raises:
        UsageError: it is not a duration.
    """
    return environment.backend.wait if text == FILE_WAIT else None if text is None else duration("--wait", text)


def duration(option: str, text: str) -> float:
    """Return the seconds that an option gives.

    Raises:
        UsageError: it is not a duration.
    """
    try:
        return seconds(text)
    except ValueError as wrong:
        raise UsageError(f"{option}={text}: {wrong}") from None


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


def run_checks(  # noqa: PLR0913 - all but the first two by name
    environment: Environment,
    console: Console,
    *,
    wait: float | None = None,
    watching: bool = False,
    creating: bool = True,
    doing: str = "checking",
    expected: str | None = None,
) -> CheckResult:
    """Run the suite on a deployment once, in a process of its own: what it says is what pytest says.

    Ctrl-C stops the run: what was observed by then is judged as cut short.

    Args:
        environment: with the addresses that it really has.
        console: shows how the run goes.
        wait: wait up to this many seconds until it is healthy, then check.
        watching: leave out what must not be repeated round after round.
        creating: whether accounts may be created, where the file allows it.
        doing: what the live line says.
        expected: the commit that must answer; None: any.

    Raises:
        SuiteError: the suite returned no result.
    """
    began = time.monotonic()
    last = [""]

    def line() -> str:
        return last[0] or f"{doing} {environment.name}: {time.monotonic() - began:.0f} s"

    request = Request(environment, wait, watching=watching, creating=creating, expected=expected)
    with console.progress(line):
        run, interrupted = run_suite(request, lambda text: last.__setitem__(0, text))
    (report,) = run.environments
    SINK.learn(report.observation.secrets)
    return CheckResult(report, run.started, run.seconds, interrupted)
