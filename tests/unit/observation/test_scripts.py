"""The addresses that a browser would call are read from a page and its scripts, and nothing else is."""

from __future__ import annotations

import pytest

from smokegate.observation.exchange import Headers
from smokegate.observation.javascript.page_context import MAX_STEPS
from smokegate.observation.javascript.tokenizer import tokens_of
from smokegate.observation.plan.frontend.files import problem_of
from smokegate.observation.plan.frontend.page import is_page, page_of
from smokegate.observation.plan.frontend.reading import Reading
from smokegate.observation.plan.step import RawResponse

PAGE = "https://app.example/login"
API = "https://api.shop.example/api"
LOCAL = "http://localhost:8000/api"
#: What axios itself brings into every bundle.
AXIOS = (
    'const Pf=typeof window<"u",Og=Pf&&window.location.href||"http://localhost";'
    "function mc(e,t){const o={url:r,method:r,data:r,baseURL:i,transformRequest:i};return o}"
)

#: A client that wants an address, as supabase-js is written.
CLIENT = (
    'function mi(t){const e=t==null?void 0:t.trim();if(!e)throw new Error("shopUrl is required.");return new URL(e)}'
    "class yi{constructor(t,e){this.key=e;this.at=mi(t)}from(t){return fetch(this.at+t)}}"
)

#: Clients that want an address and do not say so, as hono and Apollo Client are written.
HONO = "const h=(a,s)=>u(c=>{let p=[...c.path];if(p[0]===`valueOf`)return;c.args[0]?.param&&t(c.args[0].query)});"
APOLLO = "class B{constructor(e={}){let{uri:t=`/graphql`,includeExtensions:n}=e}}class L extends B{}"


def reading(script: str, html: str = "", **more: str) -> Reading:
    """Read a page with a script; further ones by their names."""
    found = Reading(PAGE, page_of(html, PAGE))
    for name, text in {"main": script, **more}.items():
        found.add(f"https://app.example/assets/{name}.js", text)
    return found


def called(script: str, html: str = "", **more: str) -> list[str]:
    """Return what the page surely calls."""
    sure = {"client", "request", "built", "setting"}
    found = [each for each in reading(script, html, **more).addresses() if each.how in sure]
    return list(dict.fromkeys(each.value.replace("\ufffc", "…") for each in found))


def test_a_call_of_another_function_of_the_same_short_name_requests_nothing() -> None:
    """Vite's loader is in every page that it builds, and its names are those of the page's own functions."""
    loader = "(function(){function t(e){e.ep||fetch(e.href)}document.links.forEach(t)})();"
    assert called(loader + 'const t=e=>show(e);t("/login")') == []
    assert called('function t(e){return fetch(e)}t("/items")') == ["/items"]


SLASHED = f"{API}/"


@pytest.mark.parametrize(
    "script",
    [
        f"async function g(p){{return(await fetch(`{SLASHED}${{p}}`)).json()}}g(`/items`)",
        f'const b="{SLASHED}",g=(p,o)=>fetch(b+p,o);g("/items")',
        f'function g(p){{const x=new XMLHttpRequest;x.open("GET","{SLASHED}"+p)}}g("/items")',
    ],
)
def test_a_slash_of_the_base_and_one_of_the_path_are_two(script: str) -> None:
    """The path is that of a caller, in the same script or in one that imports the function."""
    assert f"{API}//items" in called(script)


@pytest.mark.parametrize(
    "script",
    [
        f'const g=p=>fetch("{SLASHED}"+(p[0]==="/"?p.substring(1):p));g("/items")',
        f'function g(p){{p.startsWith("/")&&(p=p.slice(1));return fetch("{SLASHED}"+p)}}g("/items")',
        f'const n=p=>p.replace(new RegExp("^/"),""),g=p=>fetch("{SLASHED}"+n(p));g("/items")',
        f'const g=p=>fetch(("{SLASHED}"+p).replace(/([^:]\\/)\\/+/g,"$1"));g("/items")',
        f'const j=(b,p)=>b.replace(/\\/?\\/$/,"")+"/"+p.replace(/^\\/+/,""),g=p=>fetch(j("{SLASHED}",p));g("/items")',
        f'const g=p=>fetch("{SLASHED}"+p);g("items")',
    ],
)
def test_a_slash_that_the_script_may_remove_is_no_second_one(script: str) -> None:
    """Joining a base and a path is written in many ways."""
    assert not [each for each in called(script) if "//" in each.partition("://")[2]]


def test_a_function_of_another_chunk_is_called_with_the_paths_there() -> None:
    """Bundlers move the client into a chunk of its own."""
    client = "async function s(r){return fetch(`${``}${r}`)}export{s as a};"
    assert "/items" in called('import{a as e}from"./client.js";e("/items")', client=client)


def test_a_long_list_of_servers_hides_no_call() -> None:
    """A wallet's library lists every chain."""
    chains = ",".join(f'{{url:"https://n{number}.example/rpc"}}' for number in range(90))
    assert f"{API}/items" in called(f'const c=[{chains}];fetch("{API}/items")')


def test_modules_in_texts_are_read() -> None:
    """A development build of webpack evaluates each module."""
    module = f'const b = \\"{LOCAL}\\";\\nfetch(`${{b}}/items`)\\n//# sourceURL=webpack://shop/./a.js?\\n'
    assert f"{LOCAL}/items" in called(f'var m={{"./a.js":(()=>{{eval("{{{module}}}")}})}}')
    assert called(f'let f;try{{f=eval("require")("fs")}}catch{{}}fetch("{API}/items")') == [f"{API}/items"]


@pytest.mark.parametrize("quote", ['"', "'", "`"])
def test_a_template_without_expressions_is_a_text(quote: str) -> None:
    """Vite's minifier writes every text so."""
    found = reading(f"new Worker(new URL({quote}./w.js{quote},import.meta.url));import({quote}./c.js{quote})")
    assert [each.rpartition("/")[2] for each in found.chunks()] == ["c.js", "w.js"]


def test_looking_for_the_callers_of_a_short_name_counts_as_work() -> None:
    """A stranger's script with thousands of functions of one name, called from deep within, comes to an end."""
    calls = "{" * 90 + 'w(1,t("/a"));' * 200 + "}" * 90
    found = reading(calls + "function t(e){return fetch(e+q)}" * 400)
    found.addresses()
    assert sum(script.work for script in found.context.scripts.values()) < 2 * MAX_STEPS


@pytest.mark.parametrize(
    ("script", "certain"),
    [
        ('fetch("/items")', True),
        ('window.fetch=w(window.fetch);fetch("/items")', False),
        ('if(window.fetch==null)load();fetch("/items")', True),
        (f'window.fetch=w(window.fetch);fetch("{API}/items")', True),
        ('const v=window.fetch;window.fetch=(e,t)=>(m(e)&&y.delete(e),v(e,t));fetch("/items")', True),
        ('const v=window.fetch;window.fetch=(e,t)=>(e=b+e,v(e,t));fetch("/items")', False),
    ],
)
def test_where_a_page_changes_its_own_requests_a_path_is_no_certain_address(script: str, *, certain: bool) -> None:
    """What stands in the place of `fetch` may put the API's address before each path."""
    assert [each.alone for each in reading(script).addresses()] == [certain]


def test_a_script_that_ends_behind_an_equals_sign_has_no_address() -> None:
    """Half a script is read like any other: its last name has no value."""
    assert called("x(u);const u=") == []


@pytest.mark.parametrize("bundle", ["{script}", AXIOS + "{script}", "{script};" + AXIOS])
@pytest.mark.parametrize(
    ("script", "address"),
    [
        (f'x.create({{baseURL:"{API}"}})', API),
        (f"x.create({{baseURL:`{API}`}})", API),
        ('x.create({timeout:1,baseURL:"/api"})', "/api"),
        (f'const Vv="{API}",H=x.create({{baseURL:Vv}})', API),
        (f'const V={{}}.VITE_API||"{LOCAL}";x.create({{baseURL:V}})', LOCAL),
        (f'x.defaults.baseURL="{API}";', API),
        (f'const e="other",t="{API}";{{const e="/wrong"}}x.create({{baseURL:t}})', API),
        (f'fetch("{API}/auth/login",{{method:"POST"}})', f"{API}/auth/login"),
        ('fetch("/api/auth/login")', "/api/auth/login"),
        (
            f'const u="{API}";async function g(e){{return (await fetch(`${{u}}/users/${{e}}`)).json()}}',
            f"{API}/users/…",
        ),
        (
            f'let t="{API}";async function n(){{return fetch("".concat(t,"/users/me"),{{credentials:"include"}})}}',
            f"{API}/users/me",
        ),
        (f'var b="{API}",o=p=>fetch(new URL("items"+p,b+"/"))', f"{API}/items…"),
        (f'var A="{API}";function c(m,p){{var r=new XMLHttpRequest();r.open(m,A+p)}}', f"{API}…"),
        (f'const s=io("{API}")', API),
        ('x.create({baseURL:"http://localhost/api"})', "http://localhost/api"),
        (f'm.constant("API_URL","{API}")', API),
        (f'p=[{{provide:t,useValue:"{API}"}}]', API),
        (
            (
                'const l="";function c(r,o){return new Promise((s,t)=>{const e=new XMLHttpRequest;e.open(r,l+o,!0)})}'
                'c("GET","/items")'
            ),
            "/items",
        ),
        (f'new WebSocket("{API.replace("https", "wss")}/live")', f"{API.replace('https', 'wss')}/live"),
        (f'const c=Object.freeze({{apiUrl:"{API}"}});const g=e=>request(`${{c.apiUrl}}/v1/${{e}}`)', f"{API}/v1/…"),
        (
            (
                "const m=new class{constructor(e){this.base=e.replace(/\\/+$/,``)}"
                f'r(t){{return fetch(`${{this.base}}${{t}}`)}}}}("{API}/")'
            ),
            f"{API}…",
        ),
        (
            f'class A{{constructor(e,t){{this.root=t}}load(e){{return fetch(this.root+e)}}}}new A(1,"{API}")',
            f"{API}…",
        ),
        (f'class S{{base="{API}";get(e){{return this.http.get(`${{this.base}}/items`)}}}}', f"{API}/items"),
        (
            f'function u(){{if(location.hostname==="localhost")return"{LOCAL}";return"{API}"}}fetch(u()+"/x")',
            f"{API}/x",
        ),
        ('async function r(e,t){return fetch(""+e,t)}const i=()=>r("/v1/items")', "/v1/items"),
        (f'function n(t,e){{return e||console.error(t),e}}var o=n("A","{API}");fetch(o+"/items")', f"{API}/items"),
        (
            (
                "class A{#t;constructor({base:t,timeout:e=9}={}){this.#t=t}"
                f'get(p){{return fetch(`${{this.#t}}/${{p}}`)}}}}new A({{base:"{API}"}})'
            ),
            f"{API}/…",
        ),
        (f'const u=new URL("{API}"),P=u.protocol,H=u.host;fetch(P+"//"+H+u.pathname+"/items")', f"{API}/items"),
    ],
)
def test_the_address_that_is_called_is_found_however_it_is_written(bundle: str, script: str, address: str) -> None:
    assert address in called(bundle.replace("{script}", script))


@pytest.mark.parametrize(
    "script",
    [
        AXIOS,
        "",
        "const c=o=>{if(o)return fetch(`${o}/items`)};c(void 0)",
        "const c=o=>o?fetch(`${o}/items`):null;c(void 0)",
        "const c=o=>fetch(`${o}/items`);c(void 0);c(location.hash)",
        "const c=o=>fetch(`${o}/items`);c(void 0);w.push(c)",
        "const c=(o,n)=>fetch(`${n}/items`);c(...x)",
        "export const c=o=>fetch(`${o}/items`);c(void 0)",
        "const c=o=>fetch(`${o||h}/items`);c(void 0)",
        f"{CLIENT}const c=x?new yi(void 0):null",
        f"{CLIENT}const c=()=>new yi(void 0)",
        f"{CLIENT}const c=new yi(h)",
        'function a(t){if(!t)throw Error("never")}const c=a(void 0)',
        'function a(t){if(b&&!t)throw Error("no url")}const c=a(void 0)',
        'function a(t){const e=t||h;if(!e)throw Error("no url")}const c=a(void 0)',
        'function a(t){t??=h;if(!t)throw Error("no url")}const c=a(void 0)',
        'function a(t="/"){if(!t)throw Error("no url")}const c=a(void 0)',
        'class P{constructor(e="/"){this.base=e}}const p=new P(void 0);',
        "const f=()=>wretch().url(void 0)",
        'x.mock("/items",void 0);m.value("theme","https://themes.example/a")',
        'if(x)throw Error("API_URL is not set")',
        'function f(){throw Error("API_URL is not set")}',
        'throw Error("ITEM_COUNT is wrong")',
        "const o={image:{uri:void 0,headers:{}}}",
        'function f(){return new R(p,{basePath:"",asPath:p})}',
        "const o={basePath:void 0,locale:p}",
        "x(`${theme}/items`)",
        "fetch(`//${h}:${p}/items`)",
        'const a="http://localhost/"',
        'const s=new Map([["api",void 0]]);s.set("api",h);fetch(s.get("api")+o)',
        'fetch("/assets/logo.svg")',
        'const a="https://docs.example.com/guide"',
        'throw Error("https://react.dev/errors/"+e)',
        "fetch(e.href,t)",
        'document.createElementNS("http://www.w3.org/2000/svg","g")',
        'z.init({dsn:"https://8f2c1d@o4504.ingest.sentry.io/4505"})',
        'fetch("https://api.mapbox.com/geocoding/v5")',
        'window.open(login(),"_blank","location=no")',
        'a({method:"GET",url:"_design/"+d})',
    ],
)
def test_a_script_that_calls_no_api_has_no_address(script: str) -> None:
    assert called(script) == []


@pytest.mark.parametrize(
    ("script", "value", "setting"),
    [
        ('x.create({baseURL:"undefined/api"})', "undefined/api", ""),
        ("x.create({baseURL:void 0})", "undefined", ""),
        ("fetch(`${{}.VITE_API_URL}/items`)", "undefined/items", ""),
        ("let Z=(e.i(47)).default.env.NEXT_PUBLIC_API_URL;fetch(`${Z}/items`)", "undefined/items", ""),
        ('fetch("".concat({NODE_ENV:"production"}.REACT_APP_API_URL,"/api/items"))', "undefined/api/items", ""),
        ("x.create({baseURL:{}.VITE_API_URL})", "undefined", "VITE_API_URL"),
        ('x.create({baseURL:"__API_URL__"})', "__API_URL__", ""),
        ("new class{constructor(e){this.base=e}g(t){return fetch(`${this.base}${t}`)}}(void 0)", "undefined\ufffc", ""),
        ("const u=new URL(void 0)", "undefined", ""),
        ("const c=(o,r={})=>({list:()=>fetch(`${o}/items`,{headers:r})}),l=c(void 0)", "undefined/items", ""),
        ('function c(o){return()=>fetch(o+"/items")}const l=c(),m=c(void 0)', "undefined/items", ""),
        ('async function c(o,r=void 0){return fetch(`${r}${o}`)}c("/items")', "undefined\ufffc", ""),
        (
            'class c{constructor(r=void 0){this.base=r}l(){return fetch(this.base+"/items")}}const u=new c',
            "undefined/items",
            "",
        ),
        ('const s=new Map([["api",void 0],["x",1]]),l=o=>fetch(s.get("api")+o)', "undefined\ufffc", ""),
        (f"{CLIENT}const c=new yi(void 0,'key')", "undefined", ""),
        (
            'var C=class{constructor(e){if(e===void 0)throw Error("No address.")}};const c=new C(void 0)',
            "undefined",
            "",
        ),
        (f"{CLIENT}const f=(t,e)=>new yi(t,e),c=f({{}}.VITE_API_URL,'key')", "undefined", "VITE_API_URL"),
        ('function q(o){if(!o.url){throw Error("no url")}}' + f"{CLIENT}const c=new yi(void 0)", "undefined", ""),
        ('const b=p().url(void 0).content("json");b.url("/items")', "undefined", ""),
        ('i(h);throw new Error("Invalid environment: VITE_API_URL is required")', "undefined", "VITE_API_URL"),
        ('angular.module("shop",[]).constant("API_URL",void 0)', "undefined", "API_URL"),
        (
            "const e=globalThis.kit.env;async function f(s,p){return s(`${e.PUBLIC_API_URL}${p}`)}",
            "undefined\ufffc",
            "PUBLIC_API_URL",
        ),
        ('const l=c({uri:void 0,credentials:"include"})', "undefined", ""),
        ('const a=new D(new C({basePath:void 0,headers:{}}));a.list({path:"/items"})', "undefined", ""),
        ('const b="YOUR_API_URL_HERE";fetch(`${b}/items`)', "YOUR_API_URL_HERE/items", ""),
        (
            "class H{constructor(e){this.h=x.create({baseURL:e})}}new class extends H{constructor(){super(void 0)}}",
            "undefined",
            "",
        ),
        ("class H{constructor(e){this.h=x.create({baseURL:e})}}class I extends H{}new I(void 0)", "undefined", ""),
        ("const A=class e{static base=void 0;static get(t){return fetch(e.base+t)}};A.get(q)", "undefined\ufffc", ""),
        ("const a=(e=>({get:t=>fetch([e,t].join(``)).then(e=>e.json())}))(void 0)", "undefined\ufffc", ""),
        ("const s={base:void 0};fetch(s.base+p+(q?`?${q}`:``))", "undefined\ufffc?\ufffc", ""),
        ("const m=(e=>{const r=g();return{globals:r,url:new r.URL(e),with(t){return t}}})(void 0)", "undefined", ""),
        ("const e=s({VITE_API_URL:o().url()}).parse({BASE_URL:`/`,MODE:`production`})", "undefined", "VITE_API_URL"),
        ("const z=s({API_URL:o().url()}),e=z.parse({API_URL:void 0})", "undefined", "API_URL"),
        (f"{HONO}const c=h(void 0)", "undefined", ""),
        (f"{HONO}const f=()=>h(void 0).api.items.$get()", "undefined", ""),
        (f"{APOLLO}const c=new L({{uri:void 0}})", "/graphql", ""),
        (f"{CLIENT}const c=new yi(`__API_URL__`,`key`)", "__API_URL__", ""),
        ("q.get(`${API_URL}/items`).set(`Accept`,`*`)".replace("`", '"'), "${API_URL}/items", ""),
    ],
)
def test_an_address_that_the_build_did_not_fill_in_is_found(script: str, value: str, setting: str) -> None:
    first = reading(script).addresses()[0]
    assert (first.value, first.setting) == (value, setting)


@pytest.mark.parametrize(
    "script",
    [
        f'var d={{url:"{LOCAL}",debug:!1}};function c(t){{let r={{...d,...t}};return r}}',
        f'var d={{url:"{LOCAL}",debug:!1}};function c(t){{return Object.assign(Object.assign({{}},d),t)}}',
    ],
)
def test_defaults_that_settings_are_spread_over_are_not_called(script: str) -> None:
    """A library's own default address stays in every bundle; what it is given instead counts."""
    assert LOCAL not in called(script)


@pytest.mark.parametrize(
    "script",
    [
        f'const O={{BASE:"{LOCAL}"}};O.BASE="{API}";fetch(O.BASE+"/items")',
        f'(()=>{{const O={{BASE:"{LOCAL}"}};O.BASE="{API}";fetch(O.BASE+"/items")}})()',
        f'const O={{BASE:""}};O.BASE="{API}";fetch(O.BASE+"/items")',
    ],
)
def test_what_is_set_last_is_called(script: str) -> None:
    """A generated client begins with the address in its specification; the page gives it the one that counts."""
    assert called(script) == [f"{API}/items"]


@pytest.mark.parametrize(
    "script",
    [
        "const e=s({API_URL:o().url().optional()}).parse({API_URL:void 0})",
        "const e=s({API_URL:o().url()}).parse({API_URL:`/api`})",
        "const f=()=>s({API_URL:o().url()}).parse({API_URL:void 0})",
        "const c=createContext(void 0),r=useRef(void 0)",
        f"{HONO}const c=createContext(void 0),d=h(`/`)",
        f"{APOLLO}const c=new L({{uri:`/graphql`}}),d=s({{uri:void 0}})",
    ],
)
def test_nothing_is_missing_where_nothing_is_wanted(script: str) -> None:
    assert [each for each in reading(script).addresses() if each.value.startswith("undefined")] == []


@pytest.mark.parametrize(
    ("html", "wanted"),
    [(f'<script>window.__ENV={{at:"{API}"}}</script>', API), ("<script>window.__ENV={}</script>", LOCAL)],
)
def test_what_is_spread_over_a_default_replaces_it_where_it_is_there(html: str, wanted: str) -> None:
    script = f'const s={{at:"{LOCAL}",...window.__ENV}};fetch(s.at+"/items")'
    assert called(script, html) == [f"{wanted}/items"]


@pytest.mark.parametrize(
    ("script", "cookies"),
    [
        (f'const o={{credentials:"include"}},c=(p,r)=>fetch("{API}"+p,{{...o,...r}})', True),
        (f'x.defaults.withCredentials=!0,x.create({{baseURL:"{API}"}})', True),
        (f'x.create({{baseURL:"{API}"}}),x.defaults.withCredentials=!0', False),
        (f'const c=x.create({{baseURL:"{API}"}});c.interceptors.request.use(e=>(e.withCredentials=!0,e))', True),
        (f'const c=x.create({{baseURL:"{API}"}});d.interceptors.request.use(e=>(e.withCredentials=!0,e))', False),
        (f'const o={{prefix:"{API}"}};o.credentials="include";k.create(o)', True),
        (f'const r=new XMLHttpRequest;r.open("GET","{API}/items"),r.withCredentials=!0', True),
        (f'const r=new XMLHttpRequest;r.open("GET","{API}/items"),q.withCredentials=!0', False),
    ],
)
def test_cookies_are_sent_that_are_set_away_from_the_address(script: str, *, cookies: bool) -> None:
    assert [each.cookies for each in reading(script).addresses() if each.how != "constant"] == [cookies]


def test_an_object_of_the_same_shape_keeps_its_own_address() -> None:
    """What is set in one object does not replace the address in another one, or the one that is set after it."""
    assert f"{LOCAL}/items" in called(f'const a={{u:"{LOCAL}"}},b={{u:"{LOCAL}/v2"}};b.u="{API}";fetch(a.u+"/items")')
    assert called(f'const O={{BASE:"{API}"}};O.BASE="{LOCAL}";fetch(O.BASE+"/items")') == [f"{LOCAL}/items"]


def test_a_condition_is_no_option_of_a_client() -> None:
    """In `a.basePath ? a.basePath : b` the colon gives `basePath` nothing."""
    assert called(f'class C{{get basePath(){{return this.c.basePath?this.c.basePath:d}}}}const d="{LOCAL}"') == []


def test_an_address_of_one_library_is_not_that_of_anothers_url() -> None:
    """Where `url` is also set to what is not known, whose address it is cannot be told."""
    script = f'var d={{url:"{LOCAL}"}};class C{{constructor(t){{this.url=t}}get(p){{return fetch(`${{this.url}}/x`)}}}}'
    assert f"{LOCAL}/x" not in called(script)


def test_paths_without_a_slash_are_read_below_a_prefix_url() -> None:
    """Clients with a `prefixUrl` (ky) are given paths without one; elsewhere such words are keys of maps."""
    found = reading(f'k.create({{prefixUrl:"{API}"}}).get("items").json()')
    found.addresses()
    assert "/items" in found.call_paths
    other = reading(f'k.create({{baseURL:"{API}"}});m.get("items")')
    other.addresses()
    assert "/items" not in other.call_paths


@pytest.mark.parametrize(
    ("html", "script"),
    [
        (
            f'<meta name="api-url" content="{API}">',
            'const d=document.querySelector(`meta[name="api-url"]`).content;fetch(`${d}/items`)',
        ),
        (
            f'<div id="app" data-api-url="{API}">',
            'const b=document.getElementById("app").dataset.apiUrl;fetch(b+"/items")',
        ),
        (
            f'<script>window.__ENV__={{API_URL:"{API}"}}</script>',
            'const d=window.__ENV__?.API_URL??"";fetch(d+"/items")',
        ),
        (f'<script>window._env_={{API:"{API}"}}</script>', f'const d=window._env_?.API||"{LOCAL}";fetch(d+"/items")'),
        ("<script>window._env_={}</script>", f'const d=window._env_?.API||"{API}";fetch(d+"/items")'),
    ],
)
def test_settings_in_the_page_are_followed(html: str, script: str) -> None:
    assert f"{API}/items" in called(script, html)


def test_a_constant_of_another_module_is_followed() -> None:
    main = 'import{a as e}from"./config.js";fetch(`${e}/items`)'
    assert called(main, config=f'const r="{API}";export{{r as a}}') == [f"{API}/items"]


def test_an_address_of_the_page_itself_is_found() -> None:
    assert called("", '<button hx-get="/cart">') == ["/cart"]


def test_settings_that_are_loaded_are_named_and_followed() -> None:
    found = reading(
        'async function p(e){let{apiUrl:n}=await c();return fetch(`${n}${e}`)}const c=()=>fetch("/config.json")'
    )
    assert found.addresses() == ()
    assert found.settings_files == ("https://app.example/config.json",)
    found.add_settings({"apiUrl": API}, found.settings_files[0])
    assert {each.value for each in found.addresses()} == {API, f"{API}\ufffc"}


def test_a_page_names_its_own_scripts_and_those_it_loads_ahead() -> None:
    html = """<!doctype html><script type="module" crossorigin src="/assets/index-1a2b.js"></script>
    <link rel="modulepreload" href="assets/vendor-3c4d.js"><link rel="stylesheet" href="/a.css">
    <SCRIPT SRC="https://cdn.example/analytics.js"></SCRIPT><script>inline()</script>
    <script nomodule src="/old.js"></script><script src="http://[broken"></script>"""
    page = page_of(html, "https://app.example/login/")
    assert page.scripts == {"https://app.example/assets/index-1a2b.js": True}
    assert list(page.preloads) == ["https://app.example/login/assets/vendor-3c4d.js"]
    assert list(page.styles) == ["https://app.example/a.css"]
    assert list(page.foreign) == ["https://cdn.example/analytics.js"]
    assert page.inline == ["inline()"]


def test_styles_that_no_screen_needs_are_not_requested() -> None:
    """Printing, and browsers without scripts, have styles of their own; one that a script switches on is needed."""
    html = (
        '<link rel="stylesheet" media="print" href="/print.css"><noscript><link rel="stylesheet" href="/plain.css">'
        '</noscript><link rel="stylesheet" media="print" onload="this.media=\'all\'" href="/later.css">'
        '<link rel="stylesheet" href="/main.css">'
    )
    assert list(page_of(html, PAGE).styles) == ["https://app.example/later.css", "https://app.example/main.css"]


def test_a_base_element_moves_relative_scripts() -> None:
    page = page_of('<base href="/sub/"><script src="x.js"></script>', "https://app.example/")
    assert list(page.scripts) == ["https://app.example/sub/x.js"]


def test_a_script_names_what_it_imports_and_what_it_loads_later() -> None:
    found = reading('import{a}from"./vendor.js";const p=()=>import("./Login-Ab12Cd34.js");import("react")')
    assert found.modules() == ("https://app.example/assets/vendor.js",)
    assert found.chunks() == ("https://app.example/assets/Login-Ab12Cd34.js",)


def test_the_scripts_of_workers_are_read_too() -> None:
    """They call the API as the page does; one that is made of a text has no file."""
    found = reading(
        'new Worker(new URL("/assets/w-1a.js",import.meta.url),{type:"module"});new SharedWorker("./s-2b.js");'
        "new Worker(URL.createObjectURL(b));class Worker{}"
    )
    assert found.chunks() == ("https://app.example/assets/w-1a.js", "https://app.example/assets/s-2b.js")


def test_a_manifest_of_routes_names_their_modules() -> None:
    """React Router and Remix list the module of each route: a page that is not open yet calls the API, too."""
    manifest = 'window.__manifest={"routes":{"items":{"path":"items","module":"/assets/items-p4.js","css":[]}}};'
    found = reading(manifest + 'x={module:"commonjs"};y={module:"/health"}')
    assert found.chunks() == ("https://app.example/assets/items-p4.js",)


def test_an_import_map_leads_to_a_module() -> None:
    html = '<script type="importmap">{"imports":{"@shop/catalog":"/catalog/main.js"}}</script>'
    assert reading('import("@shop/catalog")', html).chunks() == ("https://app.example/catalog/main.js",)


def test_the_chunks_of_webpack_are_named_by_its_runtime() -> None:
    runtime = 'n.p="/",n.u=e=>"static/js/"+e+"."+{516:"7ea9",816:"0545"}[e]+".chunk.js",n.e(516).then(n.bind(n,516))'
    assert reading(runtime).chunks() == ("https://app.example/static/js/516.7ea9.chunk.js",)


@pytest.mark.parametrize("script", ['f({a:[1,"x', "const a=`x${b}", "/* never ends", "function f(){if(a){b()}"])
def test_a_script_that_ends_in_the_middle_is_seen(script: str) -> None:
    tokens = tokens_of(script)
    assert tokens.unclosed
    assert not tokens.doubtful


@pytest.mark.parametrize(
    "script",
    [
        "a=b/c/d;e=/[/'\"]/g.test(x)",
        "if(a)/'/.test(b)",
        "`a${`b${c}`}d`",
        "x=a++/2;y='/*'",
        "// it's\nlet a=1",
        "a?.[b]?.(c)",
    ],
)
def test_a_script_that_is_whole_has_nothing_open(script: str) -> None:
    tokens = tokens_of(script)
    assert (tokens.unclosed, tokens.doubtful) == (0, False)


@pytest.mark.parametrize(
    "unit",
    [
        '"-----',
        "/*",
        "=/[[[",
        "`${",
        "\\",
        "((((",
        "a=>",
        "{a:",
        "x.y(",
        "fetch(",
        "import{",
        "let{",
        "function f(a){fetch(a);",
    ],
)
def test_no_text_is_read_more_than_once(unit: str) -> None:
    """What a stranger repeats is read in one pass: ten times the text is not a hundred times the steps."""
    text = unit * 4000
    assert len(tokens_of(text)) <= len(text)
    assert len(reading(text).addresses()) <= 60


@pytest.mark.parametrize(
    ("kind", "module", "refused"),
    [
        ("text/javascript", True, False),
        ("application/json", True, False),
        ("text/plain", True, True),
        ("application/octet-stream", True, True),
        ("text/plain", False, False),
    ],
)
def test_a_module_of_another_type_is_refused_and_a_classic_script_is_not(
    *, kind: str, module: bool, refused: bool
) -> None:
    """Browsers are strict about the types of modules, of those that the page itself names as well."""
    raw = RawResponse(200, Headers((("content-type", kind),)), "start();", 8, PAGE)
    problem, _ = problem_of(raw, "script", module=module)
    assert bool(problem) is refused


@pytest.mark.parametrize("text", ["<!doctype html><p>", "\n <html>", "<!-- built -->\n<!DOCTYPE html>"])
def test_a_page_is_distinguished_from_a_script_by_its_text(text: str) -> None:
    assert is_page(text)
    assert not is_page("/* <html> */ let a")


@pytest.mark.parametrize(
    "step", ["a{0}+a{0}", "`${{a{0}}}${{a{0}}}`", '"".concat(a{0},a{0})', 'a{0}.replaceAll("x",a{0})']
)
def test_a_text_that_doubles_sixty_times_fills_no_memory(step: str) -> None:
    """Hostile scripts are read like any other, and what follows them is found."""
    doubled = "".join(f"const a{number + 1}={step.format(number)};" for number in range(60))
    assert "/api/items" in called(f'const a0="xxxxxxxxxx";{doubled}fetch(a60);fetch("/api/items")')


@pytest.mark.parametrize("odd", ["<![--[x", "<![CDATA[ a ]]>", "<![if IE]>", "<!["])
def test_a_marked_section_in_a_page_is_a_comment(odd: str) -> None:
    """As it is for browsers: what stands behind it counts."""
    assert list(page_of(f"<p>{odd}><script src=/a.js></script>", PAGE).scripts) == ["https://app.example/a.js"]
