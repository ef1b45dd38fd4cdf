"""A site that sends a client on before it shows its page."""


def answer(request):
    if request.path == "/health":
        return 200, {"content-type": "application/json"}, '{"status":"ok"}'
    if request.headers["host"].startswith("www."):
        return 301, {"location": request.url.replace("127.0.0.1", "localhost") + request.path}, ""
    return 200, {"content-type": "text/html"}, "<!doctype html><html><head><title>Shop</title></head><body><h1>Shop</h1><p>Welcome back to the best of shops.</p></body></html>"
