"""The address that a browser would call is read from a page and its scripts, and nothing else is."""

from __future__ import annotations

import pytest

from smokegate.observation.plan.bundle import api_addresses, chunks_of, scripts_of

PAGE = "https://app.example/login"
#: What axios itself brings into every bundle.
AXIOS = (
    'const Pf=typeof window<"u",Og=Pf&&window.location.href||"http://localhost";'
    "function mc(e,t){const o={url:r,method:r,data:r,baseURL:i,transformRequest:i};return o}"
)


API = "https://api.example/api"
LOCAL = "http://localhost:8000/api"


@pytest.mark.parametrize(
    ("script", "literal", "resolved"),
    [
        (f'x.create({{baseURL:"{API}"}})', API, API),
        (f"x.create({{baseURL:'{API}'}})", API, API),
        (f"x.create({{baseURL:`{API}`}})", API, API),
        ('x.create({timeout:1,baseURL:"/api"})', "/api", "https://app.example/api"),
        (f'const Vv="{API}",H=x.create({{baseURL:Vv}})', API, API),
        ('var V="/api";x.create({headers:{},baseURL:V,timeout:3})', "/api", "https://app.example/api"),
        (f'const V="{LOCAL}";x.create({{baseURL:V}})', LOCAL, LOCAL),
        (f'const V={{}}.VITE_API||"{LOCAL}";x.create({{baseURL:V}})', LOCAL, LOCAL),
        (f'x.defaults.baseURL="{API}";', API, API),
        (f'const e="other",t="{API}";{{const e="/wrong"}}x.create({{baseURL:t}})', API, API),
        (f'fetch("{API}/auth/login",{{method:"POST"}})', f"{API}/auth/login", f"{API}/auth/login"),
        ('fetch("/api/auth/login")', "/api/auth/login", "https://app.example/api/auth/login"),
        (f'const a={{url:"{API}"}}', API, API),
    ],
)
@pytest.mark.parametrize("bundle", ["{script}", AXIOS + "{script}", "{script};" + AXIOS])
def test_the_address_of_the_http_client_is_found(bundle: str, script: str, literal: str, resolved: str) -> None:
    assert api_addresses(bundle.replace("{script}", script), PAGE) == ((literal, resolved),)


@pytest.mark.parametrize(
    "script",
    [
        AXIOS,
        "",
        'fetch("/assets/logo.svg")',
        'const a="https://docs.example/guide"',
        "fetch(e.href,t)",
        "baseURL:void 0",
    ],
)
def test_a_script_that_calls_no_api_has_no_address(script: str) -> None:
    assert api_addresses(script, PAGE) == ()


def test_a_page_names_its_own_scripts_and_those_it_loads_ahead() -> None:
    html = """<!doctype html><script type="module" crossorigin src="/assets/index-1a2b.js"></script>
    <link rel="modulepreload" href="assets/vendor-3c4d.js"><link rel="stylesheet" href="/a.css">
    <SCRIPT SRC="https://cdn.example/analytics.js"></SCRIPT><script>inline()</script>
    <script src="/assets/index-1a2b.js"></script><script src="http://[broken"></script>"""
    assert scripts_of(html, "https://app.example/login/") == (
        "https://app.example/assets/index-1a2b.js",
        "https://app.example/login/assets/vendor-3c4d.js",
    )


def test_a_base_element_moves_relative_scripts() -> None:
    html = '<base href="/sub/"><script src="x.js"></script>'
    assert scripts_of(html, "https://app.example/") == ("https://app.example/sub/x.js",)


def test_a_script_names_the_chunks_that_it_loads_later() -> None:
    script = 'const p=()=>import("./Login-Ab12Cd34.js");m(["assets/Home-Ef56Gh78.js","assets/Home-Ef56Gh78.css"])'
    assert chunks_of(script, "https://app.example/assets/index-1a2b3c4d.js", "https://app.example/") == (
        "https://app.example/assets/Login-Ab12Cd34.js",
        "https://app.example/assets/Home-Ef56Gh78.js",
    )
