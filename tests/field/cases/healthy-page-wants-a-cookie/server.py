"""A site that sends a client on before it shows its page."""


def answer(request):
    if request.path == "/health":
        return 200, {"content-type": "application/json"}, '{"status":"ok"}'
    if "seen=1" not in (request.headers.get("cookie") or ""):
        return 302, {"location": "/", "set-cookie": "seen=1; Path=/"}, ""
    return 200, {"content-type": "text/html"}, "<!doctype html><html><head><title>Shop</title></head><body><h1>Shop</h1><p>All you need.</p></body></html>"
