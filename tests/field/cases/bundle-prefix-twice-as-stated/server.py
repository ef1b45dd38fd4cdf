"""The base has /api twice, below the address that the file states."""

SCRIPT = '''const b=`{api}/api/api`;fetch(`${b}/items`).then(e=>e.json()).then(e=>{document.title=e.length});const l=e=>fetch(`${b}/auth/login`,{method:`POST`,body:e});'''
PAGE = '<!doctype html><html><head></head><body><div id=root></div><script type="module" src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        text = SCRIPT.replace("{api}", request.url) if is_script else PAGE
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, text
    headers = {"content-type": "application/json", "access-control-allow-origin": request.headers.get("origin", "*"), "access-control-allow-credentials": "true"}
    if request.path == "/health":
        return 200, headers, '{"status": "ok"}'
    if request.path == "/api/items":
        return 200, headers, '[{"id": 1}]'
    return 404, headers, '{"detail": "Not Found"}'
