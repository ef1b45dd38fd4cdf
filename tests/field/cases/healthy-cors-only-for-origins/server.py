"""The page reads /api/items of the other origin, whose answer is for it alone."""

JSON = {"content-type": "application/json"}
SCRIPT = 'const a=axios.create({baseURL:"http://127.0.0.1:{port}/api"});a.get("/items").then(r=>show(r.data));'
PAGE = '<!doctype html><html><body><div id=root></div><script src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, SCRIPT if is_script else PAGE
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    named = request.headers.get("origin") == request.other
    return 200, JSON | ({"access-control-allow-origin": request.other} if named else {}), '[{"id": 1}]'
