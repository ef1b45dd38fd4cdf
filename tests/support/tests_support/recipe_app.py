"""One application that has what every recipe of `docs/environments.md` declares; each part of it can be broken."""

# ruff: noqa: D102, PLR0911 -- `route` is a table of answers, as its base says

from __future__ import annotations

from base64 import b64encode
from typing import Any

from tests_support.sign_in import HTML, PAGE, Asked, Portal, Reply, said

TEXTS = {"/healthz": "OK\n", "/-/healthy": "Prometheus Server is Healthy.\n", "/about": "Shop\nBuild 4711\n"}
PARTS = [{"name": "database", "status": "pass"}, {"name": "disk", "status": "warn"}]
VALUES: dict[tuple[str, str], Any] = {
    ("GET", "/actuator/health"): {"status": "UP", "components": {"db": {"status": "UP"}}},
    ("GET", "/health/parts"): {"checks": PARTS},
    ("POST", "/graphql"): {"data": {"viewer": {"id": 1}}},
    ("POST", "/api/search"): {"items": ["a"]},
}
BASIC = "Basic " + b64encode(b"staging:pw-basic-1").decode()
CSRF = "csrf-token-1"


class RecipeApp(Portal):
    """What is in `faults` is a path that answers 500."""

    def answer(self, asked: Asked) -> Reply:
        """Answer one request, after the part that is broken."""
        return Reply(500, "Internal Server Error") if asked.path in self.faults else super().answer(asked)

    def route(self, asked: Asked) -> Reply | None:
        if asked.path in TEXTS:
            return Reply(200, TEXTS[asked.path], {"Content-Type": "text/plain"})
        if (asked.method, asked.path) in VALUES:
            return said(VALUES[asked.method, asked.path])
        if asked.path == "/old":
            return Reply(302, "", {"Location": "/new"})
        if asked.path == "/api/orders":
            known = asked.headers.get("X-Api-Key") == "key-12345678" and asked.headers.get("Authorization") == BASIC
            return said([]) if known else said({"error": "no key"}, 401)
        return self._tokens(asked) or self._forms(asked)

    def _tokens(self, asked: Asked) -> Reply | None:
        """OAuth2's form, fastapi-users and plain JSON: a bearer token, also deep in the answer."""
        key = (asked.headers.get("Authorization") or "").removeprefix("Bearer ")
        who = self.sessions.get(key)
        email, password = asked.fields.get("username") or asked.fields.get("email"), asked.fields.get("password")
        step = (asked.method, asked.path)
        if asked.path in {"/api/v1/users/me", "/users/me", "/api/me"}:
            return said({"id": who, "data": {"id": who}}) if who else said({"detail": "Unauthorized"}, 401)
        if step in {("POST", "/auth/register"), ("POST", "/api/users")}:
            self.create(email, password)
            return said({"id": email, "data": {"id": email, "accessToken": self.enter(email)}}, 201)
        if step[0] == "POST" and asked.path in {
            *("/api/v1/login/access-token", "/auth/jwt/login", "/api/sessions", "/api/login"),
        }:
            if not self.knows(email, password):
                return said({"detail": "Incorrect email or password"}, 400)
            token = self.enter(email)
            return said({"access_token": token, "data": {"accessToken": token, "id": email}})
        if step in {("POST", "/auth/jwt/logout"), ("DELETE", "/api/sessions")}:
            self.leave(key)
            return Reply(204)
        if asked.path.startswith("/api/notes") and who:
            return said({"id": 7}, 201) if asked.method == "POST" else Reply(204)
        if asked.method == "DELETE" and asked.path.startswith("/api/users/"):
            return Reply(204) if who else said({"detail": "Unauthorized"}, 401)
        return None

    def _forms(self, asked: Asked) -> Reply | None:
        """Django's forms, and a form of the recipe without a preset: a session cookie and a CSRF token."""
        django = asked.path.startswith("/account")
        cookie = "sessionid" if django and asked.path != "/account" else "sid"
        key = asked.cookies.get(cookie, "")
        who = self.sessions.get(key)
        if asked.method == "GET" and asked.path in {"/accounts/login/", "/login"}:
            hidden = f'<meta name="csrf-token" content="{CSRF}"><input type=hidden name="csrfmiddlewaretoken" '
            return Reply(200, PAGE.format(hidden=f'{hidden}value="{CSRF}">'), HTML, (f"csrftoken={CSRF}; Path=/",))
        if asked.path in {"/account/", "/account"}:
            back = {"Location": "/accounts/login/" if django else "/login"}
            return Reply(200, f"<!doctype html>{who}", HTML) if who else Reply(302, "", back)
        if CSRF not in {asked.fields.get("csrfmiddlewaretoken"), asked.headers.get("X-CSRF-Token")}:
            return None
        if asked.path in {"/accounts/login/", "/session"}:
            user = asked.fields.get("username") or asked.fields.get("user")
            if not self.knows(user, asked.fields.get("password")):
                return Reply(200, PAGE.format(hidden=""), HTML)
            made = f"{cookie}={self.enter(user)}; Path=/; HttpOnly"
            return Reply(302, "", {"Location": "/account"}, (made,))
        if asked.path in {"/accounts/logout/", "/session/end"}:
            self.leave(key)
            return Reply(302, "", {"Location": "/"})
        return None
