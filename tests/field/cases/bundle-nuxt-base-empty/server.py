"""Nuxt: the page's public settings have an empty API address, so that the calls go to the page's own host."""

SCRIPT = '''function A(){let t;return t||=found(),t||null}function G(){const t=A();if(!t)throw Error("no instance");return t.$config}window.__NUXT__=payload;const own=()=>(window?.__NUXT__?.config||{}).app,root=()=>own().baseURL;class C{setup(){const t=G();$fetch(`${t.public.apiBase}/api/items`);fetch(root()+t.app.buildId)}}'''
PAGE = '<!doctype html><html><head><script>window.__NUXT__={};window.__NUXT__.config={public:{apiBase:""},app:{baseURL:"/",buildId:"1a2b",buildAssetsDir:"/_nuxt/",cdnURL:""}}</script></head><body><div id=root></div><script type=module src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, SCRIPT if is_script else PAGE
    headers = {"content-type": "application/json", "access-control-allow-origin": request.headers.get("origin", "*")}
    known = {"/health": '{"status": "ok"}', "/api/items": '[{"id": 1}]'}
    return (200, headers, known[request.path]) if request.path in known else (404, headers, '{"detail": "Not Found"}')
