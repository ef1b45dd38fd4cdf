"""What Render's API v1 writes of a service, a deploy, its events and a database: the shapes of its own answers."""

from __future__ import annotations

from typing import Any

from smokegate.replica.render.platform import OWNER, Deploy, Platform, Service, identifier

CREATED = "2026-11-01T08:00:00.000000Z"


def service(owned: Service) -> dict[str, Any]:
    """Return a service as the API writes it."""
    details: dict[str, Any] = {"buildPlan": "starter", "url": owned.url, "previews": {"generation": "off"}}
    if owned.type == "static_site":
        details |= {"buildCommand": "npm run build", "publishPath": "dist", "pullRequestPreviewsEnabled": "no"}
    else:
        details |= {
            "env": "python",
            "runtime": "python",
            "envSpecificDetails": {"buildCommand": "pip install .", "startCommand": "uvicorn app:app --host 0.0.0.0"},
            "healthCheckPath": owned.health_path,
            "numInstances": 1,
            "openPorts": [{"port": 10000, "protocol": "TCP"}],
            "plan": owned.plan,
            "region": "frankfurt",
            "pullRequestPreviewsEnabled": "no",
        }
    return {
        "id": owned.id,
        "name": owned.name,
        "slug": owned.name,
        "ownerId": OWNER,
        "type": owned.type,
        "autoDeploy": "yes",
        "branch": "main",
        "repo": "https://git.invalid/tectonic",
        "rootDir": "",
        "notifyOnFail": "default",
        "dashboardUrl": f"https://dashboard.render.com/web/{owned.id}",
        "createdAt": CREATED,
        "updatedAt": CREATED,
        "suspended": "suspended" if owned.suspenders else "not_suspended",
        "suspenders": list(owned.suspenders),
        "serviceDetails": details,
    }


def deploy(platform: Platform, owned: Service, given: Deploy) -> dict[str, Any]:
    """Return a deploy as the API writes it."""
    now = platform.clock()
    finished = given.finished(now)
    commit = {"id": given.commit, "message": "Deploy me", "createdAt": CREATED} if given.commit else None
    found: dict[str, Any] = {
        "id": given.id,
        "commit": commit,
        "status": owned.status(given, now),
        "trigger": given.trigger,
        "createdAt": platform.stamp(given.began),
        "startedAt": platform.stamp(given.began),
        "updatedAt": platform.stamp(now if finished is None else given.began + finished),
    }
    # The official SDK's types cannot read a null here, and recorded answers have one beside `commit: null`.
    if finished is not None or commit is None:
        found["finishedAt"] = None if finished is None else platform.stamp(given.began + finished)
    return found


def events(platform: Platform, owned: Service) -> list[dict[str, Any]]:
    """Return the events of a service's deploys, newest first."""
    now = platform.clock()
    found = []
    for given in owned.deploys:
        finished = given.finished(now)
        if given.began > now or finished is None:
            continue
        status = given.status(now)
        word = {"live": "succeeded", "canceled": "canceled"}.get(status, "failed")
        reason: dict[str, Any] = {"failure": {"evicted": False, **given.failure}} if given.failure else {}
        newer = owned.deploys[: owned.deploys.index(given)]
        if newer and status == "canceled":
            reason = {"newDeploy": {"id": newer[-1].id}}
        found.append(
            {
                "id": identifier("evt", given.id),
                "timestamp": platform.stamp(given.began + finished),
                "serviceId": owned.id,
                "type": "deploy_ended",
                "details": {"deployId": given.id, "deployStatus": word, "status": 2, "reason": reason},
            }
        )
    return found


def database(platform: Platform) -> dict[str, Any]:
    """Return the PostgreSQL database as the API writes it."""
    return {
        "id": f"{identifier('dpg', 'tectonic-db')}-a",
        "name": "tectonic-db",
        "owner": {"id": OWNER, "name": "Tectonic", "email": "team@tectonic.invalid", "type": "team"},
        "createdAt": CREATED,
        "updatedAt": CREATED,
        "databaseName": "tectonic",
        "databaseUser": "tectonic",
        "connectionPool": "none",
        "dashboardUrl": "https://dashboard.render.com/d/tectonic-db",
        "diskAutoscalingEnabled": False,
        "highAvailabilityEnabled": False,
        "ipAllowList": [],
        "plan": "basic_256mb",
        "region": "frankfurt",
        "readReplicas": [],
        "role": "primary",
        "version": "16",
        "suspenders": [],
        **platform.database,
    }
