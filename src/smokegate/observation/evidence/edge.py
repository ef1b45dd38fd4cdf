"""Tells an answer that the platform's edge made itself from one that the application gave.

Sources: Render's edge as captured in public incident reports (its `x-render-routing` vocabulary is not
documented and has changed before, hence prefixes and an "unknown" branch), nginx 1.22 as measured.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from smokegate.observation.model import Answer

ROUTING = "x-render-routing"
INTERSTITIAL = re.compile(
    r"Service waking up|Incoming HTTP request detected|Allocating compute resources|WELCOME TO RENDER"
)
#: Cloudflare, which stands in front of Render's router, on its own errors with what is behind it
#: (520 to 527, 530).
CLOUDFLARE_PAGE = re.compile(r"<title>[^<]*\b5(?:2[0-7]|30): ")
NGINX_PAGE = re.compile(r"<center>nginx(?:/[\d.]+)?</center>")


@dataclass(frozen=True)
class EdgeAnswer:
    """What an edge-made answer says."""

    code: str
    """The cause's code in the diagnosis."""
    sign: str
    """The line that proves it."""
    heals: bool
    """Whether waiting can heal it."""


#: Value or prefix of `x-render-routing` → cause and whether waiting can heal it; the first match counts. `no-
#: server` heals: a service that was created a moment ago, and two of Render's own incidents, looked like that
#: for a while.
RENDER_ROUTING: tuple[tuple[str, str, bool], ...] = (
    ("no-server", "render.no-server", True),
    ("blocked-render-subdomain", "render.subdomain-disabled", False),
    ("static-no-asset", "render.static-asset-missing", True),
    ("no-deploy", "render.no-deploy", True),
    ("dynamic-paid-error", "render.crashing-paid", True),
    ("dynamic-free-error", "render.crashing-free", True),
    ("hibernate-rate-limited", "render.wake-throttled", True),
    ("rate-limited", "render.wake-throttled", True),
    ("hibernate-wake", "render.wake-failed", True),
    ("dynamic-hibernate", "render.wake-failed", True),
    ("hibernate", "render.waking", True),
    ("suspend-by-user", "render.suspended-by-owner", False),
    ("suspend", "render.suspended-billing", False),
)


def edge_answer(answer: Answer) -> EdgeAnswer | None:
    """Return what the edge says of itself, or None where the application answered."""
    return _render(answer) or _nginx(answer)


def _render(answer: Answer) -> EdgeAnswer | None:
    value = answer.headers.get(ROUTING)
    if value is not None:
        sign = f"{ROUTING}: {value}"
        for prefix, code, heals in RENDER_ROUTING:
            if value.strip().lower().startswith(prefix):
                return EdgeAnswer(code, sign, heals)
        return EdgeAnswer("render.unknown-edge", sign, heals=True)
    if "text/html" in answer.headers.get("content-type", "") and INTERSTITIAL.search(answer.body.text):
        return EdgeAnswer(
            "render.interstitial", "the body is Render's page for a service that is waking up", heals=True
        )
    if 520 <= answer.status <= 530 and CLOUDFLARE_PAGE.search(answer.body.text):
        return EdgeAnswer(
            "render.unknown-edge", f"the body is Cloudflare's own page for status {answer.status}", heals=True
        )
    if "<title>Service Suspended</title>" in answer.body.text:
        owner = "suspended by its owner" in answer.body.text
        code = "render.suspended-by-owner" if owner else "render.suspended-billing"
        return EdgeAnswer(code, "the body is Render's page for a suspended service", heals=False)
    return None


def _nginx(answer: Answer) -> EdgeAnswer | None:
    if (
        answer.body.is_json
        and isinstance(answer.body.json, dict)
        and answer.body.json.get("error") == "upstream_unavailable"
    ):
        return EdgeAnswer("nginx.upstream-unavailable", 'the body says "error": "upstream_unavailable"', heals=True)
    codes = {
        502: "nginx.bad-gateway",
        503: "nginx.bad-gateway",
        504: "nginx.gateway-timeout",
        429: "nginx.rate-limited",
    }
    if answer.status in codes and NGINX_PAGE.search(answer.body.text):
        return EdgeAnswer(codes[answer.status], f"the body is nginx's own page for status {answer.status}", heals=True)
    return None
