"""Stand-ins for frameworks whose sign-in is not JSON with a bearer token: cookies, forms, CSRF tokens, headers.

Each keeps to what the framework's documentation says of its requests and answers; none is the framework itself.
"""

# ruff: noqa: D102, PLR0911 -- each `route` is a table of answers, as its base says

from __future__ import annotations

import json
import secrets
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

PAGE = "<!doctype html><title>Sign in</title><form method=post>{hidden}<input name=login><input type=password></form>"
JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


@dataclass
class Reply:
    """One answer."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


@dataclass
class Asked:
    """One request, its fields read from JSON or a form."""

    method: str
    path: str
    headers: Mapping[str, str]
    fields: dict[str, Any]
    kind: str
    cookies: dict[str, str]


def said(value: Any, status: int = 200, *cookies: str, **headers: str) -> Reply:
    """Return a JSON answer."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(value), {**JSON, **named}, cookies)


class Portal:
    """What all stand-ins share: accounts, sessions, and the faults that a test asks for.

    Args:
        faults: any of `keeps sessions` (logout ends nothing), `any password`, `empty` (no account of before),
            `forgets` (a new account is not written).
    """

    def __init__(self, *faults: str) -> None:
        self.faults = set(faults)
        self.accounts: dict[str, str] = {} if "empty" in faults else {"someone@example.com": "pw-standing-1"}
        self.sessions: dict[str, str] = {}
        self.log: list[str] = []

    def answer(self, asked: Asked) -> Reply:
        """Answer one request."""
        self.log.append(f"{asked.method} {asked.path}")
        if asked.path == "/health":
            return said({"status": "ok"})
        return self.route(asked) or said({"error": "no such path"}, 404)

    def route(self, asked: Asked) -> Reply | None:
        """Answer what is this framework's own."""
        raise NotImplementedError

    def knows(self, email: Any, password: Any) -> bool:
        """Return whether a password opens an account."""
        if "any password" in self.faults:
            return True
        return password is not None and self.accounts.get(str(email)) == password

    def create(self, email: Any, password: Any) -> None:
        """Write an account."""
        if "forgets" not in self.faults:
            self.accounts[str(email)] = str(password)

    def enter(self, email: Any) -> str:
        """Begin a session and return its id."""
        key = secrets.token_hex(8)
        self.sessions[key] = str(email)
        return key

    def leave(self, key: str | None) -> None:
        """End a session."""
        if "keeps sessions" not in self.faults:
            self.sessions.pop(key or "", None)


class Laravel(Portal):
    """A session guard: `XSRF-TOKEN` in a cookie, sent back URL-decoded in a header; guests have a session too."""

    def route(self, asked: Asked) -> Reply | None:
        if asked.path == "/sanctum/csrf-cookie":
            xsrf = quote(f"{secrets.token_hex(6)}==", safe="")
            guest = () if "shop_session" in asked.cookies else (f"shop_session={secrets.token_hex(4)}; path=/",)
            return Reply(204, "", {}, (f"XSRF-TOKEN={xsrf}; path=/", *guest))
        who = self.sessions.get(asked.cookies.get("shop_session", ""))
        if asked.path == "/api/user":
            return said({"id": 1, "email": who}) if who else said({"message": "Unauthenticated."}, 401)
        if asked.headers.get("X-XSRF-TOKEN") != unquote(asked.cookies.get("XSRF-TOKEN", "-")):
            return said({"message": "CSRF token mismatch."}, 419)
        if asked.path == "/register":
            if asked.fields["password"] != asked.fields["password_confirmation"]:
                return said({"message": "The password confirmation does not match."}, 422)
            self.create(asked.fields["email"], asked.fields["password"])
            return Reply(201, "", {}, (f"shop_session={self.enter(asked.fields['email'])}; path=/; httponly",))
        if asked.path == "/login":
            if not self.knows(asked.fields["email"], asked.fields["password"]):
                return said({"message": "These credentials do not match our records."}, 422)
            return Reply(204, "", {}, (f"shop_session={self.enter(asked.fields['email'])}; path=/; httponly",))
        if asked.path == "/logout":
            self.leave(asked.cookies.get("shop_session"))
            return Reply(204)
        return None


class Devise(Portal):
    """Rails forms: an authenticity token in a `<meta>`, and a redirect for anyone who is not signed in."""

    token = "q0+/masked"

    def route(self, asked: Asked) -> Reply | None:
        who = self.sessions.get(asked.cookies.get("_shop_session", ""))
        if (asked.method, asked.path) == ("GET", "/users/sign_in"):
            page = PAGE.format(hidden="").replace("<form", f'<meta name="csrf-token" content="{self.token}" /><form')
            return Reply(200, page, HTML)
        if asked.path == "/account":
            return Reply(200, f"<!doctype html>{who}", HTML) if who else self._back()
        if asked.fields.get("authenticity_token") != self.token:
            return Reply(422, "<h1>ActionController::InvalidAuthenticityToken</h1>", HTML)
        email, password = asked.fields.get("user[email]"), asked.fields.get("user[password]")
        if (asked.method, asked.path) == ("POST", "/users"):
            self.create(email, password)
            return self._in(email)
        if (asked.method, asked.path) == ("POST", "/users/sign_in"):
            if not self.knows(email, password):
                return Reply(422, PAGE.format(hidden=""), HTML)
            return self._in(email)
        if (asked.method, asked.path) == ("DELETE", "/users/sign_out"):
            self.leave(asked.cookies.get("_shop_session"))
            return Reply(303, "", {"Location": "/"})
        if (asked.method, asked.path) == ("DELETE", "/users"):
            self.accounts.pop(str(who), None)
            return Reply(303, "", {"Location": "/"})
        return None

    def _back(self) -> Reply:
        return Reply(302, "", {"Location": "/users/sign_in"})

    def _in(self, email: Any) -> Reply:
        return Reply(303, "", {"Location": "/"}, (f"_shop_session={self.enter(email)}; path=/; HttpOnly",))


class DeviseJwt(Portal):
    """The token comes and goes in the `Authorization` header."""

    def route(self, asked: Asked) -> Reply | None:
        key = (asked.headers.get("Authorization") or "").removeprefix("Bearer ")
        if asked.path == "/me":
            who = self.sessions.get(key)
            return said({"id": who}) if who else said({"error": "You need to sign in"}, 401)
        user = asked.fields.get("user", {})
        if asked.path == "/users":
            self.create(user["email"], user["password"])
            return said({"id": user["email"]}, 201, Authorization=f"Bearer {self.enter(user['email'])}")
        if asked.path == "/users/sign_in":
            if not self.knows(user["email"], user["password"]):
                return said({"error": "Invalid Email or password."}, 401)
            return said({"id": user["email"]}, Authorization=f"Bearer {self.enter(user['email'])}")
        if (asked.method, asked.path) == ("DELETE", "/users/sign_out"):
            self.leave(key)
            return Reply(204)
        return None


class NextAuth(Portal):
    """Credentials provider: a CSRF token in JSON, a redirect in JSON, and an empty session for everyone else."""

    def route(self, asked: Asked) -> Reply | None:
        cookie = asked.cookies.get("next-auth.session-token")
        if asked.path == "/api/auth/csrf":
            token = secrets.token_hex(8)
            return said({"csrfToken": token}, 200, f"next-auth.csrf-token={token}%7Chash; Path=/; HttpOnly")
        if asked.path == "/api/auth/session":
            who = self.sessions.get(cookie or "")
            return said({"user": {"email": who}} if who else {})
        if asked.cookies.get("next-auth.csrf-token", "").partition("%7C")[0] != asked.fields.get("csrfToken"):
            return said({"url": "/api/auth/signin?csrf=true"}, 200)
        if asked.path == "/api/auth/callback/credentials":
            if not self.knows(asked.fields.get("email"), asked.fields.get("password")):
                return said({"url": "/api/auth/error?error=CredentialsSignin"}, 401)
            session = self.enter(asked.fields["email"])
            return said({"url": "/"}, 200, f"next-auth.session-token={session}; Path=/; HttpOnly")
        if asked.path == "/api/auth/signout":
            self.leave(cookie)
            return said({"url": "/"}, 200, "next-auth.session-token=; Path=/; Max-Age=0")
        return None


class Supabase(Portal):
    """GoTrue: a public key in `apikey`, the grant in the query, tokens that outlive a logout."""

    def route(self, asked: Asked) -> Reply | None:
        if asked.headers.get("apikey") != "anon-key-1":
            return said({"message": "No API key found in request"}, 401)
        if asked.path == "/auth/v1/user":
            who = self.sessions.get((asked.headers.get("Authorization") or "").removeprefix("Bearer "))
            return said({"id": who}) if who else said({"msg": "invalid JWT"}, 403)
        if asked.path.startswith("/auth/v1/token"):
            if not self.knows(asked.fields["email"], asked.fields["password"]):
                return said({"error_code": "invalid_credentials"}, 400)
            return said({"access_token": self.enter(asked.fields["email"]), "user": {"id": asked.fields["email"]}})
        if asked.path == "/auth/v1/signup":
            self.create(asked.fields["email"], asked.fields["password"])
            return said({"access_token": self.enter(asked.fields["email"]), "user": {"id": asked.fields["email"]}})
        return Reply(204) if asked.path == "/auth/v1/logout" else None


class ExpressSession(Portal):
    """express-session with a JSON login; the session is made at login."""

    def route(self, asked: Asked) -> Reply | None:
        cookie = asked.cookies.get("connect.sid")
        if asked.path == "/me":
            who = self.sessions.get(cookie or "")
            return said({"id": who}) if who else said({"error": "unauthorized"}, 401)
        if asked.path == "/login":
            if not self.knows(asked.fields.get("email"), asked.fields.get("password")):
                return said({"error": "wrong e-mail or password"}, 401)
            return said({"ok": True}, 200, f"connect.sid={self.enter(asked.fields['email'])}; Path=/; HttpOnly")
        if asked.path == "/logout":
            self.leave(cookie)
            return Reply(204)
        return None


class Spring(Portal):
    """Spring Security's form login: every answer to it is a redirect."""

    def route(self, asked: Asked) -> Reply | None:
        cookie = asked.cookies.get("JSESSIONID")
        if (asked.method, asked.path) == ("GET", "/login"):
            page = PAGE.format(hidden='<input name="_csrf" type="hidden" value="csrf-a1b2c3"/>')
            return Reply(200, page, HTML, () if cookie else (f"JSESSIONID={secrets.token_hex(4)}; Path=/",))
        if asked.path == "/account":
            who = self.sessions.get(cookie or "")
            return Reply(200, f"<!doctype html>{who}", HTML) if who else Reply(302, "", {"Location": "/login"})
        if asked.fields.get("_csrf") != "csrf-a1b2c3":
            return Reply(403, "<h1>Forbidden</h1>", HTML)
        if asked.path == "/login":
            if not self.knows(asked.fields.get("username"), asked.fields.get("password")):
                return Reply(302, "", {"Location": "/login?error"})
            session = self.enter(asked.fields["username"])
            return Reply(302, "", {"Location": "/"}, (f"JSESSIONID={session}; Path=/; HttpOnly",))
        if asked.path == "/logout":
            self.leave(cookie)
            return Reply(302, "", {"Location": "/login?logout"})
        return None


@contextmanager
def serve(portal: Portal, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve a stand-in until the block ends, over TLS with a context; yields its address, always as http."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            kind = "form" if "form" in (self.headers.get("Content-Type") or "") else "json"
            fields = dict(parse_qsl(text)) if kind == "form" else json.loads(text or "{}")
            cookies = {name: each.value for name, each in SimpleCookie(self.headers.get("Cookie") or "").items()}
            path = urlsplit(self.path).path
            got = portal.answer(Asked(self.command, path, self.headers, fields, kind, cookies))
            self.send_response(got.status)
            for name, value in [*got.headers.items(), *(("Set-Cookie", each) for each in got.cookies)]:
                self.send_header(name, value)
            if got.status != 204:
                self.send_header("Content-Length", str(len(got.body.encode())))
            self.end_headers()
            self.wfile.write(got.body.encode())

        do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - http.server's own names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
