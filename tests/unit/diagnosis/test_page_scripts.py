"""What a page's scripts call is judged right, wrong or not known, however today's clients are given their address."""

from __future__ import annotations

import pytest
from tests_support.diagnosis import BACKEND, FRONTEND, an_environment, answered, page, seen

from smokegate.environment.model import Environment
from smokegate.observation.evidence.called_address import AddressJudge
from smokegate.observation.evidence.page_calls import judged
from smokegate.observation.exchange import Exchange
from smokegate.observation.model import ApiAddress, PageView
from smokegate.observation.plan.frontend.page import page_of
from smokegate.observation.plan.frontend.reading import Reading

API = "https://api.shop.example"
LOCAL = "http://localhost:8000"
ENVIRONMENT = an_environment(
    frontend={"url": FRONTEND},
    backend={"url": API, "health": {"path": "/health"}, "endpoints": [{"path": "/api/items"}]},
    sign_in=None,
    version=None,
)
NUXT = (
    "function app(){let t;return t||=found(),t||null}"
    'function config(){const t=app();if(!t)throw Error("no instance");return t.$config}'
    "window.__NUXT__=payload;const own=()=>(window?.__NUXT__?.config||{}).app,root=()=>own().baseURL;"
    "class C{setup(){const t=config();$fetch(`${t.public.apiBase}/api/items`);fetch(root()+t.app.buildId)}}"
)


NOT_THERE = page("called on frontend /items")


def judgement(
    script: str, html: str = "", environment: Environment = ENVIRONMENT, exchanges: tuple[Exchange, ...] = ()
) -> str:
    """Return `right`, the code of what is wrong, or `not known`."""
    reading = Reading(f"{FRONTEND}/", page_of(html, f"{FRONTEND}/"))
    reading.add(f"{FRONTEND}/assets/main.js", script)
    found = reading.addresses()
    view = PageView((), reading.call_paths, ())
    result = judged(environment, seen(*exchanges, environment=environment, api_addresses=found, page=view))
    return result.wrong[0].code if result.wrong else "right" if result.right else "not known"


@pytest.mark.parametrize(
    "script",
    [
        'const c=wretch("{api}").errorType("json");c.url("/api/items").get()',
        'const u="{api}";const c=made(u).headers(h);c.url("/api/items").get()',
        'const u="{api}",k="key";const s=createClient(u,k);s.from("items").select("*")',
        'const e={VITE_SUPABASE_URL:"{api}",MODE:"production"};const s=createClient(e.VITE_SUPABASE_URL,e.VITE_KEY)',
        'function make({host:b}){return{get:p=>fetch(b+p)}}const c=make({host:"{api}"});c.get("/api/items")',
        'const make=b=>async p=>(await fetch(b+p)).json();const c=make("{api}");c("/api/items")',
        'const t=new Token("API");const p=[{provide:t,useValue:"{api}"}]',
        'const send=({url:e,method:t})=>fetch(`{api}${e}`,{method:t});send({url:"/api/items",method:"GET"})',
    ],
)
def test_clients_without_a_word_that_gives_them_away_are_judged_by_their_address(script: str) -> None:
    """wretch, supabase-js, a token of Angular's injector, and wrappers of one's own."""
    assert judgement(script.replace("{api}", API)) == "right"
    assert judgement(script.replace("{api}", LOCAL)) == "frontend.calls-localhost"


def test_an_address_that_is_only_given_away_is_not_judged() -> None:
    """A link to a sister host may be given to any function: only the user's own machine is never linked to."""
    assert judgement('const u="https://docs.shop.example";show(u);fetch(p)') == "not known"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f'"{API}"', "right"),
        (f'"{LOCAL}"', "frontend.calls-localhost"),
        ('"https://staging.shop.example"', "frontend.another-backend"),
    ],
)
def test_the_settings_of_nuxt_are_those_in_its_page(address: str, expected: str) -> None:
    """What leads to them may be null for all that is known, and has a default: neither shows that one is missing."""
    html = (
        "<script>window.__NUXT__={};window.__NUXT__.config="
        f'{{public:{{apiBase:{address}}},app:{{baseURL:"/",buildId:"1"}}}}</script>'
    )
    assert judgement(NUXT, html) == expected


@pytest.mark.parametrize(
    "script",
    [
        'var m=new Map;function f(t,r){return m.get((t?null:r)+(r.href||""))}',
        "var N={};x.d(N,{origin:()=>o});const p={...N};const same=new URL(p.origin)",
    ],
)
def test_what_frameworks_do_with_null_is_no_missing_address(script: str) -> None:
    """React asks a map for a key that may begin with null; axios puts its platform together from modules."""
    assert judgement(script) == "not known"


def test_a_part_that_may_be_missing_counts_for_nothing_beside_the_right_address() -> None:
    """openapi-fetch takes its base from the options of each call, or from those of the client."""
    script = (
        f'function make(e){{let{{baseUrl:t=""}}={{...e}};return{{async get(n,o){{let{{baseUrl:u}}=o||{{}};t=u||t;'
        f'return fetch(t+n)}}}}}}const c=make({{baseUrl:"{API}"}});c.get("/api/items")'
    )
    assert judgement(script) == "right"


WANTS = "class C{setEndpoint(e){if(!e||typeof e!=`string`)throw new E(`Endpoint must be a valid string`);this.e=e}}"
MADE = "function n(e){let t=e?.trim();if(!t)throw Error(`url is required.`)}class C{constructor(e){n(e)}}"


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (WANTS + "new C().setEndpoint(NOTHING).go()", "frontend.address-unset"),  # Appwrite
        (MADE + "const c=e=>new C(e);c(NOTHING).from(`items`).go()", "frontend.address-unset"),  # supabase-js
        (WANTS + "function f(){new C().setEndpoint(NOTHING)}", "not known"),
        ("const s=made({url:NOTHING,loading:!1});go(s)", "not known"),
    ],
)
def test_a_client_that_is_made_without_its_address_as_the_page_loads(script: str, expected: str) -> None:
    """It shows that the address is not set, wherever it stands in its statement; what is done later is not known."""
    assert judgement(script.replace("NOTHING", "void 0")) == expected
    assert judgement(script.replace("NOTHING", '""')) == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("m={I(e){let o;async function f(){return n.get(`${o}/api/items`)}}}", "frontend.address-unset"),
        ("m={I(e){let o;o=e.base;async function f(){return n.get(`${o}/api/items`)}}}", "not known"),
        ("m={I(e){let o;({base:o}=e);async function f(){return n.get(`${o}/api/items`)}}}", "not known"),
        ("m={I(e){for(let o of e)n.get(`${o}/api/items`)}}", "not known"),
    ],
)
def test_a_name_that_no_one_sets_is_a_setting_that_was_not_there(script: str, expected: str) -> None:
    """Rspack and SWC declare it without a value; what is set anywhere in any way is not known."""
    assert judgement(script) == expected


def test_the_address_of_urql_is_an_option_beside_its_exchanges() -> None:
    """It is `url`, which anything may have: what stands beside it says whose it is."""
    assert judgement("new K({url:void 0,exchanges:[a,b]}).query(q)") == "frontend.address-unset"


@pytest.mark.parametrize(("value", "expected"), [("void 0", "frontend.address-unset"), (f'"{API}"', "right")])
def test_a_service_of_angular_copies_its_address_from_the_environment(value: str, expected: str) -> None:
    """A field of the class has what the environment has; that a library's own field has nothing shows nothing."""
    service = "class S{http=g(H);apiUrl=env.apiUrl;get(){return this.http.get(`${this.apiUrl}/api/items`)}}"
    assert judgement(f"const env={{production:!0,apiUrl:{value}}};{service}") == expected
    library = "class D{constructor(){this.endpoint=d.endpoint}go(){return fetch(`${this.endpoint}/x`)}}"
    assert judgement(f"const d={{timeout:1}};{library}") == "not known"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("api.shop.example/api", "frontend.calls-itself"),
        ("localhost:8000/api", "frontend.calls-itself"),
        ('\\"https://api.shop.example/api\\"', "frontend.calls-itself"),
        ("data.v1.json/api", "not known"),
    ],
)
def test_an_address_without_its_scheme_is_a_path_for_a_browser(address: str, expected: str) -> None:
    """So is one with the quotation marks that a file of variables had around it."""
    assert judgement(f'const a=axios.create({{baseURL:"{address}"}});a.get("/items")') == expected


def test_what_a_library_has_by_itself_stands_behind_what_the_team_gave_it() -> None:
    """supabase-js has an address of the developer's machine as a default."""
    given = 'const c=made("https://staging.shop.example","key");'
    default = "class A{constructor(o){this.client=new F({url:o.url??`http://localhost:9999`})}}"
    assert judgement(default + given) == "frontend.another-backend"


def test_a_client_without_a_base_is_right_where_pages_and_api_share_their_origin() -> None:
    """It calls the page's own origin; which path is known decides."""
    shared = an_environment(
        frontend={"url": FRONTEND},
        backend={"url": FRONTEND, "health": {"path": "/health"}, "endpoints": [{"path": "/api/items"}]},
        sign_in=None,
        version=None,
    )
    script = 'const a=axios.create({baseURL:void 0});a.get("/api/items")'
    assert judgement(script) == "frontend.address-unset"
    assert judgement(script, environment=shared) == "not known"


WRETCH = (
    "const core={_url:``,url(e){return{...this,_url:this._url+e}}};function w(e=``,o={}){return{...core,_url:e,o:o}}"
)
CLASS = "class H{constructor(e){this.base=e}get(p){const x=new XMLHttpRequest;x.open(`GET`,`${this.base}${p}`)}}"


@pytest.mark.parametrize(
    "script",
    [
        f"{WRETCH}const c=w(void 0).headers(h);c.url(`/items`).get()",
        f"{WRETCH}const c=w(``);c.url(`/items`).get()",
        f"{CLASS}const c=new H(``);c.get(`/items`)",
        "const c=axios.create({baseURL:``});c.get(`/items`)",
        "const c=axios.create({baseURL:null});c.get(`/items`)",
    ],
)
def test_a_client_that_keeps_no_address_calls_the_pages_own_host(script: str) -> None:
    """That counts where the end of a declared path is called there, and the host answers it with its page."""
    assert judgement(script, exchanges=(NOT_THERE,)) == "frontend.calls-itself"
    assert judgement(script, exchanges=(answered("called on frontend /items", body=[{"id": 1}]),)) == "right"
    assert judgement(script.replace("/items", "/pages"), exchanges=(NOT_THERE,)) == "not known"
    assert judgement(f"fetch(`{API}/api/items`);{script}", exchanges=(NOT_THERE,)) == "right"


def test_an_api_over_plain_http_is_blocked_although_the_file_declares_it() -> None:
    """The page is served over https: browsers block the calls, whatever the file names as the API's address."""
    declared = an_environment(
        backend={"url": BACKEND.replace("https", "http")}, frontend={"url": FRONTEND}, sign_in=None, version=None
    )
    address = ApiAddress("/assets/index.js", f"{declared.backend.url}/api", f"{declared.backend.url}/api", "client")
    assert AddressJudge(declared, None, (address,)).kind(address)[0] == "frontend.plain-http"


GENERATED = (
    f"class S{{constructor(h,b){{this.basePath=`{LOCAL}`;if(b)this.basePath=b}}"
    "g(){return this.h.get(this.basePath+`/api/items`)}}"
)


@pytest.mark.parametrize(
    ("default", "replaced"),
    [
        (
            f"const c=create(config({{baseUrl:`{LOCAL}`}}));c.get({{url:`/api/items`}})",
            "c.setConfig({baseUrl:`{api}`})",
        ),
        (f"const c=axios.create({{baseURL:`{LOCAL}`}});c.get(`/api/items`)", "c.defaults.baseURL=`{api}`"),
        (f"axios.defaults.baseURL=`{LOCAL}`;axios.get(`/api/items`)", "axios.defaults.baseURL=`{api}`"),
        (GENERATED, "const p={provide:BASE_PATH,useValue:`{api}`}"),
    ],
)
def test_a_clients_first_address_counts_only_where_it_is_not_replaced(default: str, replaced: str) -> None:
    """Clients are made with the address in their specification, or a developer's, and are given another one."""
    assert judgement(default) == "frontend.calls-localhost"
    assert judgement(f"{default};{replaced.replace('{api}', API)}") == "right"


def test_an_address_that_another_client_is_given_replaces_nothing() -> None:
    """Two clients, and one of them calls the visitor's own machine."""
    two = f"const a=axios.create({{baseURL:`{LOCAL}`}}),b=axios.create({{}});b.defaults.baseURL=`{API}`"
    assert judgement(f"{two};a.get(`/api/items`)") == "frontend.calls-localhost"
    assert judgement(f"axios.defaults.baseURL=`{API}`;axios.defaults.baseURL=`{LOCAL}`;axios.get(`/api/items`)") == (
        "frontend.calls-localhost"
    )


@pytest.mark.parametrize(
    "script",
    [
        "class R{constructor(e){this.base=e}push(p){history.pushState(p)}}const r=new R(``);r.push(`/items`)",
        f"const f=()=>{{{WRETCH}const c=w(``);c.url(`/items`)}}",
        f"{WRETCH}const c=w(h);c.url(`/items`).get()",
        "function t(e){const n={label:e};return n}const n=t(``);n.get(`/items`)",
        f"{CLASS}const c=new H(``);c.base=await found();c.get(`/items`)",
        f"{CLASS}const c=new H(``);c.setBase(found());c.get(`/items`)",
        "const c=axios.create({baseURL:``});c.defaults.baseURL=found();c.get(`/items`)",
        "const c=axios.create({baseURL:``});c.interceptors.request.use(o=>(o.baseURL=found(),o));c.get(`/items`)",
    ],
)
def test_what_is_made_with_nothing_and_is_no_client_shows_nothing(script: str) -> None:
    """A router has a base, too; what is made later, or with what is not known, may have an address."""
    assert judgement(script, exchanges=(NOT_THERE,)) == "not known"


def test_a_constant_that_only_begins_a_request_is_no_call() -> None:
    """The base has the API's prefix, and so have the paths: what is requested has it twice."""
    twice = page("called on backend /api/api/items", 404)
    assert judgement(f"const b=`{API}/api`;fetch(`${{b}}/api/items`)", exchanges=(twice,)) == "frontend.wrong-path"
    assert judgement(f"const b=`{API}/api`;fetch(`${{b}}/items`)") == "right"


def test_a_prefix_that_is_there_twice_is_wrong_below_a_stated_one_too() -> None:
    """The backend's answer decides; the calls whose paths the file does not name show nothing right."""
    stated = an_environment(
        frontend={"url": FRONTEND, "calls": f"{API}/api"},
        backend={"url": API, "health": {"path": "/health"}, "endpoints": [{"path": "/api/items"}]},
        sign_in=None,
        version=None,
    )
    script = f"const b=`{API}/api/api`;fetch(b+`/items`);fetch(b+`/orders`)"
    gone = page("called on backend /api/api/items", 404)
    assert judgement(script, environment=stated, exchanges=(gone,)) == "frontend.wrong-path"
    assert judgement(script, environment=stated) == "right"
    assert (
        judgement(script, environment=stated, exchanges=(answered("called on backend /api/api/items", 200, []),))
        == "right"
    )


def test_a_client_without_a_base_is_right_where_the_pages_own_host_has_the_api() -> None:
    script = "const c=createClient({baseUrl:void 0});c.GET(`/api/items`)"
    assert judgement(script, exchanges=(page("called on frontend /api/items"),)) == "frontend.address-unset"
    assert judgement(script, exchanges=(answered("called on frontend /api/items", 200, []),)) == "not known"


CALLING = f'const c=axios.create({{baseURL:"{API}/api"}});c.get("/items")'


@pytest.mark.parametrize(
    ("policy", "text", "expected"),
    [
        ("default-src 'self'", "", "frontend.call-forbidden"),
        ("connect-src 'self' https://old.shop.example; default-src *", "", "frontend.call-forbidden"),
        ("connect-src *; script-src 'self', connect-src 'none'", "", "frontend.call-forbidden"),
        ("connect-src https://api.shop.example:8443", "", "frontend.call-forbidden"),
        ("", """<meta http-equiv="Content-Security-Policy" content="default-src 'self'">""", "frontend.call-forbidden"),
        ("", """<!-- <meta http-equiv="Content-Security-Policy" content="default-src 'self'"> -->""", "right"),
        ("script-src 'self'; frame-ancestors 'none'", "", "right"),
        ("default-src 'self'; connect-src 'self' api.shop.example", "", "right"),
        ("default-src 'self'; connect-src 'self' https://*.shop.example", "", "right"),
        ("default-src 'none'; connect-src http: wss:", "", "right"),
        ("default-src 'none'; connect-src https://api.shop.example/api/", "", "right"),
    ],
)
def test_a_pages_policy_allows_its_calls_or_does_not(policy: str, text: str, expected: str) -> None:
    """`connect-src` decides, without it `default-src`; each policy must allow the call."""
    exchange = page("page", text=text or "<p>Shop</p>", policy=policy)
    script = f'fetch("{API}/api/items")' if policy.endswith("/api/") else CALLING
    assert judgement(script, exchanges=(exchange,)) == expected


def test_a_policy_that_upgrades_calls_makes_plain_http_right() -> None:
    """`upgrade-insecure-requests`: the browser sends them over https."""
    script = f'fetch("{API.replace("https", "http")}/api/items")'
    assert judgement(script) == "frontend.plain-http"
    assert judgement(script, exchanges=(page("page", policy="upgrade-insecure-requests"),)) != "frontend.plain-http"


GENERATED = (
    'const o={BASE:"http://localhost:8000",VERSION:"1"};Object.assign(o,{BASE:SET});'
    'const f=async(e,t)=>fetch(`${e.BASE}${t.url}`,{method:t.method});f(o,{method:"GET",url:"/api/items"})'
)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f'"{API}"', "right"),
        ('"https://staging.shop.example"', "frontend.another-backend"),
        ("void 0", "frontend.address-unset"),
    ],
)
def test_what_is_assigned_to_a_generated_clients_settings_replaces_them(address: str, expected: str) -> None:
    """`Object.assign(OpenAPI, { BASE: … })`."""
    assert judgement(GENERATED.replace("SET", address)) == expected


def test_a_name_that_begins_as_null_is_what_it_is_set_to() -> None:
    """An address that is put together when it is first needed."""
    script = "let b=null;async function g(){if(!b){b=VALUE}return b}const f=async()=>fetch(`${await g()}/api/items`)"
    assert judgement(script.replace("VALUE", f'"{LOCAL}"')) == "frontend.calls-localhost"
    assert judgement(script.replace("VALUE", "await found()")) == "not known"
    assert judgement(script.replace("VALUE", "{...b,c:1}")) == "not known"


def test_a_module_that_throws_where_its_setting_is_missing() -> None:
    """In a function that is called where it stands, too."""
    script = 'const c=axios.create({baseURL:(()=>{throw new Error("VITE_API_URL is not set")})(),timeout:1});'
    assert judgement(script) == "frontend.address-unset"
    assert judgement(script.replace(")(),", "),")) == "not known"


def test_parts_of_an_address_that_are_not_set() -> None:
    """`http://${host}:${port}`, without both."""
    assert judgement('axios.create({baseURL:"http://undefined:undefined/api"})') == "frontend.address-unset"


@pytest.mark.parametrize(
    ("script", "there"),
    [
        (f'const b="{API}/api/";fetch(`${{b}}/items`);fetch(`${{b}}/orders`)', "/api//items"),
        (f'fetch("{API}/items");fetch("{API}/orders")', "/items"),
        (f'fetch("{API}/api/v2/items")', "/api/v2/items"),
        (f'a({{baseUrl:"{API}",e:b=>({{i:b.query({{query:e=>"/items"}})}})}})', "/items"),
        (f'new C({{baseUrl:"{API}"}});this.request({{path:"/items",method:"GET",headers:h}})', "/items"),
    ],
)
def test_a_path_that_is_almost_the_apis_is_tried(script: str, there: str) -> None:
    """A slash twice, a prefix or a version that is missing: the backend's own answer decides."""
    gone = answered(f"called on backend {there}", 404, {"detail": "Not Found"})
    assert judgement(script, exchanges=(gone,)) == "frontend.wrong-path"
    assert judgement(script, exchanges=(answered(f"called on backend {there}", 200, []),)) == "right"


def test_the_names_of_ones_own_machine_are_one_server() -> None:
    """A page at localhost that calls the backend there by another of its names reaches it, at the same port."""
    local = an_environment(
        frontend={"url": "http://localhost:3000"},
        backend={"url": "http://127.0.0.1:8000", "health": {"path": "/health"}},
        sign_in=None,
        version=None,
    )
    assert judgement('fetch("http://localhost:8000/api/items")', environment=local) == "right"
    assert judgement('fetch("http://localhost:5000/api/items")', environment=local) == "frontend.calls-localhost"


def test_pages_that_call_no_api_may_call_their_own_host() -> None:
    """`calls = false`: such as those that a server renders, with the parts that they load."""
    script = "fetch(`/items`)"
    called = page("called on frontend /items", text="<p>Lamp</p>")
    assert judgement(script, exchanges=(called,)) == "frontend.calls-itself"
    own = an_environment(
        frontend={"url": FRONTEND, "calls": False},
        backend={"url": API, "health": {"path": "/health"}},
        sign_in=None,
        version=None,
    )
    assert judgement(script, environment=own, exchanges=(called,)) == "not known"


TOKEN = 'const e={production:!0},t=new K("API_URL",{providedIn:"root",factory:()=>e.apiUrl});'


@pytest.mark.parametrize(
    ("providers", "expected"),
    [
        ("{provide:Other,useClass:Q}", "frontend.address-unset"),
        ("{provide:t,useFactory:()=>p(Settings).url}", "not known"),
        ("{provide:m.t,useValue:u}", "not known"),
    ],
)
def test_a_token_without_an_address_is_a_missing_setting_unless_a_provider_replaces_it(
    providers: str, expected: str
) -> None:
    """Angular's injector takes a provider's value before that of the token's factory."""
    assert judgement(f"{TOKEN}boot(App,{{providers:[{providers}]}})") == expected
