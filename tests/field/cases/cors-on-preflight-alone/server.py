"""Only OPTIONS is answered with permission."""

import json

JSON = {"content-type": "application/json"}
SCRIPT = 'const a=axios.create({baseURL:"http://127.0.0.1:{port}/api"});'
PAGE = '<!doctype html><html><body><div id=root></div><script src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, SCRIPT if is_script else PAGE
    if request.method == "OPTIONS":
        allowed = {
            "access-control-allow-origin": request.other,
            "access-control-allow-methods": "GET, POST",
            "access-control-allow-headers": "content-type, authorization",
        }
        return 204, allowed, ""
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    if request.path == "/api/auth/me" and request.headers.get("authorization") == "Bearer tok-1234567":
        return 200, JSON, '{"id": 1}'
    if request.path == "/api/auth/login" and json.loads(request.body)["password"] == "pw-standing-1":
        return 200, JSON, '{"access_token": "tok-1234567", "id": 1}'
    return 401, {}, ""
