"""A run of the suite for a command that presents the result in its own way: no options, no files, no terminal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from smokegate.plugin.run_key import EMBEDDED, LENT
from smokegate.plugin.settings import Settings

if TYPE_CHECKING:
    import pytest

    from smokegate.environment.model import Environment
    from smokegate.observation.transport.pool import Pool
    from smokegate.report.model import RunReport


class Lent(Struct, eq=False):
    """What a command has learnt of the servers before the run: names, authorities, how many connections they take."""

    __name__ = LENT
    pool: Pool


class Embedded(Struct, eq=False):
    """What a command gives to the run, and what it gets back."""

    __name__ = EMBEDDED
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

    @property
    def settings(self) -> Settings:
        """The options of such a run."""
        here = (self.environment.name,), Path("environments"), Path("reports")
        return Settings(*here, expected_commit=self.expected)

    def deselect(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Take the checks out that this run leaves out. They are left out on purpose: the run is not partial."""
        from smokegate.plugin.collect import check_in, environment_of  # noqa: PLC0415 - only in such a run

        sign_in = self.environment.sign_in
        creates = sign_in is not None and sign_in.creates_accounts and not self.creating

        def is_out(item: pytest.Item) -> bool:
            check = check_in(item)
            repeated = self.watching and check.once
            return environment_of(item) is not None and (repeated or (creates and "sign_in" in (check.reads or ())))

        if out := [item for item in items if is_out(item)]:
            config.hook.pytest_deselected(items=out)
            items[:] = [item for item in items if item not in set(out)]
