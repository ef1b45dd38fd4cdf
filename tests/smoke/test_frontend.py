"""The pages are served, and what they call is the backend."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest

from smokegate.environment.model import Environment, Frontend
from smokegate.observation.model import Observation
from smokegate.observation.plan.step import same_origin, web_origin
from smokegate.plugin.seen import NotApplicable, Seen

See = Callable[[str], Seen]


@pytest.fixture
def frontend(environment: Environment) -> Frontend:
    """What the environment file says of the frontend."""
    assert environment.frontend is not None
    return environment.frontend


def test_frontend_is_served(page: Seen, frontend: Frontend) -> None:
    """The page is there, and it is the application's.

    Symptom: a blank page, the platform's error page, or "Index of /".
    """
    page.must(page.status == 200, "status 200")
    kind = page.answer.headers.get("content-type", "no content type")
    page.must("html" in kind, "an HTML page", kind)
    page.must(
        frontend.contains is None or frontend.contains in page.answer.body.text,
        f"a page that contains {frontend.contains!r}",
    )


def test_scripts_call_the_backend(
    page: Seen, frontend: Frontend, environment: Environment, observation: Observation
) -> None:
    """The API address that was built into the scripts is the backend's.

    Symptom: the page looks fine and every call fails: the address is localhost, the page's own host, or plain
    http under https.
    """
    expected = frontend.calls or web_origin(environment.backend.url)
    page.must(page.status == 200, "a page to find the scripts in")
    found = observation.api_addresses
    page.must(found, f"an API address under {expected} in the scripts", "none in any script of the page")
    astray = [address for address in found if not same_origin(address.resolved, expected)]
    told = "; ".join(f"{a.value!r} in {a.script}, which is {a.resolved}" for a in astray)
    page.must(not astray, f"calls to {expected}", told)
    mixed = urlsplit(frontend.url).scheme == "https" and any(a.resolved.startswith("http:") for a in found)
    page.must(not mixed, "https calls from an https page", "plain http, which browsers block")


def test_calls_of_the_page_reach_the_api(
    seen: See, page: Seen, frontend: Frontend, environment: Environment, observation: Observation
) -> None:
    """What the page calls is the API, and not the page itself: no single-page fallback answers for it.

    Symptom: `POST /api/auth/register` is answered 200 with index.html, the page stores "undefined" as the
    token and shows a dashboard.
    """
    _two_origins(frontend, environment)
    page.must(page.status == 200, "a page to make calls")
    if any(same_origin(a.resolved, frontend.url) for a in observation.api_addresses):
        answer = seen("api on frontend")
        kind = answer.answer.headers.get("content-type", "")
        answer.must(
            "html" not in kind,
            "the API's JSON at the address that the page calls",
            f"status {answer.status}, {kind}",
        )


@pytest.mark.needs("frontend")
@pytest.mark.needs("sign_in")
def test_backend_lets_the_frontend_call_it(seen: See, page: Seen, frontend: Frontend, environment: Environment) -> None:
    """The backend allows calls from the page's origin: the browser's preflight for the login call is granted.

    Symptom: "blocked by CORS policy" in the browser's console, while curl works.
    """
    _two_origins(frontend, environment)
    page.unblocked()
    preflight = seen("preflight")
    preflight.must(preflight.ok, "a 2xx answer to the preflight")
    allowed = preflight.answer.headers.get("access-control-allow-origin", "")
    origin = web_origin(frontend.url)
    preflight.must(allowed in {"*", origin}, f"access-control-allow-origin: {origin}", allowed or "no such header")


def _two_origins(frontend: Frontend, environment: Environment) -> None:
    if same_origin(frontend.url, environment.backend.url):
        raise NotApplicable(
            "pages and API share an origin: browsers ask no leave, and the API is meant to answer there"
        )
