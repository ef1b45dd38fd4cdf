"""Registering works, and a login is refused until the address is verified."""

import json

JSON = {"content-type": "application/json"}


def answer(request):
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    if request.path == "/api/register":
        return 201, JSON, json.dumps({"id": 5, "email": json.loads(request.body)["email"], "is_verified": False})
    if request.path == "/api/login":
        return 400, JSON, '{"detail": "LOGIN_USER_NOT_VERIFIED"}'
    return 401, JSON, '{"detail": "Unauthorized"}'
