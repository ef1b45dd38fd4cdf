"""What a page's scripts call is judged right, wrong or not known, however today's clients are given their address."""

from __future__ import annotations

import pytest
from tests_support.diagnosis import FRONTEND, an_environment, seen

from smokegate.observation.evidence.page_calls import judged
from smokegate.observation.model import PageView
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


def judgement(script: str, html: str = "") -> str:
    """Return `right`, the code of what is wrong, or `not known`."""
    reading = Reading(f"{FRONTEND}/", page_of(html, f"{FRONTEND}/"))
    reading.add(f"{FRONTEND}/assets/main.js", script)
    found = reading.addresses()
    view = PageView((), reading.call_paths, ())
    result = judged(ENVIRONMENT, seen(environment=ENVIRONMENT, api_addresses=found, page=view))
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
