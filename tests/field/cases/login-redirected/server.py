"""The login is at `/api/login/`, and takes a POST only."""

import json

JSON = {"content-type": "application/json"}


def answer(request):
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    if request.path == "/api/login":
        return 301, {"location": "/api/login/"}, ""
    if request.path == "/api/login/":
        if request.method != "POST":
            return 404, JSON, '{"detail": "Not Found"}'
        good = json.loads(request.body)["password"] == "pw-standing-1"
        return (200, JSON, '{"access_token": "tok-1234567", "id": 1}') if good else (401, JSON, "{}")
    if request.headers.get("authorization") == "Bearer tok-1234567":
        return 200, JSON, '{"id": 1}'
    return 401, JSON, "{}"
