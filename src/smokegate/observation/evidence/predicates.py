"""Predicates on answers, shared by the checks and the rules that explain them."""

from __future__ import annotations

import re
from typing import Any

from smokegate.environment.model import Monitoring
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.json_rules import value_at
from smokegate.observation.evidence.own_errors import crash
from smokegate.observation.exchange import Answer, Exchange, Request
from smokegate.observation.plan.step import web_origin

CLOCK_SKEW = 60.0
"""Tolerated clock skew in seconds."""


def field(answer: Answer | None, key: str) -> Any:
    """Return the value at a dotted key of an answer's JSON, None if there is none."""
    return None if answer is None else value_at(answer.body.json, key)


def known_status(monitoring: Monitoring, answer: Answer | None) -> str | None:
    """Return the status in a monitoring summary, None if it is not a declared one."""
    status = field(answer, monitoring.field) if answer is not None and answer.status == 200 else None
    known = (*monitoring.healthy, *monitoring.degraded, *monitoring.unhealthy)
    return status if isinstance(status, str) and status in known else None


def is_number(value: object) -> bool:
    """Return whether a JSON value is a number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_fresh(age: object, limit: float) -> bool:
    """Return whether an age in seconds is known and within a limit, and not in the future."""
    return isinstance(age, int | float) and is_number(age) and -CLOCK_SKEW <= age <= limit


ORIGIN_REFUSED = re.compile(r"\b(?:origin|cors)\b|cross-?(?:site|origin)", re.IGNORECASE)
"""Wording of an application that rejects an origin."""
SAFE_METHODS = frozenset({"GET", "HEAD", "POST"})
"""Methods that need no CORS permission."""


def refusal(answer: Answer, page_url: str, request: Request | None = None, *, cookies: bool = False) -> str:
    """Return why a preflight's answer blocks a page's call, in a few words; empty if it does not.

    Args:
        answer: the answer.
        page_url: the page's address.
        request: the preflight with the call's method and headers; None for a simple call.
        cookies: whether the call sends a session cookie.
    """
    allowed, origin = answer.headers.get("access-control-allow-origin"), web_origin(page_url)
    if not 200 <= answer.status < 300:
        return f"a browser needs a status from 200 to 299, not {answer.status}"
    if allowed not in {"*", origin}:
        return f"access-control-allow-origin: {allowed}" if allowed is not None else "no access-control-allow-origin"
    if cookies and (allowed == "*" or answer.headers.get("access-control-allow-credentials") != "true"):
        return "it allows no cookies (access-control-allow-credentials with the page's own origin)"
    method, wanted = "GET", ""
    if request is not None:
        method = request.headers.get("access-control-request-method", "GET").upper()
        wanted = request.headers.get("access-control-request-headers", "")
    methods = _listed(answer.headers.get("access-control-allow-methods", "").upper())
    if method not in SAFE_METHODS | methods and ("*" not in methods or cookies):
        return f"access-control-allow-methods lacks {method}"
    headers = _listed(answer.headers.get("access-control-allow-headers", "").lower())
    missing = sorted(each for each in _listed(wanted.lower()) if each not in headers)
    if missing and ("*" not in headers or cookies):
        return f"access-control-allow-headers lacks {', '.join(missing)}"
    return ""


def unreadable(exchange: Exchange | None, page_url: str, *, cookies: bool = False) -> str:
    """Return why a browser blocks the page from reading an answer; empty if it does not.

    The answer must allow the page's origin itself, whatever the preflight allowed.
    """
    answer = exchange.answer if exchange is not None else None
    if exchange is None or answer is None or exchange.request.headers.get("origin") != web_origin(page_url):
        return ""
    if answer.status == 403 and ORIGIN_REFUSED.search(answer.body.start):
        return "it refuses a call for its origin: 403"
    return refusal(answer, page_url, cookies=cookies) if 200 <= answer.status < 300 else ""


def _listed(value: str) -> set[str]:
    return {each.strip() for each in value.split(",") if each.strip()}


def grants(answer: Answer, page_url: str, request: Request | None = None, *, cookies: bool = False) -> bool:
    """Return whether a preflight's answer allows a page's call to the API; see `refusal`."""
    return not refusal(answer, page_url, request, cookies=cookies)


def page_faults(answer: Answer, contains: str | None) -> list[tuple[str, str | None]]:
    """Return what makes an answer no page of the application: what is expected, and what was received."""
    kind = answer.headers.get("content-type", "no content type")
    found: list[tuple[str, str | None]] = [] if answer.status == 200 else [("status 200", None)]
    if not is_html(answer):
        found.append(("an HTML page", kind))
    if not answer.body.start.strip():
        found.append(("a page with something in it", "an empty page"))
    elif died := crash(answer):
        found.append(("a page without a fatal error of the program", died))
    if contains is not None and contains not in answer.body.text:
        found.append((f"a page that contains {contains!r}", None))
    return found
