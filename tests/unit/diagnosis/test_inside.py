"""Which lines of a service's log count as the reason of its trouble."""

from __future__ import annotations

import pytest
from tests_support.servers import NOW, look_at, service, view

from smokegate.observation.server import LogLine, Sample, ServiceView

AWAY = 'could not translate host name "db" to address: Temporary failure in name resolution'
REFUSED = 'FATAL:  password authentication failed for user "atp"'


def headline(changed: ServiceView) -> str | None:
    """Return the code of the cause that is named."""
    found = look_at(view(changed)).report.diagnosis.headline
    return found.code if found else None


@pytest.mark.parametrize("code", [0, 137, 143])
def test_what_passed_while_it_ran_is_not_why_someone_ended_it(code: int) -> None:
    """The database was away for a moment, the worker got over it, and later it was stopped."""
    log = (LogLine(NOW, AWAY), LogLine(NOW, "renewed 12 prices"))
    assert headline(service("worker", "exited", exit_code=code, log=log)) == "container.worker-down"


def test_a_program_that_ended_itself_for_that_reason_is_reported_by_it() -> None:
    """With an exit code of its own."""
    log = (LogLine(NOW, AWAY),)
    assert headline(service("worker", "exited", exit_code=1, log=log)) == "postgres.unknown-host"


def test_a_try_that_has_said_nothing_yet_is_reported_by_the_tries_before() -> None:
    """It was restarted, is starting again, and the line that says why is from the run before."""
    again = (Sample("running", 2, NOW), Sample("running", 2, NOW))
    log = (LogLine(NOW.replace(hour=11), REFUSED),)
    starting = service("backend", health="starting", samples=again, log=log)
    assert headline(starting) == "postgres.auth-failed"


@pytest.mark.parametrize(
    ("code", "title"),
    [(137, "is killed repeatedly"), (0, "ends without an error"), (1, "crashes and is restarted")],
)
def test_a_loop_is_named_by_how_the_program_ends(code: int, title: str) -> None:
    """Signal 9 comes from outside, and 0 is no crash; what was survived before is no reason of either."""
    tries = (Sample("restarting", 6, NOW), Sample("restarting", 7, NOW))
    log = (LogLine(NOW, "importing prices"),)
    found = look_at(view(service("backend", "restarting", exit_code=code, samples=tries, log=log))).report.diagnosis
    assert found.headline is not None
    assert title in found.headline.title
