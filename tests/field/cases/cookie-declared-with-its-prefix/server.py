"""A session cookie with the prefix `__Host-`."""

import json

JSON = {"content-type": "application/json"}
SESSION = "__Host-sid=s-0123456789abcdef"


def answer(request):
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    if request.path == "/login" and request.method == "POST":
        if json.loads(request.body) != {"email": "someone@example.com", "password": "pw-standing-1"}:
            return 401, JSON, '{"error": "Invalid credentials"}'
        return 200, {**JSON, "set-cookie": f"{SESSION}; Path=/; Secure; HttpOnly; SameSite=Lax"}, "{}"
    if request.path == "/me" and SESSION in (request.headers.get("cookie") or ""):
        return 200, JSON, '{"email": "someone@example.com"}'
    return 401, JSON, '{"error": "Unauthorized"}'
