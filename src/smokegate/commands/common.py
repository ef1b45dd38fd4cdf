"""What the commands that look have in common: their options, one look, and the verdict on it."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from smokegate.diagnosis.engine import diagnose
from smokegate.diagnosis.judged import judged
from smokegate.diagnosis.verdict import decide, exit_code, reasons
from smokegate.environment.coverage import not_covered
from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.extras import missing_extra
from smokegate.environment.fields import seconds
from smokegate.environment.load import ALL, load
from smokegate.environment.model import Environment
from smokegate.observation.evidence.sink import SINK
from smokegate.observation.model import Observation
from smokegate.observation.observer import Observer, Pool
from smokegate.observation.plan.step import GROUPS, Group
from smokegate.replicas import UnsuitableFaultError, check_fault
from smokegate.report.console import Console
from smokegate.report.model import EnvironmentReport, RunReport

FILE_WAIT = "the file's own"
WRONG_USE = 4
"""The exit code of a file or an option that can not be used, as pytest has it."""


class UsageError(Exception):
    """A file or an option can not be used; the text says which, and what was expected."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add what every command that looks understands."""
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
        "--environments", type=Path, default=Path("environments"), metavar="DIR", help="where the files are"
    )
    parser.add_argument(
        "--reports", type=Path, default=Path("reports"), metavar="DIR", help="where reports are written"
    )


def environment_of(arguments: argparse.Namespace) -> Environment:
    """Return the environment that the options name.

    Raises:
        UsageError: the file, an override or the fault can not be used.
    """
    name = arguments.name.strip()
    if name == ALL or "," in name:
        raise UsageError(f"{arguments.name!r}: expected one environment")
    try:
        (environment,) = load(
            [name], directory=arguments.environments, variables=os.environ, overrides=arguments.overrides
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
        UsageError: it is no duration.
    """
    return environment.backend.wait if text == FILE_WAIT else None if text is None else duration("--wait", text)


def duration(option: str, text: str) -> float:
    """Return the seconds that an option gives.

    Raises:
        UsageError: it is no duration.
    """
    try:
        return seconds(text)
    except ValueError as wrong:
        raise UsageError(f"{option}={text}: {wrong}") from None


@dataclass(frozen=True)
class CheckResult:
    """One look and what was made of it."""

    report: EnvironmentReport
    started: datetime
    seconds: float
    interrupted: bool = False
    """Whether Ctrl-C ended it before all was seen."""

    @property
    def run(self) -> RunReport:
        """The same as the report of a run, for the formats that render runs."""
        return RunReport(self.started, self.seconds, exit_code([self.report.verdict]), (self.report,))


def look(
    environment: Environment,
    console: Console,
    *,
    wait: float | None = None,
    groups: Collection[Group] = GROUPS,
    doing: str = "looking",
) -> CheckResult:
    """Check a deployment once, from every vantage that its file declares, and judge what was seen.

    Ctrl-C ends the look: what was seen by then is judged as cut short.

    Args:
        environment: with the addresses that it really has.
        console: shows how the look goes.
        wait: wait up to this many seconds until it is healthy, then look.
        groups: which probes to make.
        doing: what the live line says.
    """
    started, began = datetime.now(UTC), time.monotonic()
    told = [""]
    pool = Pool()
    observer = Observer(environment, pool=pool, wait=wait, progress=lambda line: told.__setitem__(0, line))

    def line() -> str:
        seen = observer.snapshot()
        elapsed = time.monotonic() - began
        waiting = wait is not None and seen.readiness is None
        counted = f"{len(seen.exchanges)} exchanges" + (", the server" if seen.server is not None else "")
        return told[0] if waiting and told[0] else f"{doing} {environment.name}: {counted}, {elapsed:.0f} s"

    interrupted = False
    try:
        try:
            with console.progress(line):
                observer.start(groups)
                observation = observer.complete()
        finally:
            observer.close()
    except KeyboardInterrupt:
        interrupted = True
        observation = replace(observer.snapshot(), complete=False)
    finally:
        pool.close()
    report = judge(environment, observation)
    return CheckResult(report, started, time.monotonic() - began, interrupted)


def judge(environment: Environment, observation: Observation) -> EnvironmentReport:
    """Return the decided report of what was seen: the verdict is that of `diagnosis.verdict`."""
    diagnosis = diagnose(environment, observation)
    outcomes = judged(environment, observation, diagnosis)
    return EnvironmentReport(
        environment,
        observation,
        diagnosis,
        outcomes,
        decide(outcomes, diagnosis, observation, environment),
        reasons(outcomes, diagnosis, observation, environment),
        tuple(not_covered(environment)),
    )
