"""The scripts, as esbuild writes them, are made with an address that was not there."""

SCRIPT = """function mi(t){const e=t==null?void 0:t.trim();if(!e)throw new Error("shopUrl is required.");return new URL(e)}
class yi{constructor(t,e){this.key=e,this.at=mi(t)}from(t){return fetch(new URL("rest/"+t,this.at))}}
const wi=(t,e)=>new yi(t,e);const ki=wi(void 0,"anon");ki.from("items").then(t=>{document.title=t.status});"""
PAGE = '<!doctype html><html><body><div id=root></div><script type="module" src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, SCRIPT if is_script else PAGE
    if request.path == "/health":
        return 200, {"content-type": "application/json"}, '{"status": "ok"}'
    return 404, {"content-type": "application/json"}, "{}"
