"""For tests of rules: a healthy deployment by hand, changed in one place, judged in one call.

diagnosis = judged(answered("health", 404, "Not Found", {"x-render-routing": "no-server"}))
assert diagnosis.headline.code == "render.no-server"
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from msgspec.structs import asdict

from smokegate.diagnosis.case import Case
from smokegate.diagnosis.catalogue import all_rules
from smokegate.diagnosis.engine import diagnose
from smokegate.diagnosis.model import Diagnosis, Finding
from smokegate.environment.model import Environment
from smokegate.observation.exchange import Answer, Body, Exchange, Headers, NoAnswer, NotSent, Outcome, Request
from smokegate.observation.model import ApiAddress, Observation
from smokegate.observation.plan.backend import endpoint_name
from smokegate.observation.plan.step import ACCOUNT_PREFLIGHT, PREFLIGHT, preflights
from smokegate.observation.transport.causes import WireCause

STARTED = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
COMMIT = "0123456789abcdef0123456789abcdef01234567"
BACKEND = "https://backend.example.com"
FRONTEND = "https://www.example.com"

EVERYTHING: dict[str, Any] = {
    "name": "staging",
    "title": "A deployment by hand",
    "backend": {
        "url": BACKEND,
        "health": {"json": {"status": "healthy", "service": "Trading API"}, "within": "1s", "samples": 3},
        "endpoints": [
            {"path": "/api/ready", "touches": ["database"]},
            {"path": "/api/quotes", "json": {"source": "market"}},
            {"path": "/api/extra", "severity": "advisory"},
        ],
        "monitoring": {"path": "/api/summary", "age_field": "age", "fresh_within": "10m", "within": "2s"},
    },
    "frontend": {"url": FRONTEND, "contains": "Trading"},
    "sign_in": {
        "register": "/api/auth/register",
        "login": "/api/auth/login",
        "account": "/api/auth/me",
        "delete": "/api/auth/me",
        "creates_accounts": True,
    },
    "version": {"path": "/health", "header": "x-commit"},
}
"""An environment that declares every capability of the edge's vantage."""


def an_environment(**sections: Any) -> Environment:
    """Return an environment that declares everything, with sections replaced, or left out by None."""
    table = {key: value for key, value in {**EVERYTHING, **sections}.items() if value is not None}
    return Environment.read(table)


def answered(
    name: str,
    status: int = 200,
    body: Any = "",
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Exchange:
    """Return an exchange that was answered; a body that is not text is sent as JSON.

    `more` are fields of the exchange (`warm_seconds`), or of the answer (`certificate`); with `bare` there are no
    headers but these.
    """
    text = body if isinstance(body, str) else json.dumps(body)
    is_json = not isinstance(body, str)
    usual = {} if more.pop("bare", False) else {"content-type": "application/json" if is_json else "text/plain"}
    fields = {**usual, **(headers or {})}
    of_answer = {key: more.pop(key) for key in ("certificate", "redirects", "address") if key in more}
    answer = Answer(
        status,
        Headers(tuple(fields.items())),
        Body(text, len(text), json=body if is_json else None, is_json=is_json),
        **of_answer,
    )
    return came_to(name, answer, **more)


PAGE = "<!doctype html><title>Trading</title>"


def page(name: str, status: int = 200, text: str = PAGE, policy: str = "", **more: Any) -> Exchange:
    """Return an exchange that was answered with a web page, which may have a Content-Security-Policy."""
    headers = {"content-type": "text/html; charset=utf-8"} | ({"content-security-policy": policy} if policy else {})
    return answered(name, status, text, headers, **more)


def silent(name: str, cause: WireCause, detail: str = "in the library's words", **more: Any) -> Exchange:
    """Return an exchange that was requested and has no answer."""
    return came_to(name, NoAnswer(cause, detail), **more)


def not_asked(name: str, because: str) -> Exchange:
    """Return an exchange that was not requested."""
    return came_to(name, NotSent(because))


def came_to(name: str, outcome: Outcome, **more: Any) -> Exchange:
    """Return an exchange with this outcome and the address that its name has in `EVERYTHING`."""
    return Exchange(name, more.pop("request", None) or _request(name), outcome, **more)


def healthy(environment: Environment | None = None) -> Observation:
    """Return what is seen of an environment in which all is well."""
    environment = environment or an_environment()
    exchanges = {each.name: each for each in _healthy(environment)}
    if environment.version is not None:
        exchanges["version"] = exchanges["health"]
    addresses = (ApiAddress("/assets/index.js", f"{BACKEND}/api", f"{BACKEND}/api"),)
    return Observation(
        environment.name,
        STARTED,
        exchanges=exchanges,
        api_addresses=addresses if environment.frontend else (),
        commit=COMMIT if environment.version else None,
    )


def seen(*changes: Exchange, environment: Environment | None = None, **fields: Any) -> Observation:
    """Return a healthy observation with these exchanges in place of its own, and other fields replaced."""
    whole = healthy(environment)
    exchanges = {**whole.exchanges, **{each.name: each for each in changes}}
    if "version" in exchanges and "version" not in {each.name for each in changes}:
        exchanges["version"] = exchanges["health"]
    values = {**asdict(whole), "exchanges": exchanges, **fields}
    return Observation(**values)


def judged(*changes: Exchange, environment: Environment | None = None, **fields: Any) -> Diagnosis:
    """Return the diagnosis of a healthy deployment with these changes."""
    environment = environment or an_environment()
    return diagnose(environment, seen(*changes, environment=environment, **fields))


def found_by(code: str, *changes: Exchange, environment: Environment | None = None, **fields: Any) -> Finding | None:
    """Return what one rule finds, whatever the others do.

    Raises:
        KeyError: there is no such rule.
    """
    environment = environment or an_environment()
    rule = {each.code: each for each in all_rules()}[code]
    return rule.finding(Case(environment, seen(*changes, environment=environment, **fields)))


def everywhere(status: int, body: Any = "", headers: Mapping[str, str] | None = None) -> tuple[Exchange, ...]:
    """Return the same answer to every request to the backend."""
    names = [each.name for each in healthy().exchanges.values() if not each.request.url.startswith(FRONTEND)]
    return tuple(answered(name, status, body, headers) for name in dict.fromkeys(names))


def silent_everywhere(cause: WireCause, detail: str = "in the library's words") -> tuple[Exchange, ...]:
    """Return no answer to every request to the backend."""
    names = [each.name for each in healthy().exchanges.values() if not each.request.url.startswith(FRONTEND)]
    return tuple(silent(name, cause, detail) for name in dict.fromkeys(names))


def _healthy(environment: Environment) -> list[Exchange]:
    backend = environment.backend
    health = {"status": "healthy", "service": "Trading API"}
    names = ["health", *(f"health {number}" for number in range(2, backend.health.samples + 1))]
    found = [answered(name, 200, health, {"x-commit": COMMIT}) for name in names]
    found += [answered(endpoint_name(each), 200, {"source": "market"}) for each in backend.endpoints]
    if backend.monitoring:
        found.append(answered("monitoring", 200, {"backend_health": "healthy", "age": 3}))
    if environment.sign_in:
        found += _journey(environment)
    if environment.frontend:
        found += [page("page"), page("api on frontend")]
        found.append(answered("script /assets/index.js", 200, "axios.create()"))
        allowed = {"access-control-allow-origin": FRONTEND, "access-control-allow-headers": "authorization"}
        found += [answered(name, 200, "OK", allowed) for name in preflights(environment.sign_in)]
    return found


def _journey(environment: Environment) -> list[Exchange]:
    account = {"id": 7, "email": "smokegate@example.com"}
    token = {**account, "access_token": "[redacted]", "token_type": "bearer"}
    opener = "register" if environment.sign_in and environment.sign_in.creates_accounts else "login first"
    return [
        answered(opener, 200, token),
        answered("account", 200, account),
        answered("account without token", 401, {"detail": "Not authenticated"}),
        answered("login", 200, token),
        answered("account again", 200, account),
        answered("wrong password", 401, {"detail": "Incorrect email or password"}),
    ]


PATHS = {
    "monitoring": ("GET", f"{BACKEND}/api/summary"),
    "register": ("POST", f"{BACKEND}/api/auth/register"),
    "login first": ("POST", f"{BACKEND}/api/auth/login"),
    "login": ("POST", f"{BACKEND}/api/auth/login"),
    "wrong password": ("POST", f"{BACKEND}/api/auth/login"),
    "account": ("GET", f"{BACKEND}/api/auth/me"),
    "account again": ("GET", f"{BACKEND}/api/auth/me"),
    "account without token": ("GET", f"{BACKEND}/api/auth/me"),
    "clean up": ("DELETE", f"{BACKEND}/api/auth/me"),
    PREFLIGHT: ("OPTIONS", f"{BACKEND}/api/auth/login"),
    ACCOUNT_PREFLIGHT: ("OPTIONS", f"{BACKEND}/api/auth/me"),
    "page": ("GET", f"{FRONTEND}/"),
    "api on frontend": ("GET", f"{FRONTEND}/api/auth/login"),
    "version": ("GET", f"{BACKEND}/health"),
}


def _request(name: str) -> Request:
    if name in PATHS:
        return Request(*PATHS[name])
    kind, _, path = name.partition(" ")
    base = FRONTEND if kind in {"script", "style", "settings"} else BACKEND
    return Request("GET", urljoin(base, "/health" if kind == "health" else path.split(" ")[-1]))
