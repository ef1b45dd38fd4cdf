"""FastAPI with PyJWT, whose tokens begin in five minutes."""

import json
from urllib.parse import parse_qs

JSON = {"content-type": "application/json"}
REFUSED = {**JSON, "www-authenticate": "Bearer"}


def answer(request):
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    if request.path == "/token":
        form = {key: values[0] for key, values in parse_qs(request.body).items()}
        if (form.get("username"), form.get("password")) != ("someone@example.com", "pw-standing-1"):
            return 401, REFUSED, '{"detail": "Incorrect username or password"}'
        return 200, JSON, json.dumps({"access_token": "tok-0123456789", "token_type": "bearer"})
    if request.path == "/me":
        detail = "The token is not yet valid (iat)" if request.headers.get("authorization") else "Not authenticated"
        return 401, REFUSED, json.dumps({"detail": detail})
    return 404, JSON, '{"detail": "Not Found"}'
