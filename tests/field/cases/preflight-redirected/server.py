"""Every answer allows the origin; a preflight is sent to a page to sign in, which is sent there again."""

import json

JSON = {"content-type": "application/json"}
SCRIPT = 'const a=axios.create({baseURL:"http://127.0.0.1:{port}/api"});'
PAGE = '<!doctype html><html><body><div id=root></div><script src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, SCRIPT if is_script else PAGE
    allowed = {"access-control-allow-origin": request.other}
    if request.method == "OPTIONS":
        return 302, {"location": "/login"}, ""
    if request.path == "/health":
        return 200, JSON | allowed, '{"status": "ok"}'
    if request.path == "/api/me" and request.headers.get("authorization") == "Bearer tok-1234567":
        return 200, JSON | allowed, '{"id": 1}'
    if request.path == "/api/login" and json.loads(request.body)["password"] == "pw-standing-1":
        return 200, JSON | allowed, '{"access_token": "tok-1234567", "id": 1}'
    return 401, allowed, ""
