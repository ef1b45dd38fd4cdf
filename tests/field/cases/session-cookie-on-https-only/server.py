"""Express with express-session, which sends a cookie marked `secure` over https only."""

import json

JSON = {"content-type": "application/json; charset=utf-8", "x-powered-by": "Express"}


def answer(request):
    if request.path == "/health":
        return 200, JSON, '{"status":"ok"}'
    if request.path == "/login":
        sent = json.loads(request.body)
        if (sent.get("email"), sent.get("password")) != ("someone@example.com", "pw-standing-1"):
            return 401, {"content-type": "text/plain; charset=utf-8", "x-powered-by": "Express"}, "Unauthorized"
        return 200, JSON, '{"ok":true,"user":{"email":"someone@example.com"}}'
    if request.path == "/me":
        return 401, JSON, '{"message":"Not signed in"}'
    return 404, JSON, '{"message":"Not Found"}'
