"""The pages are served, and what they call is the backend."""

from __future__ import annotations

from urllib.parse import urlsplit

from smokegate.api import Deployment, NotApplicable, check, grants, page_faults, same_origin, web_origin

#: Pages on the backend's own host depend on what that host's checks say; pages on another host do not.
SAME_HOST = "frontend_shares_host"


@check("frontend.served", after=("routing.app-answers",), after_if=SAME_HOST, needs=("frontend",))
def test_frontend_is_served(deployment: Deployment) -> None:
    """The page is there, and it is the application's.

    Symptom: a blank page, the platform's error page, or "Index of /".
    """
    page = deployment.page
    for expected, actual in page_faults(page.answer, deployment.frontend.contains):
        page.expect(holds=False, expected=expected, actual=actual)


@check("frontend.api-address", after=("frontend.served",), needs=("frontend",))
def test_scripts_call_the_backend(deployment: Deployment) -> None:
    """The API address that was built into the scripts is the backend's.

    Symptom: the page looks fine and every call fails: the address is localhost, the page's own host, or plain
    http under https.
    """
    page, frontend = deployment.page, deployment.frontend
    expected = frontend.calls or web_origin(deployment.environment.backend.url)
    found = deployment.api_addresses
    page.expect(found, f"an API address under {expected} in the scripts", "none in any script of the page")
    wrong = [address for address in found if not same_origin(address.resolved, expected)]
    actual = "; ".join(f"{a.value!r} in {a.script}, which is {a.resolved}" for a in wrong)
    page.expect(not wrong, f"calls to {expected}", actual)
    mixed = urlsplit(frontend.url).scheme == "https" and any(a.resolved.startswith("http:") for a in found)
    page.expect(not mixed, "https calls from an https page", "plain http, which browsers block")


@check("frontend.no-fallback", after=("frontend.served",), needs=("frontend",))
def test_calls_of_the_page_reach_the_api(deployment: Deployment) -> None:
    """What the page calls is the API, and not the page itself: no single-page fallback answers for it.

    Symptom: `POST /api/auth/register` is answered 200 with index.html, the page stores "undefined" as the
    token and shows a dashboard.
    """
    _require_two_origins(deployment)
    if any(same_origin(address.resolved, deployment.frontend.url) for address in deployment.api_addresses):
        api = deployment.response("api on frontend")
        actual = f"status {api.status}, {api.content_type}"
        api.expect("html" not in api.content_type, "the API's JSON at the address that the page calls", actual)


@check("frontend.cors", after=("routing.right-service", "frontend.served"), needs=("frontend", "sign_in"))
def test_backend_lets_the_frontend_call_it(deployment: Deployment) -> None:
    """The backend allows calls from the page's origin: the browser's preflight for the login call is granted.

    Symptom: "blocked by CORS policy" in the browser's console, while curl works.
    """
    _require_two_origins(deployment)
    preflight, url = deployment.response("preflight"), deployment.frontend.url
    preflight.expect(preflight.ok, "a 2xx answer to the preflight")
    allowed = preflight.headers.get("access-control-allow-origin", "no such header")
    preflight.expect(grants(preflight.answer, url), f"access-control-allow-origin: {web_origin(url)}", allowed)


def _require_two_origins(deployment: Deployment) -> None:
    if same_origin(deployment.frontend.url, deployment.environment.backend.url):
        raise NotApplicable("pages and API share an origin: browsers need no permission, and the API answers there")
