"""Parses API responses defensively: any part may be missing, null or of an undocumented type."""

from __future__ import annotations

from typing import Any

from smokegate.knowledge.render_states import failure
from smokegate.observation.render.model import DeployView, RenderService


def text(value: Any, key: str) -> str:
    """Return a string of a JSON object, empty if there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def table(value: Any, key: str) -> dict[str, Any]:
    """Return a nested object of a JSON object, empty if there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def is_suspended(value: dict[str, Any]) -> bool:
    """Return whether a service or database is suspended, which the API encodes as a string."""
    return text(value, "suspended") == "suspended"


def service(name: str, raw: dict[str, Any]) -> RenderService:
    """Return a service, without the parts that need further requests."""
    details = table(raw, "serviceDetails")
    suspenders = raw.get("suspenders")
    kind = text(raw, "type")
    return RenderService(
        name=text(raw, "name") or name,
        id=text(raw, "id"),
        type=kind,
        dashboard=text(raw, "dashboardUrl"),
        url=text(details, "url"),
        plan=text(details, "plan"),
        region=text(details, "region"),
        auto_deploy=text(raw, "autoDeploy") == "yes",
        suspended=is_suspended(raw),
        suspenders=tuple(each for each in suspenders if isinstance(each, str)) if isinstance(suspenders, list) else (),
        health_path=text(details, "healthCheckPath") if kind == "web_service" else None,
    )


def deploys(raw: list[dict[str, Any]], events: list[dict[str, Any]]) -> tuple[DeployView, ...]:
    """Return the deploys, newest first, each with the reason from its last event."""
    ended = {text(table(each, "details"), "deployId"): table(table(each, "details"), "reason") for each in events[::-1]}
    found = []
    for each in raw:
        reason = ended.get(text(each, "id"), {})
        found.append(
            DeployView(
                id=text(each, "id"),
                status=text(each, "status"),
                commit=text(table(each, "commit"), "id") or None,
                trigger=text(each, "trigger"),
                created=text(each, "createdAt"),
                finished=text(each, "finishedAt"),
                reason=failure(table(reason, "failure")),
            )
        )
    return tuple(sorted(found, key=lambda each: each.created, reverse=True))
