"""Which suite is rehearsed, and the outcome of one run of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

#: Runs at a time by default: a container that has a share of 64 cores sees them all.
MOST_WORKERS = 8


class RunError(RuntimeError):
    """A run of the suite did not come to an end of its own; the text says what it had printed until then."""


class Suite(Struct, frozen=True):
    """Which suite is run, and from where: what every run of a rehearsal shares."""

    root: Path
    directory: Path
    """Where the environment files are."""
    ini: Path | None = None
    paths: tuple[str, ...] = ()
    """The tests, where they are not those of the configuration file."""
    plugin: str = "smokegate"
    """The pytest plugin that the runs load."""
    spell: Callable[[str], str] = str
    """How that plugin spells an option of ours."""

    @property
    def arguments(self) -> list[str]:
        """What stands on the command line of each run."""
        ini = ["-c", str(self.ini)] if self.ini else []
        own = ["-p", self.plugin, "-p", "no:cacheprovider", "--color=no"]
        return [f"--rootdir={self.root}", *ini, *own, *self.spelled([f"--environments={self.directory}"]), *self.paths]

    def spelled(self, words: Sequence[str]) -> list[str]:
        """Return words of a command line as the plugin of this suite spells them."""
        return [self.spell(word) for word in words]


class Settings(Struct, frozen=True):
    """What all parts of one rehearsal share."""

    suite: Suite
    folder: Path
    """Where the runs leave their files."""
    workers: int
    """How many runs there are at a time."""
    overrides: Sequence[str] = ()
    """The `--set` options of the command line."""
    keyword: str = ""
    """Only what has this in its name is rehearsed."""
    progress: Callable[[str], None] = lambda _: None
    """Called with a line after each run."""


class SuiteRun(Struct, frozen=True):
    """One run of the suite, come to its end."""

    code: int
    text: str
    """What it printed in the terminal."""
    report: dict[str, Any]
    """Its JSON report, empty where it wrote none."""
    seconds: float

    def environment(self, name: str) -> dict[str, Any]:
        """Return what the report says of an environment, empty where it does not."""
        found: dict[str, Any] = next((each for each in self.report.get("environments", ()) if each["name"] == name), {})
        return found
