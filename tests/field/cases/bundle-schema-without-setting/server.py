"""The page checks its settings as it loads, and the build left the API address out: the check throws, and the page stays blank."""

SCRIPT = '''const e=o({VITE_API_URL:s().url(),VITE_TITLE:s().default(`Shop`)}).parse({BASE_URL:`/`,DEV:!1,MODE:`production`,PROD:!0,SSR:!1});fetch(`${e.VITE_API_URL}/items`).then(e=>e.json()).then(e=>{document.title=e.length});'''
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
