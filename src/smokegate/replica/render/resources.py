"""What Render's API v1 writes of a service, a deploy, its events and a database: the shapes of its own answers."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from smokegate.replica.render.platform import OWNER, Deploy, Platform, Service, identifier

SHAPES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
CREATED: str = SHAPES["service"]["createdAt"]


def service(owned: Service) -> dict[str, Any]:
    """Return a service as the API writes it."""
    details: dict[str, Any] = {**SHAPES[owned.type], "url": owned.url}
    if owned.type == "web_service":
        details |= {"healthCheckPath": owned.health_path, "plan": owned.plan}
    return {
        **SHAPES["service"],
        "id": owned.id,
        "name": owned.name,
        "slug": owned.name,
        "ownerId": OWNER,
        "type": owned.type,
        "dashboardUrl": f"https://dashboard.render.com/web/{owned.id}",
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
    return {"id": f"{identifier('dpg', 'tectonic-db')}-a", **SHAPES["database"], **platform.database}
