"""The client has no base on purpose: the page calls its own host, which passes /api to the backend."""

SCRIPT = '''const c=a.create({baseURL:void 0,withCredentials:!0});c.get(`/api/items`).then(e=>{document.title=e.data.length});const l=e=>c.post(`/api/auth/login`,e);'''
PAGE = '<!doctype html><html><head></head><body><div id=root></div><script type="module" src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.path != "/api/items" and request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        text = SCRIPT.replace("{api}", request.url) if is_script else PAGE
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, text
    headers = {"content-type": "application/json", "access-control-allow-origin": request.headers.get("origin", "*"), "access-control-allow-credentials": "true"}
    if request.path == "/health":
        return 200, headers, '{"status": "ok"}'
    if request.path == "/api/items":
        return 200, headers, '[{"id": 1}]'
    return 404, headers, '{"detail": "Not Found"}'
