"""Collects the platform data once: a few requests, which may fail individually."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from smokegate.environment.render import KEY_VARIABLE, Render
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.render.client import PAGE, UNEXPECTED, RenderApi
from smokegate.observation.render.model import (
    ApiCause,
    ApiError,
    PlatformView,
    RenderDatabase,
    RenderService,
    deploys,
    is_suspended,
    items,
    service,
    table,
    text,
)
from smokegate.observation.transport.pool import Pool

DEPLOYS, LOG_LINES = 20, 100
MIN_SECRET_LENGTH = 16
"""Minimum characters of a redacted value: a shorter one could be an ordinary word."""
SECRET = re.compile(r"KEY|SECRET|TOKEN|PASS|CREDENTIAL|DSN|DATABASE_URL", re.IGNORECASE)
"""Names of variables whose values are secrets, to be redacted in logs, too."""


def collect_platform(section: Render, pool: Pool, redactor: Redactor) -> PlatformView:
    """Query the API once for everything declared; does not raise."""
    if not section.key:
        name = getattr(section.key, "variable", "") or KEY_VARIABLE
        return PlatformView(ApiCause.NO_KEY, f"the variable {name} is not set: the API of Render cannot be queried")
    api = RenderApi(section, pool)
    services: dict[str, RenderService] = {}
    try:
        for role, name in (("backend", section.service), ("frontend", section.frontend)):
            if name is not None:
                services[role] = _read_service(api, section, name, redactor, backend=role == "backend")
    except ApiError as error:
        return PlatformView(error.cause, str(error), services, requests=api.requests)
    database, trouble = None, ""
    try:
        database = _database(api, section.database) if section.database else None
    except ApiError as error:
        trouble = str(error)
    return PlatformView(None, "", services, database, trouble, api.requests)


def find(api: RenderApi, name: str) -> dict[str, Any] | None:
    """Return a service by name or id, None if the workspaces of the key have none; raises ApiError."""
    if name.startswith(("srv-", "crn-")):
        try:
            found = api.get(f"/services/{name}")
        except ApiError as error:
            if error.cause is ApiCause.MISSING:
                return None
            raise
        if not isinstance(found, dict):
            raise ApiError(ApiCause.DOWN, f"{UNEXPECTED}: an object was expected of the service {name}")
        return found
    rows = api.pages("/services", "service", name=name)
    return next((each for each in rows if text(each, "name") == name), None)


def read_deploys(api: RenderApi, found: RenderService) -> RenderService:
    """Add the newest deploys to a service, with the reason if one failed; raises ApiError."""
    raw = [table(each, "deploy") for each in api.page(f"/services/{found.id}/deploys", limit=str(DEPLOYS))]
    plain = replace(found, deploys=deploys(raw, []))
    if plain.latest is None or plain.latest.meaning not in {"failed", "canceled", "superseded"}:
        return plain
    try:
        since = min(each.created for each in plain.deploys)
        events = list(api.pages(f"/services/{found.id}/events", "event", startTime=since))
    except ApiError as error:
        return replace(plain, unread=(*plain.unread, f"events: {error}"))
    return replace(found, deploys=deploys(raw, events))


def _read_service(api: RenderApi, section: Render, name: str, redactor: Redactor, *, backend: bool) -> RenderService:
    raw = find(api, name)
    if raw is None:
        return RenderService(name, found=False)
    found = read_deploys(api, service(name, raw))
    if backend:
        found = _part(found, "variables", lambda: _with_variables(api, section, found, redactor))
        found = _part(
            found, "instances", lambda: replace(found, instances=len(api.page(f"/services/{found.id}/instances")))
        )
    failed = found.latest is not None and found.latest.meaning == "failed"
    return _part(found, "log", lambda: replace(found, log=_log(api, raw, found))) if failed else found


def _part(found: RenderService, what: str, read: Callable[[], RenderService]) -> RenderService:
    """Return the service with one more part, or with the reason why that could not be read."""
    try:
        return read()
    except ApiError as error:
        return replace(found, unread=(*found.unread, f"{what}: {error}"))


def _with_variables(api: RenderApi, section: Render, found: RenderService, redactor: Redactor) -> RenderService:
    """Check the variables right here, so that their values go no further; secret ones are redacted."""
    pairs = {text(each, "key"): text(each, "value") for each in api.pages(f"/services/{found.id}/env-vars", "envVar")}
    required = (*section.variables, *section.values)
    if any(each not in pairs for each in (*required, *section.optional)):
        pairs = {**_group_variables(api, found.id), **pairs}
    redactor.add(*(value for name, value in pairs.items() if SECRET.search(name) and len(value) >= MIN_SECRET_LENGTH))
    return replace(
        found,
        missing=tuple(each for each in dict.fromkeys(required) if each not in pairs),
        empty=tuple(each for each in section.variables if each in pairs and not pairs[each].strip()),
        without=tuple(each for each in section.optional if not pairs.get(each, "").strip()),
        wrong=tuple(
            name
            for name, value in section.values.items()
            if name in pairs and pairs[name].strip().lower() != value.lower()
        ),
    )


def _group_variables(api: RenderApi, identity: str) -> dict[str, str]:
    """Return the variables of a service's environment groups, which its own list omits."""
    pairs: dict[str, str] = {}
    for row in api.page("/env-groups", limit=str(PAGE)):
        group = table(row, "envGroup") or row  # documented without the cursor of other lists
        if any(text(link, "id") == identity for link in items(group, "serviceLinks")):
            whole = api.get(f"/env-groups/{text(group, 'id')}")
            pairs |= {text(each, "key"): text(each, "value") for each in items(whole, "envVars")}
    return pairs


def _log(api: RenderApi, raw: dict[str, Any], found: RenderService) -> tuple[str, ...]:
    """Return the last log lines of the failed deploy, in order."""
    assert found.latest is not None
    query = {"ownerId": text(raw, "ownerId"), "resource": found.id, "direction": "backward", "limit": str(LOG_LINES)}
    window = {"startTime": found.latest.created, "endTime": found.latest.finished}
    response = api.get("/logs", **query, **{key: value for key, value in window.items() if value})
    newest_first = items(response, "logs")
    return tuple(line for each in reversed(newest_first) for line in text(each, "message").splitlines())


def _database(api: RenderApi, name: str) -> RenderDatabase:
    rows = api.pages("/postgres", "postgres", **({} if name.startswith("dpg-") else {"name": name}))
    raw = next((each for each in rows if name in {text(each, "name"), text(each, "id")}), None)
    if raw is None:
        return RenderDatabase(name, found=False)
    return RenderDatabase(text(raw, "name") or name, status=text(raw, "status"), suspended=is_suspended(raw))
