"""Render's official SDK reads every answer of the stand-in for its API that smokegate calls."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

import pytest
from render.public_api import AuthenticatedClient
from render.public_api.api.deploys import cancel_deploy, create_deploy, list_deploys, retrieve_deploy, rollback_deploy
from render.public_api.api.environment_groups import list_env_groups, retrieve_env_group
from render.public_api.api.logs import list_logs
from render.public_api.api.postgres import list_postgres, retrieve_postgres
from render.public_api.api.services import (
    get_env_vars_for_service,
    list_events,
    list_instances,
    list_services,
    restart_service,
    resume_service,
    retrieve_service,
    suspend_service,
)
from render.public_api.models.create_deploy_body import CreateDeployBody
from render.public_api.models.deploy_status import DeployStatus
from render.public_api.models.rollback_deploy_body import RollbackDeployBody

from smokegate.replica.render.platform import OWNER, Deploy, through

from .conftest import KEY, NEW, OLD, Served


@pytest.fixture
def client(served: Served) -> Iterator[AuthenticatedClient]:
    """The SDK's client, pointed at the stand-in."""
    with AuthenticatedClient(base_url=served.url, token=KEY) as made:
        yield made


def test_services_are_listed_and_retrieved(client: AuthenticatedClient) -> None:
    (row,) = list_services.sync(client=client, name=["shop"])
    found = retrieve_service.sync(client=client, service_id=row.service.id)
    assert (found.name, found.suspended.value, found.service_details.health_check_path) == (
        "shop",
        "not_suspended",
        "/health",
    )
    assert list_services.sync(client=client, name=["another"]) == []
    assert retrieve_service.sync_detailed(client=client, service_id="srv-none").status_code == HTTPStatus.NOT_FOUND


def test_pages_follow_the_cursor_and_end_empty(served: Served, client: AuthenticatedClient) -> None:
    first = list_deploys.sync(client=client, service_id=served.service.id, limit=1)
    second = list_deploys.sync(client=client, service_id=served.service.id, limit=1, cursor=first[0].cursor)
    assert [each.deploy.commit.id for each in (*first, *second)] == [NEW, OLD]
    assert list_deploys.sync(client=client, service_id=served.service.id, cursor=second[0].cursor) == []


def test_a_deploy_moves_through_its_states(served: Served, client: AuthenticatedClient) -> None:
    made = create_deploy.sync(client=client, service_id=served.service.id, body=CreateDeployBody(commit_id=OLD))
    seen = []
    for _ in range(4):
        seen.append(retrieve_deploy.sync(client=client, service_id=served.service.id, deploy_id=made.id).status.value)
        served.now[0] += 0.1
    assert seen == ["created", "build_in_progress", "update_in_progress", "live"]
    before = list_deploys.sync(client=client, service_id=served.service.id)[1].deploy
    assert before.status == DeployStatus.DEACTIVATED


def test_a_queued_deploy_is_202_without_a_body(served: Served, client: AuthenticatedClient) -> None:
    served.service.queues = True
    answer = create_deploy.sync_detailed(client=client, service_id=served.service.id, body=CreateDeployBody())
    assert (answer.status_code, answer.content) == (HTTPStatus.ACCEPTED, b"")


def test_a_deploy_is_cancelled_and_rolled_back(served: Served, client: AuthenticatedClient) -> None:
    made = create_deploy.sync(client=client, service_id=served.service.id, body=CreateDeployBody(commit_id=NEW))
    stopped = cancel_deploy.sync(client=client, service_id=served.service.id, deploy_id=made.id)
    assert stopped.status == DeployStatus.CANCELED
    oldest = list_deploys.sync(client=client, service_id=served.service.id)[-1].deploy
    back = rollback_deploy.sync(
        client=client, service_id=served.service.id, body=RollbackDeployBody(deploy_id=oldest.id)
    )
    assert (back.commit.id, back.trigger.value) == (OLD, "rollback")


def test_suspending_resuming_and_restarting_answer_without_a_body(served: Served, client: AuthenticatedClient) -> None:
    service = served.service.id
    assert suspend_service.sync_detailed(client=client, service_id=service).status_code == HTTPStatus.ACCEPTED
    found = retrieve_service.sync(client=client, service_id=service)
    assert (found.suspended.value, [each.value for each in found.suspenders]) == ("suspended", ["user"])
    assert resume_service.sync_detailed(client=client, service_id=service).status_code == HTTPStatus.ACCEPTED
    assert restart_service.sync_detailed(client=client, service_id=service).status_code == HTTPStatus.OK
    assert served.service.restarts == 1


def test_variables_events_instances_and_logs_are_read(served: Served, client: AuthenticatedClient) -> None:
    failing = Deploy(NEW, through("created", "build_failed"), failure={"nonZeroExit": 1})
    service = served.service.id
    served.service.add(failing, served.now[0])
    served.service.logs.append("boom")
    served.now[0] += 1.0
    names = [each.env_var.key for each in get_env_vars_for_service.sync(client=client, service_id=service)]
    event = list_events.sync(client=client, service_id=service)[0].event
    logs = list_logs.sync(client=client, owner_id=OWNER, resource=[service])
    assert names == ["SECRET_KEY", "DEBUG"]
    # The SDK takes the details of an event for the first of many shapes that fits, and keeps what it does not know.
    assert event.to_dict()["details"]["reason"]["failure"]["nonZeroExit"] == 1
    assert [each.message for each in logs.logs] == ["boom"]
    assert len(list_instances.sync(client=client, service_id=service)) == 1


def test_environment_groups_are_listed_and_retrieved(served: Served, client: AuthenticatedClient) -> None:
    served.platform.groups = {"shared": {"SPARE_KEY": "x"}}
    (listed,) = list_env_groups.sync(client=client)
    assert [each.id for each in listed.service_links] == [served.service.id]
    (held,) = retrieve_env_group.sync(client=client, env_group_id=listed.id).env_vars
    assert (held.key, held.value) == ("SPARE_KEY", "x")


def test_the_database_is_listed_and_retrieved(client: AuthenticatedClient) -> None:
    (row,) = list_postgres.sync(client=client, name=["tectonic-db"])
    assert retrieve_postgres.sync(client=client, postgres_id=row.postgres.id).status.value == "available"


@pytest.mark.parametrize("status", [401, 429, 500, 503])
def test_refusals_are_the_documented_errors(served: Served, client: AuthenticatedClient, status: int) -> None:
    served.platform.refuses = status
    answer = list_services.sync_detailed(client=client)
    assert (answer.status_code, bool(answer.parsed.message)) == (status, True)
