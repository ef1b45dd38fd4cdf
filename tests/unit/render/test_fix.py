"""`diagnose --fix` on Render: which actions there are, that each is sent once, and how a deploy is waited for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from smokegate.commands.fix.plan import Action, Plan, plan
from smokegate.commands.fix.platform import PlatformExecutor
from smokegate.commands.fix.remedies import Kind, Refusal
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.render.client import RenderApi
from smokegate.observation.render.collect import collect_platform
from smokegate.observation.transport.pool import Pool
from smokegate.replica.messages import Answer
from smokegate.replica.render.platform import Deploy, through

from .conftest import NEW, OLD, Served


def planned(served: Served, pool: Pool, cause: str, *tried: Action, expected: str = "", **allowed: Any) -> Any:
    """Return what is done about a cause, by what the stand-in says now."""
    section = served.section()
    headline = SimpleNamespace(code=cause, owner=Owner.APP, confidence=Confidence.CERTAIN)
    report: Any = SimpleNamespace(
        environment=SimpleNamespace(render=section, compose=None, server=None, name="shop"),
        diagnosis=SimpleNamespace(headline=headline, findings=()),
        observation=SimpleNamespace(
            platform=collect_platform(section, pool, Redactor()), expected_commit=expected or None
        ),
    )
    return plan(report, tried, **allowed)


def executor(served: Served, pool: Pool, said: list[str] | None = None) -> PlatformExecutor:
    """Return an executor whose pauses move the stand-in's clock."""

    def pause(_: float) -> None:
        served.now[0] += 0.1

    section = served.section()
    return PlatformExecutor(section, RenderApi(section, pool), [].append if said is None else said.append, pause)


def kinds(decision: Any) -> list[Kind]:
    """Return the kinds of action of a plan."""
    assert isinstance(decision, Plan), decision
    return [each.kind for each in decision.actions]


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        ("render.never-deployed", [Kind.DEPLOY]),
        ("render.deploy-canceled", [Kind.DEPLOY]),
        ("render.not-triggered", [Kind.DEPLOY]),
        ("render.edge-behind", [Kind.RESTART]),
        ("render.crashing-paid", [Kind.RESTART]),
        ("app.error", [Kind.RESTART]),
    ],
)
def test_a_cause_has_its_actions(served: Served, pool: Pool, cause: str, expected: list[Kind]) -> None:
    assert kinds(planned(served, pool, cause)) == expected


@pytest.mark.parametrize(
    "cause", ["render.build-failed", "render.variable-missing", "render.start-failed", "tls.expired"]
)
def test_what_a_request_does_not_remove_is_refused(served: Served, pool: Pool, cause: str) -> None:
    assert isinstance(planned(served, pool, cause), Refusal)


@pytest.mark.parametrize(
    ("suspenders", "resumed"), [(["user"], True), (["billing"], False), (["user", "admin"], False)]
)
def test_only_what_the_owner_suspended_is_resumed(
    served: Served,
    pool: Pool,
    suspenders: list[str],
    resumed: bool,  # noqa: FBT001 -- a column of the table
) -> None:
    served.service.suspenders = suspenders
    assert isinstance(planned(served, pool, "render.suspended"), Plan) is resumed


def test_a_deploy_in_progress_keeps_every_action_away(served: Served, pool: Pool) -> None:
    served.service.add(Deploy(NEW, through("created", "build_in_progress")), served.now[0])
    assert isinstance(planned(served, pool, "render.not-triggered"), Refusal)


def test_a_rollback_needs_permission_and_goes_to_what_was_live(served: Served, pool: Pool) -> None:
    (restart,) = planned(served, pool, "app.error").actions
    refused = planned(served, pool, "app.error", restart)
    assert isinstance(refused, Refusal)
    assert "--allow-rollback" in refused.reason
    (back,) = planned(served, pool, "app.error", restart, rollback=True).actions
    said: list[str] = []
    able = executor(served, pool, said)
    assert able.do(back) is None
    assert able.settle(back.services, 10.0) is None
    assert served.service.live(served.now[0]).commit == OLD  # type: ignore[union-attr]
    assert any("auto-deploy stays as it is" in each for each in said)


def test_a_rollback_goes_to_the_last_version_that_was_seen_green(served: Served, pool: Pool) -> None:
    """What was live before may have been broken, too."""
    older = "5" * 40
    served.service.deploys.append(Deploy(older, through("live"), began=served.now[0] - 9000.0, id="dep-older"))
    (restart,) = planned(served, pool, "app.error").actions

    def target(*green: str) -> str:
        (back,) = planned(served, pool, "app.error", restart, rollback=True, green=green).actions
        return str(back.commands[0][2])

    assert "dep-older" in target("v2", older[:9])
    assert target("f" * 40) == target() != target(older)


@pytest.mark.parametrize("queues", [False, True])
def test_the_expected_commit_is_deployed_and_waited_for(served: Served, pool: Pool, queues: bool) -> None:  # noqa: FBT001
    served.service.queues = queues
    (deploy,) = planned(served, pool, "render.not-triggered", expected=OLD).actions
    said: list[str] = []
    able = executor(served, pool, said)
    assert able.do(deploy) is None
    assert able.settle(deploy.services, 10.0) is None
    assert served.service.live(served.now[0]).commit == OLD  # type: ignore[union-attr]
    assert said == [
        f"deploy of shop: {each}" for each in ("created", "build_in_progress", "update_in_progress", "live")
    ]


def test_a_deploy_that_fails_is_not_waited_for_any_longer(served: Served, pool: Pool) -> None:
    (deploy,) = planned(served, pool, "render.not-triggered", expected=NEW).actions
    able = executor(served, pool)
    assert able.do(deploy) is None
    served.service.deploys[0].path = through("created", "build_failed")
    assert able.settle(deploy.services, 10.0) == "the deploy ended as build_failed"


def test_an_answer_that_is_lost_is_not_requested_for_again(served: Served, pool: Pool) -> None:
    (restart,) = planned(served, pool, "render.edge-behind").actions
    before = len(served.platform.seen)
    able = executor(served, pool)
    served.platform.forbids = ("/restart",)
    assert "403" in able.do(restart)
    assert sum(path.endswith("/restart") for _, path in served.platform.seen[before:]) == 1


def test_the_key_stands_in_no_command(served: Served, pool: Pool) -> None:
    (restart,) = planned(served, pool, "render.edge-behind").actions
    assert served.platform.key not in "".join(executor(served, pool).commands(restart))


def test_a_refused_request_is_reported(served: Served, pool: Pool) -> None:
    (restart,) = planned(served, pool, "render.edge-behind").actions
    able = executor(served, pool)
    served.says = [Answer.json(401, {"message": "Unauthorized"})]
    assert able.do(restart) is not None
