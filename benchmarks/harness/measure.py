"""Runs whole processes and measures them from outside: wall clock, processor time, memory."""

from __future__ import annotations

import os
import select
import statistics
import subprocess
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile

#: No process of the benchmark may take longer, in seconds.
LONGEST = 120.0
BYTECODE = Path(__file__).resolve().parents[2] / ".cache" / "bench" / "bytecode"


class PeerError(Exception):
    """A process did not do what it is measured for; the text has the end of its output."""


@dataclass(frozen=True)
class Command:
    """A process to measure."""

    argv: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    exits: Collection[int] = (0,)
    """The exit codes with which it has done its work."""
    tells: bool = False
    """Whether its output is the number of seconds to count instead of its own."""


@dataclass(frozen=True)
class Sample:
    """One run: seconds on the clock, seconds of processor time, at most so many megabytes of memory."""

    seconds: float
    cpu: float
    memory: float


def run(command: Command) -> Sample:
    """Run a process once.

    Raises:
        PeerError: it ended otherwise than it should, or not in time.
    """
    with TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(
            command.argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=command.folder,
            env={**_variables(), **command.variables},
        )
        handle = os.pidfd_open(process.pid)
        try:
            ended = select.select([handle], [], [], LONGEST)[0]
        finally:
            os.close(handle)
        seconds = time.perf_counter() - began
        if not ended:
            process.kill()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        told = output.read().decode(errors="replace")
    if process.returncode not in command.exits:
        end = "\n".join(told.splitlines()[-25:])
        raise PeerError(f"{' '.join(command.argv)}: exit code {process.returncode} after {seconds:.1f} s\n{end}")
    if command.tells:
        seconds = float(told)
    return Sample(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def _variables() -> dict[str, str]:
    """Return the variables of every process: bytecode is kept between runs, as it is on anyone's machine."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(BYTECODE)}


@dataclass(frozen=True)
class Result:
    """Several runs of one process."""

    samples: tuple[Sample, ...]

    @property
    def seconds(self) -> float:
        """The middle one of the times."""
        return statistics.median(each.seconds for each in self.samples)

    @property
    def best(self) -> float:
        """The shortest time: what the machine's other work disturbed least."""
        return min(each.seconds for each in self.samples)

    @property
    def cpu(self) -> float:
        """The middle one of the processor times."""
        return statistics.median(each.cpu for each in self.samples)

    @property
    def memory(self) -> float:
        """The most memory that any run took."""
        return max(each.memory for each in self.samples)


def compare(commands: Mapping[str, Command], times: int) -> dict[str, Result]:
    """Run several processes in turns, so that what disturbs one disturbs all; the first turn only warms up.

    Raises:
        PeerError: see `run`.
    """
    found: dict[str, list[Sample]] = {name: [] for name in commands}
    for turn in range(times + 1):
        for name, command in commands.items():
            sample = run(command)
            if turn:
                found[name].append(sample)
    return {name: Result(tuple(samples)) for name, samples in found.items()}


def once(commands: Mapping[str, Command]) -> dict[str, Result]:
    """Run each process once, without warming up: for what takes long because it waits.

    Raises:
        PeerError: see `run`.
    """
    return {name: Result((run(command),)) for name, command in commands.items()}


def words(argv: Sequence[object]) -> tuple[str, ...]:
    """Return a command line in words."""
    return tuple(map(str, argv))
