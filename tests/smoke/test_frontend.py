"""The pages are served, and what they call is the backend."""

from __future__ import annotations

from smokegate.api import (
    Deployment,
    NotApplicable,
    NotJudged,
    check,
    page_faults,
    refusal,
    same_origin,
    session_lost,
    unreadable,
    web_origin,
)

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


@check("frontend.files", after=("frontend.served",), needs=("frontend",))
def test_files_of_the_page_are_there(deployment: Deployment) -> None:
    """Every script, style and setting that the page needs is there, is what it claims to be, and is whole.

    Symptom: a white page; "Unexpected token '<'" or "Failed to fetch dynamically imported module" in the console.
    """
    problems = {each.exchange: each.problem for each in deployment.page_view.files} if deployment.page_view else {}
    for file in deployment.page_files:
        problem = problems.get(file.name) or f"status {file.status}"
        file.expect(holds=not problem, expected="a file that a browser can use", actual=problem)


@check("frontend.no-fallback", after=("frontend.files",), needs=("frontend",))
def test_calls_of_the_page_reach_the_api(deployment: Deployment) -> None:
    """What the page calls is the API, and not the page itself: no single-page fallback answers for it.

    Symptom: `POST /api/auth/register` is answered 200 with index.html, the page stores "undefined" as the
    token and shows a dashboard.
    """
    _require_two_origins(deployment)
    wrong = deployment.page_calls.wrong
    itself = [each for each in wrong if each.code == wrong[0].code == "frontend.calls-itself"]
    actual = "; ".join(f"{each.address.resolved}: {each.detail}" for each in itself).replace("\ufffc", "…")
    deployment.page.expect(not itself, "the API at the address that the page calls", actual)


@check("frontend.api-address", after=("frontend.files", "frontend.no-fallback"), needs=("frontend",))
def test_scripts_call_the_backend(deployment: Deployment) -> None:
    """The API address that the page's scripts call is the backend's, with its path.

    Symptom: the page looks fine and every call fails: the address is not set, localhost, the page's own host, an
    old path, or plain http under https.
    """
    page, stated = deployment.page, deployment.frontend.calls
    if stated is False:
        raise NotApplicable("the environment file says that the page's scripts call no API")
    page.expect(page.status == 200, "a page to find the scripts in")
    found, expected = deployment.page_calls, stated or web_origin(deployment.environment.backend.url)
    actual = "; ".join(f"{w.address.value!r} in {w.address.script}, which is {w.address.resolved}" for w in found.wrong)
    page.expect(not found.wrong, f"calls to {expected}", actual.replace("\ufffc", "…"))
    for call in deployment.called_by_page:
        why = unreadable(call.exchange, deployment.frontend.url, cookies=deployment.page_sends_cookies(call))
        call.expect(not why, f"leave for {web_origin(deployment.frontend.url)} to read the answer", why)
    if not found.right:
        raise NotJudged("no API address was found in the page's scripts, so what they call is not known")


@check("frontend.cors", after=("routing.right-service", "frontend.served"), needs=("frontend", "sign_in"))
def test_backend_lets_the_frontend_call_it(deployment: Deployment) -> None:
    """The backend allows the page's origin: preflights and answers of the login and the account call say so.

    Its session cookie comes back from the page's site, too.

    Symptom: "blocked by CORS policy" in the browser's console, while curl works; or no one stays signed in.
    """
    _require_two_origins(deployment)
    sign_in, url = deployment.environment.sign_in, deployment.frontend.url
    cookies = sign_in is not None and sign_in.by_cookie
    for preflight in deployment.preflights:
        preflight.expect(preflight.ok, "a 2xx answer to the preflight")
        why = refusal(preflight.answer, url, preflight.exchange.request, cookies=cookies)
        preflight.expect(not why, f"leave for {web_origin(url)} to send the call with its method and headers", why)
    for call in deployment.sign_in.read_by_pages:
        why = unreadable(call.exchange, url, cookies=cookies)
        call.expect(not why, f"leave for {web_origin(url)} to read the answer, too", why)
        lost = session_lost(call.exchange, url, sign_in.cookie) if sign_in is not None and sign_in.by_cookie else ""
        call.expect(not lost, f"a session cookie that comes back from {web_origin(url)}, another site", lost)


def _require_two_origins(deployment: Deployment) -> None:
    if same_origin(deployment.frontend.url, deployment.environment.backend.url):
        raise NotApplicable("pages and API share an origin: browsers need no permission, and the API answers there")
