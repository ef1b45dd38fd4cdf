"""While a version is waited for, the platform says when that is pointless, and why."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from smokegate.environment.model import Backend, Environment, Health
from smokegate.observation.model import Readiness
from smokegate.observation.observer import Observer
from smokegate.observation.render import watch as watching
from smokegate.observation.render.watch import PlatformWatch
from smokegate.observation.transport.pool import Pool
from smokegate.replica.render.platform import Deploy, through

from .conftest import NEW, OLD, Served

WANTED = "c" * 40


@pytest.fixture(autouse=True)
def _no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Deploys that were over before the wait began end it, too, without patience for a newer one."""
    monkeypatch.setattr(watching, "GRACE", 0.0)


def judged(served: Served, pool: Pool, expected: str | None = WANTED) -> tuple[str | None, PlatformWatch]:
    """Return what one look comes to."""
    watch = PlatformWatch(served.section(), pool, expected, lambda _: None)
    return watch._judge(), watch


def ended(served: Served, status: str, **more: object) -> None:
    """Let the newest deploy, of the wanted commit, end so."""
    served.service.add(Deploy(WANTED, through("created", status), **more), served.now[0])  # type: ignore[arg-type]
    served.now[0] += 1.0


@pytest.mark.parametrize("status", ["queued", "build_in_progress", "a_status_of_next_year"])
def test_a_deploy_in_progress_is_waited_for(served: Served, pool: Pool, status: str) -> None:
    ended(served, status)
    why, watch = judged(served, pool)
    assert (why, watch.healing, watch.commit, watch.line) == (None, True, NEW, f"deploy: {status}")


@pytest.mark.parametrize("status", ["build_failed", "update_failed", "pre_deploy_failed", "canceled"])
def test_a_deploy_that_failed_ends_the_wait(served: Served, pool: Pool, status: str) -> None:
    ended(served, status, failure={"nonZeroExit": 1})
    why, _ = judged(served, pool)
    assert why == f"the deploy of shop ended as {status}: it exited with status 1"


def test_a_deploy_that_was_overtaken_ends_the_wait(served: Served, pool: Pool) -> None:
    ended(served, "build_in_progress")
    served.service.add(Deploy(NEW, through("created", "build_in_progress")), served.now[0])
    assert judged(served, pool)[0] == "the deploy of shop was overtaken by a newer one"


def test_a_suspended_service_ends_the_wait(served: Served, pool: Pool) -> None:
    served.service.suspenders = ["billing"]
    assert judged(served, pool)[0] == "shop is suspended by Render, for billing"


def test_a_service_that_is_not_there_ends_the_wait(served: Served, pool: Pool) -> None:
    served.platform.services.clear()
    assert judged(served, pool)[0] == "Render knows no service shop in the workspaces of this key"


def test_a_version_of_which_there_is_no_deploy_yet_is_waited_for(served: Served, pool: Pool) -> None:
    assert judged(served, pool)[0] is None


def test_where_any_version_will_do_a_failed_deploy_ends_nothing_while_an_older_one_is_live(
    served: Served, pool: Pool
) -> None:
    ended(served, "build_failed")
    assert judged(served, pool, expected=None)[0] is None


def _waited(served: Served, pool: Pool, change: Callable[[], None]) -> Readiness:
    """Wait for a version on a backend that refuses every connection, while the platform is requested."""
    change()
    backend = Backend(url="http://127.0.0.1:1", timeout=2.0, health=Health(samples=1))
    environment = Environment(name="shop", title="T", backend=backend, render=served.section())
    observer = Observer(environment, pool=pool, wait=120.0, expected_commit=WANTED, controls=())
    observer.start(("health",))
    try:
        found = observer.await_ready(120.0)
        assert found is not None
        return found
    finally:
        observer.close()


def test_the_wait_itself_ends_with_the_platforms_reason(served: Served, pool: Pool) -> None:
    found = _waited(served, pool, lambda: ended(served, "build_failed"))
    assert (found.ready, found.gave_up) == (False, "the deploy of shop ended as build_failed")


def test_an_api_that_refuses_the_key_does_not_end_the_wait(served: Served, pool: Pool) -> None:
    ended(served, "build_failed")
    served.platform.refuses = 401
    said: list[str] = []
    watch = PlatformWatch(served.section(), pool, OLD, said.append)
    watch._check_once()
    assert (said, watch.line) == ([], "the API refuses the key (401): Unauthorized")


def test_a_long_wait_looks_less_and_less_often() -> None:
    pauses = [watching.pause_after(float(waited)) for waited in (0, 19, 20, 60, 120, 600, 3600)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (watching.QUICK, watching.SLOWEST)
