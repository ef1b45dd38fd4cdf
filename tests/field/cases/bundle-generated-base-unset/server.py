"""The page is on the second port, the API on the first."""

JSON = {"content-type": "application/json"}
SCRIPT = (
    'const o={BASE:"http://localhost:8000",VERSION:"1"};Object.assign(o,{BASE:void 0,WITH_CREDENTIALS:!1});'
    'const f=async(e,t)=>(await fetch(`${e.BASE}${t.url.replace("{v}",e.VERSION)}`,{method:t.method})).json();'
    'f(o,{method:"GET",url:"/items"})'
)
PAGE = '<!doctype html><html><body><div id=root></div><script src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, SCRIPT if is_script else PAGE
    if request.path == "/health":
        return 200, JSON, '{"status": "ok"}'
    return (200, JSON, '[{"id": 1}]') if request.path == "/api/items" else (404, JSON, '{"detail": "Not Found"}')
