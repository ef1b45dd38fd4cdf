"""Angular: an injection token's factory reads the API's address from the environment, which has none."""

SCRIPT = '''var e={production:!0},x=class{constructor(t,n){this._desc=t}},K=new x("API_URL",{providedIn:"root",factory:()=>e.apiUrl}),S=(()=>{class n{http=p(H);base=p(K);list(){return this.http.get(`${this.base}/api/items`)}static \\u0275fac=function(i){return new(i||n)}}return n})();boot(App,{providers:[{provide:H,useClass:J}]});'''
PAGE = '<!doctype html><html><head></head><body><div id=root></div><script type=module src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, SCRIPT if is_script else PAGE
    headers = {"content-type": "application/json", "access-control-allow-origin": request.headers.get("origin", "*")}
    known = {"/health": '{"status": "ok"}', "/api/items": '[{"id": 1}]'}
    return (200, headers, known[request.path]) if request.path in known else (404, headers, '{"detail": "Not Found"}')
