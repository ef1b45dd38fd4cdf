"""What checks import: the suite's own, and those of a team. Nothing else of smokegate is public.

A check is a pytest function that takes the fixture `deployment` and states, beside itself, its code and what
must hold first::

    from smokegate.api import Deployment, check

    @check("shop.cart", after=("health.ok",), needs=("backend.endpoints",))
    def test_cart_is_empty(deployment: Deployment) -> None:
        \"\"\"A new visitor's cart is empty.

        Symptom: the shop shows the cart of someone else.
        \"\"\"
        cart = deployment.endpoint("/api/cart")
        cart.expect(cart.json == {"items": []}, "an empty cart")

`API_VERSION` counts incompatible changes: within one number names are added, never changed or removed.
"""

from __future__ import annotations

from smokegate.environment.model import Endpoint, Environment
from smokegate.observation.evidence.cookies import session_lost
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.predicates import grants, is_fresh, is_number, page_faults, refusal, unreadable
from smokegate.observation.evidence.version import same_commit, same_version
from smokegate.observation.exchange import Answer, Exchange
from smokegate.observation.model import Observation
from smokegate.observation.plan.step import same_origin, web_origin
from smokegate.observation.transport.causes import Stage
from smokegate.plugin.backend_view import EndpointResponse, MonitoringResponse
from smokegate.plugin.browser_results import BrowserResults
from smokegate.plugin.check import Check, check
from smokegate.plugin.client import Client
from smokegate.plugin.failures import Blocked, ExpectationFailed, NotApplicable, NotJudged
from smokegate.plugin.response import Response
from smokegate.plugin.server_results import ServerResults
from smokegate.plugin.sign_in import SignInResponses
from smokegate.plugin.view import Deployment

__all__ = [
    "API_VERSION",
    "Answer",
    "Blocked",
    "BrowserResults",
    "Check",
    "Client",
    "Deployment",
    "Endpoint",
    "EndpointResponse",
    "Environment",
    "Exchange",
    "ExpectationFailed",
    "MonitoringResponse",
    "NotApplicable",
    "NotJudged",
    "Observation",
    "Response",
    "ServerResults",
    "SignInResponses",
    "Stage",
    "check",
    "grants",
    "is_fresh",
    "is_html",
    "is_number",
    "page_faults",
    "refusal",
    "same_commit",
    "same_origin",
    "same_version",
    "session_lost",
    "unreadable",
    "web_origin",
]

API_VERSION = 1
"""Counts incompatible changes of this module."""
