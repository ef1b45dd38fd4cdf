"""Feathers' REST client is given nothing as its base URL: its variable was not set at the build. The calls go to the page's own host."""

SCRIPT = '''var ut={fetch:F};class Ke{constructor(t){this.name=t.name,this.base=`${t.base}/${this.name}`}find(){return this.request({url:this.base,method:"GET"})}}class F extends Ke{request(t){return this.connection(t.url,t)}}function yn(t=""){const e={Base:Ke};return Object.keys(ut).forEach(r=>{e[r]=(n,s={},a=ut[r])=>{if(!n)throw new Error(`${r} has to be provided to feathers-rest`);typeof s=="function"&&(a=s,s={});const o=function(c){return new a({base:t,name:c,connection:n,options:s})},i=c=>{if(c.rest)throw new Error("Only one default client provider can be configured");c.rest=n,c.defaultService=o};return i.Service=a,i.service=o,i}}),e}const C=make();C.configure(yn(void 0).fetch(window.fetch.bind(window)));C.service("api/items").find().then(show)'''
PAGE = '<!doctype html><html><head></head><body><div id=root></div><script type=module src="/assets/index-1a2b3c4d.js"></script></body></html>'


def answer(request):
    if request.headers.get("host", "").startswith("localhost"):
        is_script = request.path.endswith(".js")
        return 200, {"content-type": "text/javascript" if is_script else "text/html"}, SCRIPT if is_script else PAGE
    headers = {"content-type": "application/json", "access-control-allow-origin": request.headers.get("origin", "*")}
    known = {"/health": '{"status": "ok"}', "/api/items": '[{"id": 1}]'}
    return (200, headers, known[request.path]) if request.path in known else (404, headers, '{"detail": "Not Found"}')
