"""Serves a page that calls the API, which signs in by a cookie."""

from __future__ import annotations

import json
import secrets

ACCOUNTS: dict[str, str] = {}
SESSIONS: dict[str, str] = {}
PAGE = "http://www.store.invalid"
JSON = {
    "content-type": "application/json",
    "access-control-allow-origin": PAGE,
    "access-control-allow-credentials": "true",
    "access-control-allow-headers": "content-type",
    "vary": "Origin",
}
SCRIPT = 'fetch("http://api.shop.invalid/api/me",{credentials:"include"}).then(r=>r.json()).then(console.log)'
HTML = '<!doctype html><title>Shop</title><div id="root"></div><script src="/app.js"></script>'


def answer(request):
    """Answer as the application does."""
    if request.method == "OPTIONS":
        return 204, JSON, ""
    if request.path == "/app.js":
        return 200, {"content-type": "text/javascript"}, SCRIPT
    if request.path == "/":
        return 200, {"content-type": "text/html"}, HTML
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
        cookie = f"sid={key}; Path=/; HttpOnly; SameSite=Lax"
        return 200, {**JSON, "set-cookie": cookie}, '{"message": "signed in"}'
    if request.path == "/api/me":
        key = request.headers.get("cookie", "").partition("sid=")[2].partition(";")[0]
        if key in SESSIONS:
            return 200, JSON, f'{{"id": 7, "email": "{SESSIONS[key]}"}}'
        return 401, JSON, '{"message": "Unauthenticated."}'
    return 404, JSON, '{"message": "Not found"}'
