"""An interceptor has the client send cookies, and the API allows every origin: browsers refuse that together."""

SCRIPT = '''const c=a.create({baseURL:`{api}/api`});c.interceptors.request.use(e=>(e.withCredentials=!0,e)),c.get(`/items`).then(e=>{document.title=e.data.length});'''
PAGE = '<!doctype html><html><head></head><body><div id=root></div><script type="module" src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        text = SCRIPT.replace("{api}", request.url) if is_script else PAGE
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, text
    headers = {"content-type": "application/json", "access-control-allow-origin": "*"}
    if request.path == "/health":
        return 200, headers, '{"status": "ok"}'
    if request.path == "/api/items":
        return 200, headers, '[{"id": 1}]'
    return 404, headers, '{"detail": "Not Found"}'
