"""Each recipe of `docs/environments.md` is carried out against an application that has what it declares."""

from __future__ import annotations

import re
import ssl
from pathlib import Path

import pytest
import trustme
from tests_support.observe import observe
from tests_support.recipe_app import RecipeApp
from tests_support.sign_in import serve
from tests_support.suite import judge

from smokegate.diagnosis.verdict import Verdict
from smokegate.environment.document import RECIPES as TEXT
from smokegate.environment.load import load

RECIPES = dict(re.findall(r"### ([^\n]+)\n.*?```toml\n(.*?)```", TEXT.read_text(encoding="utf-8"), re.DOTALL))
BREAKS = {
    "A health check in plain text": "/healthz",
    "A health check with components (health+json, .NET, Spring Boot Actuator)": "/health/parts",
    "An API key, Basic authentication or a bearer token on every request": "/api/orders",
    "Mutual TLS and a private certificate authority": "/health",
    "Check a deployment before DNS points to it": "/health",
    "No database": "/-/healthy",
    "A redirect that must stay, and a path that must not exist": "/debug",
    "GraphQL, and a read-only POST": "/api/search",
    "FastAPI with the OAuth2 password form": "/api/v1/users/me",
    "fastapi-users, with an account that the run creates": "/auth/register",
    'Django with sessions; Django REST framework with tokens is `preset = "drf"`': "/accounts/login/",
    "A nested token, a logout, and deleting the account by id": "/api/sessions",
    "A cookie session with a CSRF token, without a preset": "/session",
    "Users must survive a deploy": "/api/login",
    "A write that is undone afterwards": "/api/notes",
    "Several regions of one system": "/healthz",
    "A release, a build number or an image tag as the version": "/about",
}
"""Which path of the application, broken, each recipe must find."""
VARIABLES = {
    "SMOKE_SHOP_EMAIL": "someone@example.com",
    "SMOKE_SHOP_PASSWORD": "pw-standing-1",
    "API_KEY": "key-12345678",
    "STAGING_USER": "staging",
    "STAGING_PASSWORD": "pw-basic-1",
}


def test_every_recipe_is_carried_out() -> None:
    """None is only loaded."""
    assert set(BREAKS) == set(RECIPES)


@pytest.mark.parametrize("title", RECIPES)
def test_a_recipe_passes_and_finds_what_is_broken(title: str, tmp_path: Path) -> None:
    """Healthy it is PASS; with one part that answers 500 it is not."""
    assert judged(title, tmp_path) == {Verdict.PASS}
    assert Verdict.PASS not in judged(title, tmp_path, BREAKS[title])


def judged(title: str, folder: Path, *broken: str) -> set[Verdict]:
    """Carry a recipe out and return the verdicts on its environments."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "internal-ca.pem"))
    client = authority.issue_cert("client@example.com")
    variables = {
        **VARIABLES,
        "CLIENT_CERT": client.cert_chain_pems[0].bytes().decode(),
        "CLIENT_KEY": client.private_key_pem.bytes().decode(),
    }
    text, context = RECIPES[title], None
    secure = "https://" in text and ("connect_to" in text or "client_certificate" in text)
    if secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "shop.example.com").configure_cert(context)
        if "client_certificate" in text:
            context.verify_mode = ssl.CERT_REQUIRED
            authority.configure_trust(context)
    head = 'title = "Shop"\ncontrol = []\n' + ("" if re.search(r"^\[+backend\]", text, re.MULTILINE) else "[backend]\n")
    (folder / "shop.toml").write_text(head + text, encoding="utf-8")
    with serve(RecipeApp(*broken), context) as url:
        port = url.rpartition(":")[2]
        overrides = [f"backend.url=https://127.0.0.1:{port}" if secure else f"backend.url={url}"]
        if "connect_to" in text:
            overrides = [f"backend.connect_to=127.0.0.1:{port}", "ca_file=internal-ca.pem"]
        if "[[backend]]" in text:
            overrides = [f"shop-{region}:{overrides[0]}" for region in ("eu", "us")]
        declared = load(["shop"], directory=folder, variables=variables, overrides=overrides)
        seen = observe(declared)
        return {judge(each, seen[each.name]).verdict for each in declared}
