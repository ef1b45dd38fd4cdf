"""Says in its body whether a request succeeded, never in its status."""

import json

JSON = {"content-type": "application/json"}


def answer(request):
    """Answer as the envelope's applications do."""
    if request.path == "/api/login":
        right = json.loads(request.body or "{}").get("password") == "pw-standing-1"
        yes = {"code": 200, "msg": "ok", "token": "tok-1234567"}
        return 200, JSON, json.dumps(yes if right else {"code": 500, "msg": "User does not exist/password error"})
    if request.path == "/api/me" and request.headers.get("authorization") == "Bearer tok-1234567":
        return 200, JSON, '{"id": 1}'
    ok = request.path == "/health"
    return 200, JSON, '{"status": "ok"}' if ok else '{"code": 401, "msg": "Not logged in, or the session has ended"}'
