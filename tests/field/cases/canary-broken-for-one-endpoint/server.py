"""Every eighth request for the items comes to the broken instance."""

import itertools

turn = itertools.count(1)
JSON = {"content-type": "application/json"}


def answer(request):
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    if request.path != "/api/items":
        return 404, JSON, '{"detail": "Not Found"}'
    if next(turn) % 8 == 4:
        return 500, {"content-type": "text/plain", "server": "uvicorn"}, "Internal Server Error"
    return 200, JSON, '[{"id": 1}]'
