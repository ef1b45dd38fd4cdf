"""What a browser saw, judged: by the checks, and by the rules that name causes. No browser is started."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace
from tests_support.diagnosis import BACKEND, FRONTEND, an_environment, answered, found_by, judged, page, seen

from smokegate.observation.browser import (
    BrowserView,
    ConsoleLine,
    Journey,
    NoBrowser,
    PageCall,
    PageSeen,
    SignInStep,
)
from smokegate.observation.exchange import Certificate
from smokegate.observation.model import ApiAddress
from smokegate.plugin.browser_results import BrowserResults
from smokegate.plugin.failures import Blocked, ExpectationFailed, NotApplicable, NotJudged

SECTION = {"pages": [{"path": "/", "shows": ["HEALTHY"], "within": "1s"}], "sign_in": {"register": "/register"}}
GOOD = PageSeen("/", f"{FRONTEND}/", 200, text="Backend Health: HEALTHY", drawn=True, painted=0.3)
CORS = (
    f"Access to fetch at '{BACKEND}/api/quotes' from origin '{FRONTEND}' has been blocked by CORS policy: "
    "No 'Access-Control-Allow-Origin' header is present on the requested resource."
)
MIXED = (
    f"Mixed Content: The page at '{FRONTEND}/' was loaded over HTTPS, but requested an insecure resource "
    "'http://backend.example.com/api'. This request has been blocked; the content must be served over HTTPS."
)


def call(url: str, status: int | None = 200, kind: str = "fetch", method: str = "GET", **more: object) -> PageCall:
    """Return a request of a page."""
    return PageCall(method, url, kind, status, **more)  # type: ignore[arg-type]


def environment(**more: object):
    """Return an environment with a browser."""
    return an_environment(browser={**SECTION, **more})


def view(*calls: PageCall, console: tuple[ConsoleLine, ...] = (), **more: object) -> BrowserView:
    """Return what a browser saw of a healthy page with these requests and console lines."""
    fields = {name: more.pop(name) for name in list(more) if name in PageSeen.__struct_fields__}
    return BrowserView(pages=(replace(GOOD, calls=calls, console=console, **fields),), **more)  # type: ignore[arg-type]


def error(text: str, where: str = "") -> ConsoleLine:
    """Return an error of the console."""
    return ConsoleLine("error", text, where)


BROKEN = {
    "browser.not-opened": view(problem="net::ERR_CERT_AUTHORITY_INVALID", drawn=False, text=""),
    "browser.script-is-page": view(call(f"{FRONTEND}/a.js", kind="script", content_type="text/html")),
    "browser.file-missing": view(call(f"{FRONTEND}/a.css", 404, kind="stylesheet")),
    "browser.white-screen": view(drawn=False, text=""),
    "browser.script-error": view(console=(ConsoleLine("uncaught", "TypeError: x is null", f"{FRONTEND}/a.js:1:2"),)),
    "browser.calls-localhost": view(call("http://localhost:8000/api/x", None, error="net::ERR_CONNECTION_REFUSED")),
    "browser.mixed-content": view(
        call(f"{BACKEND}/api", None, error="mixed-content"),
        call(f"{FRONTEND}/a.js", None, kind="script", error="mixed-content"),
        console=(error(MIXED),),
    ),
    "browser.cors-refused": view(call(f"{BACKEND}/api/quotes", None, error="net::ERR_FAILED"), console=(error(CORS),)),
    "browser.wrong-origin": view(call("https://old.example.org/api/quotes", None, error="net::ERR_NAME_NOT_RESOLVED")),
    "browser.call-failed": view(call(f"{BACKEND}/api/quotes", 503)),
    "browser.text-missing": view(text="Backend Health: ERROR", missing=("'HEALTHY'",)),
}


@pytest.mark.parametrize("code", BROKEN)
def test_cause_is_named(code: str) -> None:
    """Each thing that only a browser sees has its own cause, and nothing else is named beside it."""
    diagnosis = judged(environment=environment(), browser=BROKEN[code])

    assert [each.code for each in diagnosis.findings] == [code]


@pytest.mark.parametrize(
    "harmless",
    [
        view(call("https://ads.example.org/ad.js", 404, kind="script")),
        view(call("https://stats.example.org/v", None, error="net::ERR_BLOCKED_BY_CLIENT")),
        view(call(f"{BACKEND}/api/auth/me", 401)),
        view(call(f"{BACKEND}/logo.png", 404, kind="image"), console=(error("Failed to load resource: 404"),)),
        view(console=(ConsoleLine("uncaught", "TypeError: x", "https://ads.example.org/ad.js:1:1"),)),
        view(console=(ConsoleLine("uncaught", "ResizeObserver loop limit exceeded"),)),
        view(console=(ConsoleLine("warning", "deprecated"),)),
    ],
)
def test_noise_and_third_parties_break_nothing(harmless: BrowserView) -> None:
    """What fails at third parties, and what the console says besides, is reported and is not a failure."""
    assert judged(environment=environment(), browser=harmless).findings == ()
    results = BrowserResults(environment(), seen(environment=environment(), browser=harmless))
    for expect in (results.expect_files, results.expect_drawn, results.expect_no_errors, results.expect_calls):
        expect()


def test_authority_that_only_the_browser_lacks_is_no_failure_of_the_deployment() -> None:
    """The HTTP checks verified the certificate with the runner's own authorities, which Chromium does not read."""
    distrusting = view(problem="net::ERR_CERT_AUTHORITY_INVALID", drawn=False, text="")
    signed = Certificate("CN=frontend", "CN=Internal CA", (), datetime(2040, 1, 1, tzinfo=UTC))
    home = page("page", certificate=signed)
    verified = replace(home, outcome=replace(home.outcome, url=f"{FRONTEND}/"))

    assert judged(verified, environment=environment(), browser=distrusting).findings == ()
    results = BrowserResults(environment(), seen(verified, environment=environment(), browser=distrusting))
    with pytest.raises(Blocked, match="does not trust the authority"):
        results.require_browser()
    with pytest.raises(NotApplicable):
        results.expect_drawn()


def test_api_that_the_frontend_is_declared_to_call_belongs_to_the_application() -> None:
    """`frontend.calls` names it: what fails there is no third party's noise."""
    api = "https://api.example.net"
    declared = an_environment(frontend={"url": FRONTEND, "calls": api}, browser=SECTION)
    calls = (ApiAddress("/a.js", api, api),)
    found = judged(environment=declared, browser=view(call(f"{api}/count", 503)), api_addresses=calls)
    assert found.headline.code == "browser.call-failed"


def test_failures_that_the_file_allows_are_none() -> None:
    """An application without market keys answers five calls with 503 and is healthy, where the file says so."""
    calls = [call(f"{BACKEND}/api/market/{number}", 503) for number in range(5)]
    allowing = environment(allow=["/api/market/"])

    assert judged(environment=allowing, browser=view(*calls)).findings == ()
    assert judged(environment=environment(), browser=view(*calls)).headline.code == "browser.call-failed"


def test_cors_message_over_an_error_is_the_applications() -> None:
    """The same call from here fails, too: the header is missing because the application failed."""
    same = answered("browser GET /api/quotes", 500, {"detail": "boom"})
    finding = judged(same, environment=environment(), browser=BROKEN["browser.cors-refused"]).headline

    assert finding.code == "browser.call-failed"
    assert "the same call from here" in finding.evidence[1]


NGINX = "<html><head><title>502 Bad Gateway</title></head><body><hr><center>nginx/1.25</center></body></html>"


@pytest.mark.parametrize(
    ("same", "code"),
    [
        (answered("browser GET /api/quotes", 502, NGINX, headers={"server": "nginx"}), "nginx.bad-gateway"),
        (answered("browser GET /api/quotes", 500, {"detail": "boom"}), "browser.call-failed"),
        (answered("browser GET /api/quotes", 200, {"quotes": []}), "browser.cors-refused"),
    ],
)
def test_same_call_from_here_tells_edge_application_and_cors_apart(same, code: str) -> None:
    """The page sees one thing, a blocked call; who answers it from here decides which of the three it is."""
    assert judged(same, environment=environment(), browser=BROKEN["browser.cors-refused"]).headline.code == code


def test_no_errors_check_fails_on_an_uncaught_error() -> None:
    """An error that nothing catches is red, with its text and place."""
    results = BrowserResults(environment(), seen(browser=BROKEN["browser.script-error"]))

    with pytest.raises(ExpectationFailed, match="x is null"):
        results.expect_no_errors()


@pytest.mark.parametrize(
    ("missing", "quoted"),
    [
        (("'Backend Health: HEALTHY'",), "Backend Health: ERROR"),
        (("heading 'Backend health'",), "Backend Health: ERROR"),
        (("'of'",), "Menu item 0"),
        (("#badge",), "Menu item 0"),
    ],
)
def test_text_around_the_expected_words_is_evidence(missing: tuple[str, ...], quoted: str) -> None:
    """On a long page the words that stand in place of the expected ones are shown; without any, its beginning."""
    text = " ".join(f"Menu item {number} of many" for number in range(60)) + "\nBackend Health: ERROR\nImprint"
    without = view(text=text, missing=missing)

    assert quoted in judged(environment=environment(), browser=without).headline.evidence[0]
    with pytest.raises(ExpectationFailed, match=quoted):
        BrowserResults(environment(), seen(browser=without)).expect_shown()


def test_slow_first_paint_is_advice() -> None:
    """A paint over its budget fails the advisory check and is a finding that breaks nothing."""
    slow = view(painted=1.5)
    with pytest.raises(ExpectationFailed, match=r"1\.50 s"):
        BrowserResults(environment(), seen(browser=slow)).expect_painted()

    assert found_by("browser.slow-paint", environment=environment(), browser=slow).advisory


def test_missing_browser_is_unknown_with_the_command_that_helps() -> None:
    """It says nothing of the deployment: blocked, or a gap where the file does not require one."""
    absent = BrowserView(absent=NoBrowser("no browser", "python -m playwright install chromium"))
    with pytest.raises(Blocked, match="playwright install"):
        BrowserResults(environment(), seen(browser=absent)).require_browser()
    with pytest.raises(NotJudged, match="playwright install"):
        BrowserResults(environment(required=False), seen(browser=absent)).require_browser()
    with pytest.raises(NotApplicable):
        BrowserResults(environment(required=False), seen(browser=absent)).expect_calls()


def test_browser_that_broke_is_no_failure_of_the_deployment() -> None:
    """An error of ours or of the browser blocks the checks."""
    with pytest.raises(Blocked, match="it took longer"):
        BrowserResults(environment(), seen(browser=BrowserView(failure="it took longer than 3 s"))).require_browser()


DASHBOARD = replace(GOOD, path="/dashboard", text="Dashboard")
POST = call(f"{BACKEND}/api/auth/register", 404, method="POST", has_account=True)
STEPS = {
    "browser.pretended-sign-in": SignInStep("register", replace(DASHBOARD, calls=(POST,)), form_gone=True),
    "browser.token-undefined": SignInStep(
        "register", replace(DASHBOARD, junk=("localStorage.token",), calls=(replace(POST, status=200),)), form_gone=True
    ),
    "browser.sign-in-refused": SignInStep("register", replace(DASHBOARD, calls=(POST,)), alert="Not Found"),
}


@pytest.mark.parametrize("code", STEPS)
def test_sign_in_that_fails_is_named(code: str) -> None:
    """A page that pretends, stores no token, or keeps the form is red, and the call that failed is evidence."""
    broken = view(journey=Journey((STEPS[code],)))
    results = BrowserResults(environment(), seen(browser=broken))

    with pytest.raises(ExpectationFailed):
        results.expect_signed_in("register")
    finding = judged(environment=environment(), browser=broken).headline
    assert finding.code == code
    assert any("/api/auth/register" in line for line in finding.evidence)


def test_page_instead_of_data_is_no_success() -> None:
    """`POST /register` answered 200 with index.html signs no one in."""
    page = replace(POST, status=200, content_type="text/html")
    step = SignInStep("register", replace(DASHBOARD, calls=(page,)), form_gone=True)

    assert judged(environment=environment(), browser=view(journey=Journey((step,)))).headline.code == (
        "browser.pretended-sign-in"
    )


def test_account_that_is_gone_after_a_reload_is_named() -> None:
    """The account was shown, and is not once the page is loaded anew."""
    before = SignInStep("register", DASHBOARD, form_gone=True, account_shown=True)
    after = SignInStep("reload", replace(DASHBOARD, drawn=False, text=""))

    finding = judged(environment=environment(), browser=view(journey=Journey((before, after)))).headline
    assert finding.code == "browser.signed-out-by-reload"


def test_signed_in_page_without_the_account_is_not_judged() -> None:
    """Where the file does not say what it shows, absence of the account's name is not proof."""
    step = SignInStep("register", replace(DASHBOARD, calls=(replace(POST, status=200),)), form_gone=True)

    with pytest.raises(NotJudged, match=r"browser\.sign_in\.shows"):
        BrowserResults(environment(), seen(browser=view(journey=Journey((step,))))).expect_signed_in("register")


def test_form_that_is_not_understood_is_no_failure() -> None:
    """Fields that are not found say something of the heuristics, not of the page."""
    step = SignInStep("register", GOOD, problem="its fields were not found")

    with pytest.raises(Blocked, match="fields"):
        BrowserResults(environment(), seen(browser=view(journey=Journey((step,))))).expect_signed_in("register")


def test_second_visit_that_differs_is_the_service_workers() -> None:
    """What only a returning visitor sees comes from the service worker, and is red."""
    gone = replace(GOOD, drawn=False, text="", calls=(call(f"{FRONTEND}/", kind="document", from_worker=True),))
    stale = view(second=gone)

    with pytest.raises(ExpectationFailed, match="second visit"):
        BrowserResults(environment(), seen(browser=stale)).expect_second_visit()
    finding = judged(environment=environment(), browser=stale).headline
    assert finding.code == "browser.stale-service-worker"
    assert "service worker answered" in finding.evidence[-1]


def test_backend_that_is_down_explains_what_the_page_cannot_do() -> None:
    """One cause: the failing calls of the page are not named beside a backend that answers nothing."""
    down = [answered(name, 404, "Not Found", {"x-render-routing": "no-server"}) for name in ("health", "register")]
    diagnosis = judged(*down, environment=environment(), browser=view(call(f"{BACKEND}/api/quotes", 503)))

    assert diagnosis.headline.code == "render.no-server"
    assert not [each for each in diagnosis.others if each.code.startswith("browser.")]
