"""Signs in by a cookie for a whole domain."""

from __future__ import annotations

import json
import secrets

JSON = {"content-type": "application/json"}
ACCOUNTS: dict[str, str] = {}
SESSIONS: dict[str, str] = {}
DOMAIN = "shop.example.com"


def answer(request):
    """Answer as the application does."""
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    sent = json.loads(request.body or "{}")
    if request.path == "/api/register":
        ACCOUNTS[sent["email"]] = sent["password"]
        return 201, JSON, '{"message": "created"}'
    if request.path == "/api/login":
        email = sent.get("email", "")
        if ACCOUNTS.get(email) != sent.get("password"):
            return 401, JSON, '{"message": "Invalid email or password"}'
        key = secrets.token_hex(16)
        SESSIONS[key] = email
        cookie = f"sid={key}; Path=/; HttpOnly; SameSite=Lax; Domain={DOMAIN}"
        return 200, {**JSON, "set-cookie": cookie}, '{"message": "signed in"}'
    if request.path == "/api/me":
        key = request.headers.get("cookie", "").partition("sid=")[2].partition(";")[0]
        if key in SESSIONS:
            return 200, JSON, f'{{"id": 7, "email": "{SESSIONS[key]}"}}'
        return 401, JSON, '{"message": "Unauthenticated."}'
    return 404, JSON, '{"message": "Not found"}'
