"""The address is decoded when the script runs."""

SCRIPT = 'const u=atob(document.body.dataset.a);fetch(u+"/items").then(r=>r.json()).then(console.log);'
PAGE = '<!doctype html><html><body data-a="aGlkZGVu"><div id=root></div><script src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, SCRIPT if is_script else PAGE
    if request.path == "/health":
        return 200, {"content-type": "application/json"}, '{"status": "ok"}'
    return 404, {"content-type": "application/json"}, "{}"
