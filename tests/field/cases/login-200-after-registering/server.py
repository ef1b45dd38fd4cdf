"""Refuses everyone, and says so in its body alone."""

import json

JSON = {"content-type": "application/json"}


def answer(request):
    """Answer as the application does."""
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    if request.path == "/api/register":
        return 201, JSON, json.dumps({"id": 1})
    if request.path == "/api/login":
        return 200, JSON, json.dumps({"success": False, "message": "Invalid email or password"})
    return 401, JSON, '{"message": "Unauthenticated."}'
