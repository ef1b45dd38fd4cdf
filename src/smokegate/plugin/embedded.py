"""A run of the suite for a command that presents the result in its own way: no options, no files, no terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from smokegate.plugin.settings import Settings

if TYPE_CHECKING:
    import pytest

    from smokegate.environment.model import Environment
    from smokegate.observation.transport.pool import Pool
    from smokegate.report.model import RunReport


class Lent(Struct, eq=False):
    """What a command has learnt of the servers before the run: names, authorities, how many connections they take."""

    pool: Pool

    @staticmethod
    def of(config: pytest.Config) -> Pool | None:
        """Return the pool that the command lends, None where the run makes its own."""
        return next((each.pool for each in config.pluginmanager.get_plugins() if isinstance(each, Lent)), None)


class Embedded(Struct, eq=False):
    """What a command gives to the run, and what it gets back."""

    environment: Environment
    """With the addresses that it really has."""
    wait: float | None = None
    """Seconds to wait until it is healthy; None judges what is there now."""
    watching: bool = False
    """Leave out what must not be repeated round after round: checks that are marked so."""
    creating: bool = True
    """Whether accounts may be created, where the file allows it."""
    expected: str | None = None
    """The commit that must be what answers; None: any."""
    progress: Callable[[str], None] = field(default=lambda _: None)
    """Called with a line about where the run stands."""
    report: RunReport | None = None
    """The result; None where the run did not come to one."""

    @staticmethod
    def of(config: pytest.Config) -> Embedded | None:
        """Return the command's request, None where a person runs pytest."""
        return next((each for each in config.pluginmanager.get_plugins() if isinstance(each, Embedded)), None)

    @property
    def settings(self) -> Settings:
        """The options of such a run."""
        here = (self.environment.name,), Path("environments"), Path("reports")
        return Settings(*here, expected_commit=self.expected)

    def deselect(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Take the checks out that this run leaves out. They are left out on purpose: the run is not partial."""
        from smokegate.plugin.collect import check_in, environment_of  # noqa: PLC0415 - only in such a run

        creates = self.environment.sign_in is not None and self.environment.sign_in.creates_accounts
        out = [
            item
            for item in items
            if environment_of(item) is not None
            and (
                (self.watching and check_in(item).once)
                or (creates and not self.creating and "sign_in" in (check_in(item).reads or ()))
            )
        ]
        if out:
            config.hook.pytest_deselected(items=out)
            items[:] = [item for item in items if item not in set(out)]
