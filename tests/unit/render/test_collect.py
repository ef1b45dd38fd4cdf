"""One collection of data from the platform: what is read, what is never kept, and that each part may fail by itself."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.render.collect import collect_platform
from smokegate.observation.render.model import ApiCause, PlatformView, RenderService, deploys, service
from smokegate.observation.transport.pool import Pool
from smokegate.replica.render.platform import Deploy, through

from .conftest import NEW, OLD, Served


def seen(served: Served, pool: Pool, redactor: Redactor | None = None, **more: object) -> PlatformView:
    """Return what one collection from the stand-in shows."""
    return collect_platform(served.section(**more), pool, redactor or Redactor())


def backend(view: PlatformView) -> RenderService:
    """Return the backend's service."""
    assert view.backend is not None
    return view.backend


def test_service_deploys_and_instances_are_read(served: Served, pool: Pool) -> None:
    found = backend(seen(served, pool))
    assert (found.found, found.suspended, found.health_path, found.instances) == (True, False, "/health", 1)
    assert (found.type, found.plan, found.region, found.auto_deploy) == ("web_service", "starter", "frankfurt", True)
    assert [(each.status, each.commit) for each in found.deploys] == [("live", NEW), ("deactivated", OLD)]


def test_a_service_is_found_by_its_id(served: Served, pool: Pool) -> None:
    assert backend(seen(served, pool, service=served.service.id)).name == "shop"
    assert not backend(seen(served, pool, service="srv-00000000000000000000")).found
    assert not backend(seen(served, pool, service="another")).found


def test_variables_are_judged_and_their_values_kept_nowhere(served: Served, pool: Pool) -> None:
    redactor = Redactor()
    wanted = {"variables": ["SECRET_KEY", "OTHER"], "optional": ["DEBUG", "SPARE"], "values": {"DEBUG": "false"}}
    served.service.variables["DEBUG"] = "True"
    view = seen(served, pool, redactor, **wanted)
    found = backend(view)
    assert (found.missing, found.empty, found.wrong) == (("OTHER",), (), ("DEBUG",))
    assert found.without == ("SPARE",)
    assert "a-value-that-no-output-shows" not in repr(view)
    assert "shows" not in redactor.text("a log line with a-value-that-no-output-shows")


def test_variables_of_a_linked_group_are_set_too(served: Served, pool: Pool) -> None:
    """The service's own list is without them, and its own value of one counts before the group's."""
    served.platform.groups = {"shared": {"OTHER": "x", "DEBUG": "True"}, "empty": {}}
    wanted = {"variables": ["SECRET_KEY", "OTHER"], "optional": ["SPARE"], "values": {"DEBUG": "false"}}
    found = backend(seen(served, pool, **wanted))
    assert (found.missing, found.empty, found.wrong, found.without) == ((), (), (), ("SPARE",))
    served.platform.forbids = ("/env-groups",)
    (unread,) = backend(seen(served, pool, **wanted)).unread
    assert unread.startswith("variables: the API does not let this key do that (403)")


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        ({"nonZeroExit": 137}, "it exited with status 137"),
        ({"oomKilled": {"memoryLimit": "512Mi"}}, "it ran out of memory (512Mi)"),
        ({"unhealthy": "check failed"}, "its health check failed (check failed)"),
        ({"timedOutSeconds": 900}, "it did not become ready in time"),
        ({"earlyExit": True}, "it exited early"),
        ({}, ""),
    ],
)
def test_events_say_why_a_deploy_failed(served: Served, pool: Pool, failure: dict[str, Any], reason: str) -> None:
    served.service.add(Deploy(NEW, through("created", "update_failed"), failure=failure), served.now[0])
    served.now[0] += 1.0
    served.service.logs.append("the last words")
    found = backend(seen(served, pool))
    assert found.latest is not None
    assert (found.latest.meaning, found.latest.reason, found.log) == ("failed", reason, ("the last words",))


def test_a_deploy_without_a_commit_and_with_a_new_status_is_in_progress(served: Served, pool: Pool) -> None:
    served.service.add(Deploy(None, through("canary_in_progress")), served.now[0])
    found = backend(seen(served, pool)).latest
    assert found is not None
    assert (found.commit, found.meaning) == (None, "in progress")


def test_a_part_that_cannot_be_read_leaves_the_others(served: Served, pool: Pool) -> None:
    served.platform.forbids = ("/env-vars", "/instances")
    found = backend(seen(served, pool, variables=["SECRET_KEY"]))
    assert found.latest is not None
    assert (found.latest.status, found.missing, found.instances) == ("live", (), None)
    assert [each.partition(":")[0] for each in found.unread] == ["variables", "instances"]


def test_without_a_key_nothing_is_sent(served: Served, pool: Pool) -> None:
    section = replace(served.section(), key="")
    view = collect_platform(section, pool, Redactor())
    assert (view.cause, view.requests, served.platform.seen) == (ApiCause.NO_KEY, 0, [])


@pytest.mark.parametrize("raw", [{}, {"suspenders": None, "serviceDetails": None}, {"suspended": True, "type": 7}])
def test_a_service_of_another_shape_is_read_as_far_as_it_goes(raw: dict[str, Any]) -> None:
    found = service("shop", raw)
    assert (found.name, found.suspended, found.suspenders) == ("shop", False, ())


@pytest.mark.parametrize("raw", [{}, {"commit": None, "finishedAt": None}, {"commit": "abc", "status": None}])
def test_a_deploy_of_another_shape_is_in_progress_at_worst(raw: dict[str, Any]) -> None:
    (found,) = deploys([raw], [{"details": None}, {}])
    assert (found.commit, found.meaning) == (None, "in progress")
