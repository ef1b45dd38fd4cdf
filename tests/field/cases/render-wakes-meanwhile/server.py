"""The first request gets the edge's word that waking failed, every later one the app."""

EDGE = {"server": "cloudflare", "rndr-id": "251835f2-2a4d-4591", "x-render-routing": "hibernate-wake-error"}
seen = []


def answer(request):
    seen.append(request.path)
    if len(seen) == 1:
        return 503, EDGE, ""
    headers = {"content-type": "application/json", "x-render-origin-server": "uvicorn", "rndr-id": "0000-1111"}
    return 200, headers, '{"status": "ok"}'
