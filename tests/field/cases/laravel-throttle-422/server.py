"""Every login is over the limit, which is said as a mistake in the e-mail field."""

import json

JSON = {"content-type": "application/json"}
LIMIT = "Too many login attempts. Please try again in 52 seconds."


def answer(request):
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    if request.path == "/api/login":
        return 422, JSON, json.dumps({"message": LIMIT, "errors": {"email": [LIMIT]}})
    return 401, JSON, '{"message": "Unauthenticated."}'
