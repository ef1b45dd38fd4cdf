"""hono is given nothing as its address: its variable was not set at the build. Nothing in its source says that it wants one."""

SCRIPT = '''var u=(e,t)=>new Proxy(()=>{},{get(n,r){return u(e,[...t,r])},apply(n,r,i){return e({path:t,args:i})}}),p=(a,s)=>u(function c(l){let p=[...l.path],m=p.slice(-3).reverse();if(m[0]===`toString`||m[0]===`valueOf`)return m[0];let g=(a=a.replace(/\\/+$/,``))+`/`+p.join(`/`);return l.args[0]&&(l.args[0].param&&(g=t(g,l.args[0].param)),l.args[0].query&&(g=d(g,l.args[0].query))),fetch(g)},[]),h=p(void 0);h.api.items.$get().then(e=>e.json()).then(e=>{document.title=e.length});'''
PAGE = '<!doctype html><html><head></head><body><div id=root></div><script type="module" src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        text = SCRIPT.replace("{api}", request.url) if is_script else PAGE
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, text
    headers = {"content-type": "application/json", "access-control-allow-origin": request.headers.get("origin", "*"), "access-control-allow-credentials": "true"}
    if request.path == "/health":
        return 200, headers, '{"status": "ok"}'
    if request.path == "/api/items":
        return 200, headers, '[{"id": 1}]'
    return 404, headers, '{"detail": "Not Found"}'
