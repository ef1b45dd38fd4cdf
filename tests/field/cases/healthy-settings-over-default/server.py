"""The developer's address is a default that the run-time settings are spread over."""

SCRIPT = '''const s={apiUrl:`http://localhost:8000/api`,retries:2,...window.__ENV},c=(e,t)=>fetch(s.apiUrl+e,t).then(e=>e.json());c(`/items`).then(e=>{document.title=e.length});'''
PAGE = '<!doctype html><html><head><script>window.__ENV={apiUrl:"{api}/api"}</script></head><body><div id=root></div><script type="module" src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        text = SCRIPT.replace("{api}", request.url) if is_script else PAGE.replace("{api}", request.url)
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, text
    headers = {"content-type": "application/json", "access-control-allow-origin": request.headers.get("origin", "*"), "access-control-allow-credentials": "true"}
    if request.path == "/health":
        return 200, headers, '{"status": "ok"}'
    if request.path == "/api/items":
        return 200, headers, '[{"id": 1}]'
    return 404, headers, '{"detail": "Not Found"}'
