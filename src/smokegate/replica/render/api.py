"""Render's API v1 over HTTP, as much of it as smokegate calls: bare arrays with cursors, rate limits, empty answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from smokegate.replica.messages import Answer, Handler, Request
from smokegate.replica.render.platform import OWNER, WAY, Deploy, Platform, Service, identifier, through
from smokegate.replica.render.resources import CREATED, database, deploy, events, service

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE, LARGEST_PAGE = 20, 100
"""Items of a page: usual, and at most."""
MESSAGES = {401: "Unauthorized", 403: "forbidden", 429: "rate limit exceeded", 500: "internal server error"}


def api(platform: Platform) -> Handler:
    """Return what answers below `/v1`."""

    async def answer(request: Request) -> Answer:
        platform.begin()
        platform.seen.append((request.method, request.path))
        left = platform.limit - len(platform.seen)
        given = _refused(platform, request, left) or _routed(platform, request)
        limits = (
            ("ratelimit-limit", str(platform.limit)),
            ("ratelimit-remaining", str(max(0, left))),
            ("ratelimit-reset", "30"),
            ("render-request-id", f"api-replica/{len(platform.seen):06d}"),
        )
        return given.adding(*limits)

    return answer


def _refused(platform: Platform, request: Request, left: int) -> Answer | None:
    if platform.refuses == 202:
        return Answer(202)
    if platform.refuses is not None:
        found = _error(platform.refuses)
        return found.adding(("retry-after", "30")) if platform.refuses == 429 else found
    if request.header("authorization") != f"Bearer {platform.key}":
        return _error(401)
    if platform.forbids and request.path.endswith(platform.forbids):
        return _error(403)
    return _error(429).adding(("retry-after", "30")) if left < 0 else None


def _error(status: int, message: str = "") -> Answer:
    return Answer.json(status, {"message": message or MESSAGES.get(status, "service unavailable")})


def _routed(platform: Platform, request: Request) -> Answer:  # noqa: PLR0911 -- a return for each resource
    parts = request.path.removeprefix("/v1/").split("/")
    query = parse_qs(request.target.partition("?")[2])
    match request.method, parts:
        case "GET", ["services"]:
            names = query.get("name", [])
            found = [each for each in platform.services.values() if not names or each.name in names]
            return _page(query, "service", [(each.id, service(each)) for each in found])
        case "GET", ["logs"]:
            return _logs(platform, query)
        case "GET", ["env-groups", *rest]:
            return _groups(platform, rest)
        case "GET", ["postgres"]:
            names = query.get("name", [])
            there = [database(platform)] if not names or database(platform)["name"] in names else []
            return _page(query, "postgres", [(each["id"], each) for each in there])
        case "GET", ["postgres", identity] if identity == database(platform)["id"]:
            return Answer.json(200, database(platform))
        case _, ["services", identity, *rest] if (owned := platform.by_id(identity)) is not None:
            if request.method == "GET":
                return _read(platform, owned, rest, query)
            return _done(platform, owned, rest, json.loads(request.body or b"{}"))
    return _error(404, f"not found: {parts[1] if len(parts) > 1 else parts[0]}")


def _read(  # noqa: PLR0911 -- a return for each resource
    platform: Platform, owned: Service, rest: Sequence[str], query: dict[str, list[str]]
) -> Answer:
    now = platform.clock()
    begun = [each for each in owned.deploys if each.began <= now]
    match rest:
        case []:
            return Answer.json(200, service(owned))
        case ["deploys"]:
            return _page(query, "deploy", [(each.id, deploy(platform, owned, each)) for each in begun])
        case ["deploys", identity]:
            found = next((each for each in begun if each.id == identity), None)
            return Answer.json(200, deploy(platform, owned, found)) if found else _error(404, f"not found: {identity}")
        case ["env-vars"]:
            pairs = [(key, {"key": key, "value": value}) for key, value in owned.variables.items()]
            return _page(query, "envVar", pairs)
        case ["events"]:
            return _page(query, "event", [(each["id"], each) for each in events(platform, owned)])
        case ["instances"]:
            there = [{"id": f"{owned.id}-abcde", "createdAt": CREATED}] if owned.live(now) else []
            return Answer.json(200, there)
    return _error(404)


def _done(  # noqa: PLR0911 -- a return for each action
    platform: Platform, owned: Service, rest: Sequence[str], body: dict[str, Any]
) -> Answer:
    now = platform.clock()
    match rest:
        case ["suspend"]:
            owned.suspenders.append("user")
            return Answer(202)
        case ["resume"]:
            owned.suspenders = [each for each in owned.suspenders if each != "user"]
            return Answer(202)
        case ["restart"]:
            owned.restarts += 1
            return Answer(200)
        case ["deploys"]:
            commit = body.get("commitId") or next((each.commit for each in owned.deploys), None)
            instance = next((each.instance for each in owned.deploys if each.commit == commit), 0)
            made = owned.add(Deploy(commit, through(*WAY, "live"), instance, "api"), now)
            return Answer(202) if owned.queues else Answer.json(201, deploy(platform, owned, made))
        case ["rollback"]:
            target = next((each for each in owned.deploys if each.id == body.get("deployId")), None)
            if target is None:
                return _error(404, "not found: deploy")
            made = owned.add(Deploy(target.commit, through(WAY[-1], "live"), target.instance, "rollback"), now)
            return Answer.json(201, deploy(platform, owned, made))
        case ["deploys", identity, "cancel"]:
            found = next((each for each in owned.deploys if each.id == identity), None)
            if found is None:
                return _error(404, f"not found: {identity}")
            found.ended_by = (now, "canceled")
            return Answer.json(200, deploy(platform, owned, found))
    return _error(404)


def _groups(platform: Platform, rest: Sequence[str]) -> Answer:
    links = [{"id": each.id, "name": each.name, "type": "web"} for each in platform.services.values()]
    every = {
        (identity := identifier("evg", name)): {
            "id": identity,
            "name": name,
            "ownerId": OWNER,
            "createdAt": CREATED,
            "updatedAt": CREATED,
            "serviceLinks": links,
        }
        for name in platform.groups
    }
    if not rest:
        return Answer.json(200, list(every.values()))  # without cursors, by Render's own description
    if rest[0] not in every:
        return _error(404, f"not found: {rest[0]}")
    found = every[rest[0]]
    pairs = [{"key": key, "value": value} for key, value in platform.groups[str(found["name"])].items()]
    return Answer.json(200, {**found, "envVars": pairs, "secretFiles": []})


def _page(query: dict[str, list[str]], name: str, items: Sequence[tuple[str, Any]]) -> Answer:
    """Return a page of a list: what comes after the cursor, nothing where that is past the end."""
    after = query.get("cursor", [""])[0]
    keys = [key for key, _ in items]
    start = keys.index(after) + 1 if after in keys else 0
    limit = min(LARGEST_PAGE, int(query.get("limit", [str(PAGE)])[0]))
    return Answer.json(200, [{"cursor": key, name: item} for key, item in items[start : start + limit]])


def _logs(platform: Platform, query: dict[str, list[str]]) -> Answer:
    if "ownerId" not in query or "resource" not in query:
        return _error(400, "ownerId and resource are required")
    owned = platform.by_id(query["resource"][0])
    lines = owned.logs if owned else []
    now = platform.clock()
    found = [
        {
            "id": identifier("log", f"{number} {line}"),
            "message": line,
            "timestamp": platform.stamp(now - len(lines) + number),
            "labels": [{"name": "type", "value": "app"}, {"name": "level", "value": "error"}],
        }
        for number, line in enumerate(lines)
    ]
    if query.get("direction", ["backward"])[0] == "backward":
        found.reverse()
    moment = platform.stamp(now)
    return Answer.json(200, {"hasMore": False, "nextStartTime": moment, "nextEndTime": moment, "logs": found[:100]})
