"""An API whose account view has forgotten to look at the token."""

import json

JSON = {"content-type": "application/json"}
USERS: dict[str, str] = {}


def answer(request):
    sent = json.loads(request.body or "{}")
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    if request.path == "/api/register":
        USERS[sent["email"]] = sent["password"]
        return 201, JSON, '{"message": "welcome"}'
    if request.path == "/api/login":
        known = USERS.get(sent["email"]) == sent["password"]
        return (200, JSON, '{"access_token": "t-%s"}' % sent["email"][10:22]) if known else (401, JSON, "{}")
    if request.path == "/api/me" and request.headers.get("authorization"):
        return 200, JSON, '{"id": 1, "email": "owner@shop.example"}'
    return 401, JSON, '{"detail": "Not authenticated"}'
