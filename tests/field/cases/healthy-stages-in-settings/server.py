"""What is called is the backend, below a path that no constant shows."""

SCRIPT = (
    'var s={development:{apiUrl:"http://localhost:8000/api"},test:{apiUrl:"http://localhost:8001/api"},'
    'production:{apiUrl:"http://127.0.0.1:{port}"}},o=s.production||s.development;'
    "async function a(e,n){let t=await fetch(o.apiUrl+e,n);return t.json()}a(window.start.path);"
)
PAGE = '<!doctype html><html><body><div id=root></div><script src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        text = SCRIPT.replace("{port}", request.url.rsplit(":", 1)[1]) if is_script else PAGE
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, text
    if request.path == "/health":
        return 200, {"content-type": "application/json"}, '{"status": "ok"}'
    return 404, {"content-type": "application/json"}, "{}"
