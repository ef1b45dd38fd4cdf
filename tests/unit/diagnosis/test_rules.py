"""Every rule finds its own defect, names it first, and finds nothing where all is well."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests_support.diagnosis import (
    BACKEND,
    COMMIT,
    EVERYTHING,
    an_environment,
    answered,
    came_to,
    everywhere,
    found_by,
    healthy,
    not_asked,
    page,
    silent,
    silent_everywhere,
)
from tests_support.suite import judged

from smokegate.diagnosis.catalogue import all_rules
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.wording import without_repeats
from smokegate.observation.exchange import Headers, NoAnswer, Redirect
from smokegate.observation.model import ControlProbe
from smokegate.observation.transport.causes import WireCause

#: What a server and a browser show has tests of its own: `test_inside.py` and `test_browser.py`.
ELSEWHERE = ("server.", "compose.", "container.", "postgres.", "browser.")
CODES = [rule.code for rule in all_rules(logs=False, platform=False) if not rule.code.startswith(ELSEWHERE)]


def test_defect_is_the_headline(defect: Any) -> None:
    """The cause of a defect is what the diagnosis names first."""
    headline = judged(*defect.changes, **defect.fields).headline
    assert headline is not None
    assert headline.code == defect.code


def test_decisive_evidence_is_the_first_line(defect: Any) -> None:
    """What proves the cause stands in the first line of its evidence."""
    headline = judged(*defect.changes, **defect.fields).headline
    assert headline is not None
    assert defect.decisive in headline.evidence[0]


def test_confidence_is_as_documented(defect: Any) -> None:
    """A rule is as sure as its evidence allows, and no surer."""
    headline = judged(*defect.changes, **defect.fields).headline
    assert headline is not None
    assert (headline.confidence, headline.advisory) == (defect.confidence, defect.advisory)


def test_steps_have_this_deployments_names(defect: Any) -> None:
    """Steps are three to six, hold no unfilled name, and end with how to verify."""
    headline = judged(*defect.changes, **defect.fields).headline
    assert headline is not None
    assert 3 <= len(headline.steps) <= 6
    assert headline.steps[-1] == "Verify: run `pytest --env=staging` again; it must be green."
    assert "{" not in "".join((headline.title, *headline.competing, *headline.steps)).replace("%{size_download}", "")


@pytest.mark.parametrize("code", CODES)
def test_rule_has_a_defect(code: str, defects: Any) -> None:
    """No rule is without a case that triggers it."""
    assert code in {each.code for each in defects}


@pytest.mark.parametrize("code", CODES)
def test_rule_is_silent_where_all_is_well(code: str) -> None:
    """No rule fires on a healthy deployment."""
    assert found_by(code) is None


def test_database_check_that_is_wrong_itself_is_a_broken_promise() -> None:
    """An app that says its database is disconnected, while accounts are created in it, has a broken check."""
    said = answered("endpoint /api/quotes", 200, {"status": "unhealthy", "database": "disconnected"})
    assert getattr(judged(said).headline, "code", None) == "app.promise-broken"


def test_own_word_for_the_database_is_only_likely() -> None:
    """Without a driver's text, an app that says that its database is down is likely right, not certainly."""
    down = answered("endpoint /api/quotes", 503, {"status": "not_ready", "db": "down"})
    headline = judged(down, environment=an_environment(sign_in=None)).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("app.database-unreachable", Confidence.LIKELY)


def test_bare_500_on_the_first_login_is_only_likely_the_database() -> None:
    """A login that ends in a bare 500 while health is green fits an absent database, and other errors."""
    standing = {"login": "/api/auth/login", "account": "/api/auth/me"}
    backend = {"url": BACKEND, "health": {"json": {"status": "healthy"}, "samples": 3}}
    environment = an_environment(sign_in=standing, backend=backend)
    after = [not_asked(name, "login first") for name in ("account", "login", "account again", "wrong password")]
    failed = answered("login first", 500, {"detail": "Login failed"})
    headline = judged(failed, *after, environment=environment).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("app.database-unreachable", Confidence.LIKELY)
    assert headline.competing


def test_bare_500_on_the_first_login_is_its_own_where_the_database_answers() -> None:
    """An endpoint that touches the database works: nothing speaks against the database."""
    environment = an_environment(sign_in={"login": "/api/auth/login", "account": "/api/auth/me"})
    after = [not_asked(name, "login first") for name in ("account", "login", "account again", "wrong password")]
    headline = judged(answered("login first", 500, "Oops"), *after, environment=environment).headline
    assert headline is not None
    assert headline.code == "app.error"


def test_a_databases_refusal_in_a_refused_login_is_about_the_user_where_the_database_works() -> None:
    """Some applications sign their users in to the database: 401 in its words is a wrong password."""
    said = {"detail": 'password authentication failed for user "someone@example.com"'}
    standing = {"email": "someone@example.com", "password": "pw-standing-1"}
    api = {"login": "/api/auth/login", "account": "/api/auth/me", "standing": standing}
    after = [not_asked(name, "login first") for name in ("account", "login", "account again", "wrong password")]
    for backend, code in ((None, "sign-in.standing-refused"), (ALONE, "app.database-unreachable")):
        environment = an_environment(sign_in=api, **({"backend": backend} if backend else {}))
        headline = judged(answered("login first", 401, said), *after, environment=environment).headline
        assert headline is not None
        assert (headline.code, headline.confidence) == (code, Confidence.LIKELY)


@pytest.mark.parametrize(("login", "code"), [(500, "app.database-unreachable"), (401, "sign-in.register-failed")])
def test_registering_that_ends_in_a_bare_500_is_compared_with_a_login(login: int, code: str) -> None:
    """Where a login of an account that does not exist ends in a 500, too, the whole database is away."""
    environment = an_environment(backend=ALONE)
    names = ("login first", "account", "logout", "login", "account again")
    after = [not_asked(name, "register") for name in names]
    failed = answered("register", 500, "Internal Server Error")
    headline = judged(failed, *after, answered("wrong password", login, "No"), environment=environment).headline
    assert headline is not None
    assert headline.code == code


ALONE = {"url": BACKEND, "health": {"json": {"status": "healthy"}, "samples": 3}}
"""A backend of which nothing is said to touch the database."""
DIED = "<br />\n<b>Fatal error</b>:  Uncaught Error: no such class in /app/index.php:3\nStack trace:\n#0 {main}\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (f"{DIED}  thrown in <b>/app/index.php</b> on line <b>3</b><br />\n", "app.error"),
        ("<p>PHP Parse error: syntax error, unexpected end of file in /app/index.php on line 7</p>", None),
        ("PHP Parse error: syntax error, unexpected end of file in /app/index.php on line 7\n", "app.error"),
        ("<h1>No Fatal error: since May</h1> on line 3 of this page nothing is wrong", None),
    ],
)
def test_success_that_ends_in_the_message_of_a_script_that_died(text: str, code: str | None) -> None:
    """PHP with `display_errors` answers 200 and writes last why it ended."""
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=SILENT)
    headline = judged(page("health", 200, text), environment=environment).headline
    assert (headline and headline.code) == code


def test_redirect_to_a_port_that_refuses_names_that_port() -> None:
    """The address of the file was reached: it is where it redirects to that refuses."""
    lost = NoAnswer(WireCause.REFUSED, "refused", redirected="https://api.example.com/health")
    finding = found_by("net.refused", *(came_to(name, lost) for name in ("health", "health 2", "health 3")))
    assert finding is not None
    assert finding.title == "Connections to api.example.com:443 are refused: nothing accepts them there"
    assert "redirects to https://api.example.com/health, which got no answer" in finding.evidence[0]


def test_a_gateway_that_answers_some_requests_itself_is_said_to_do_so() -> None:
    """One of two instances behind it is away."""
    text = "<html><head><title>502 Bad Gateway</title></head><body><hr><center>nginx</center></body></html>"
    headline = judged(page("health 2", 502, text)).headline
    assert headline is not None
    assert headline.title.endswith("gets no response from the backend, some of the time")


@pytest.mark.parametrize(
    ("status", "ending"), [(502, "from the backend, on some paths"), (504, "in time, on some paths")]
)
def test_a_gateway_that_answers_one_path_itself_is_not_said_to_have_no_backend(status: int, ending: str) -> None:
    """The health check is answered by the application: it is there, and one path of it is not."""
    text = f"<html><head><title>{status} x</title></head><body><hr><center>nginx</center></body></html>"
    headline = judged(page("endpoint /api/quotes", status, text)).headline
    assert headline is not None
    assert headline.title.endswith(ending)
    assert headline.confidence is not Confidence.CERTAIN
    assert "it is not down altogether" in headline.against[0]


@pytest.mark.parametrize(
    ("shown", "confidence"),
    [
        ({"email": "smokegate+0123456789ab@example.com"}, Confidence.CERTAIN),
        ({"email": "guest@shop.example", "guest": True}, Confidence.POSSIBLE),
        ({"status": "ok"}, Confidence.POSSIBLE),
    ],
)
def test_only_this_runs_account_proves_that_an_account_opens_without_a_token(
    shown: dict[str, Any], confidence: Confidence
) -> None:
    """A backend that answers everything with 200 shows no account, and what guests see is no one's."""
    finding = found_by("sign-in.session-survives", answered("account without token", 200, shown))
    assert finding is not None
    assert finding.confidence is confidence
    assert confidence is Confidence.CERTAIN or "account is not in it" in finding.competing[0]


@pytest.mark.parametrize(
    ("shown", "closed"),
    [
        ({"user": None, "authenticated": False}, True),
        ({}, True),
        ({"id": 0, "user": None}, False),
        ([{"id": 1}], False),
    ],
)
def test_an_account_view_that_holds_nothing_shows_no_account(shown: Any, closed: bool) -> None:  # noqa: FBT001 -- a table
    """`null` for each thing that it has is how many views greet a guest."""
    found = judged(answered("account without token", 200, shown)).headline
    assert (found is None) == closed


def test_a_redirect_to_where_one_signs_in_turns_a_client_away() -> None:
    """What answers there may be a page that only its script fills, or nothing."""
    step = answered("account without token", 404, {"detail": "Not Found"})
    assert step.answer is not None
    away = replace(step.answer, redirects=(Redirect(302, f"{BACKEND}/api/auth/me", "/login?next=/"),))
    assert judged(replace(step, outcome=away)).headline is None


def test_session_that_outlives_its_logout_may_do_so_by_design() -> None:
    """Flask and Rails keep the session in the cookie: the first step says how to declare that, not to go offline."""
    sign_in = {**EVERYTHING["sign_in"], "session": "cookie", "logout": "/api/auth/logout"}
    shown = {"id": 7, "email": "smokegate+0123456789ab@example.com"}
    finding = found_by(
        "sign-in.session-survives",
        answered("account after logout", 200, shown),
        environment=an_environment(sign_in=sign_in),
    )
    assert finding is not None
    assert "from before the logout" in finding.title
    assert "revokes = false" in finding.steps[0]


def test_account_left_behind_that_is_gone_is_no_trouble() -> None:
    """A login page that refuses it, with 401 and in HTML, says that nothing is left to delete."""
    assert (
        judged(page("login of an account left behind 1", 401, text="<h1>Sign in</h1>Wrong password.")).headline is None
    )


def test_refusal_of_the_clients_credentials_is_no_missing_setting() -> None:
    """Django REST framework says so where a proxy drops the `Authorization` header."""
    said = {"detail": "Authentication credentials were not provided."}
    found = judged(*(answered(name, 401, said) for name in ("account", "account again"))).findings
    assert [each.code for each in found] == ["sign-in.key-not-shared"]
    assert "received none" in found[0].title
    assert "`Authorization`" in found[0].steps[0]
    assert "environments/staging.toml" in found[0].steps[0]


def test_database_that_does_not_exist_is_compared_with_the_variable_first() -> None:
    """It runs, and it is another one's name that the app was given."""
    said = {"error": 'connection failed: FATAL: database "shop2" does not exist'}
    finding = found_by("app.database-unreachable", answered("endpoint /api/ready", 500, said))
    assert finding is not None
    assert "DATABASE_URL" in finding.steps[0]


def test_a_page_in_place_of_the_account_that_a_token_opens_is_no_account() -> None:
    """A proxy passes this one path to the frontend."""
    page = "<!doctype html><html><body><div id=root></div></body></html>"
    answers = [answered(name, 200, page, {"content-type": "text/html"}) for name in ("account", "account again")]
    headline = judged(*answers).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("frontend.spa-answers-api", Confidence.LIKELY)


def test_drivers_text_is_certain_where_nothing_speaks_against_it() -> None:
    """Where nothing that touches the database is answered, the driver's own words prove it."""
    environment = an_environment(sign_in=None, backend={"url": BACKEND, "endpoints": [{"path": "/api/quotes"}]})
    said = answered("endpoint /api/quotes", 500, {"error": "Can't reach database server at `db:5432`"})
    headline = judged(said, environment=environment).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("app.database-unreachable", Confidence.CERTAIN)


def test_quote_is_cut_around_the_words_that_decide() -> None:
    """The reason stands at the end of a long driver's text, and it is what is shown."""
    text = (
        'Registration failed: (psycopg2.OperationalError) connection to server at "shop.abcdefghijkl.example.com"'
        ' (10.20.30.40), port 5432 failed: FATAL:  password authentication failed for user "shop"'
    )
    headline = judged(answered("register", 500, {"detail": text})).headline
    assert headline is not None
    assert "password authentication failed" in headline.evidence[0]
    assert "user or password" in headline.title


def test_drivers_words_in_an_answer_that_breaks_nothing_are_a_warning() -> None:
    """A 200 in which a driver speaks is reported, without making the run red."""
    said = answered("endpoint /api/ready", 200, {"jobs": [{"last_error": "Can't reach database server at `db:5432`"}]})
    headline = judged(said, environment=an_environment(sign_in=None)).headline
    assert headline is not None
    assert (headline.code, headline.advisory) == ("app.database-unreachable", True)


SILENT = {"url": BACKEND, "health": {"samples": 1}}
"""A backend of whose health check the file promises nothing but a 200."""


@pytest.mark.parametrize(
    "said",
    [
        {"status": "unhealthy"},
        {"status": "DOWN", "components": {}},
        {"state": "out_of_service"},
        {"healthy": False},
        {"status": "Fail"},
        {"status": "starting"},
        {"state": "crashed"},
        {"status": 503, "message": "Service Unavailable"},
    ],
)
def test_health_check_that_says_unhealthy_is_believed(said: Any) -> None:
    """A 200 whose body says that the app is not healthy is a failure, whatever the file promises of the body."""
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=SILENT)
    headline = judged(answered("health", 200, said), environment=environment).headline
    assert headline is not None
    assert (headline.code, headline.advisory) == ("app.unhealthy", False)


@pytest.mark.parametrize(
    "said", [{"status": "ok"}, {"status": "UP", "error": None}, {"degraded": False}, {"status": 200}, {"errors": []}]
)
def test_health_check_that_says_nothing_bad_is_healthy(said: Any) -> None:
    """What is not plainly bad breaks nothing that was not promised."""
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=SILENT)
    assert judged(answered("health", 200, said), environment=environment).headline is None


@pytest.mark.parametrize("said", [{"status": "degraded"}, {"status": "warn", "checks": {}}, {"overall": "WARNING"}])
def test_health_check_that_says_in_part_is_a_warning(said: Any) -> None:
    """An app that works with something missing says so in a 200: nothing breaks, and someone should know."""
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=SILENT)
    headline = judged(answered("health", 200, said), environment=environment).headline
    assert headline is not None
    assert (headline.code, headline.advisory) == ("app.unhealthy", True)


ENDPOINT = {**SILENT, "endpoints": [{"path": "/api/items"}]}


@pytest.mark.parametrize(
    ("said", "cause"),
    [
        ({"error": "Internal server error"}, "app.promise-broken"),
        ({"success": False, "message": "Something went wrong"}, "app.promise-broken"),
        ({"errors": [{"message": "Unexpected error."}], "data": {"items": None}}, "app.promise-broken"),
        ({"errors": [{"message": "Can't reach database server at `db:5432`"}]}, "app.database-unreachable"),
        ({"error": "GraphQL operations must contain a `query`"}, None),
        ({"success": False, "message": "Unauthorized"}, None),
        ({"id": 3, "error": "timeout"}, None),
        ({"errors": [{"message": "Unexpected error."}], "data": {"items": [], "user": None}}, None),
        ({"success": False}, None),
        ({"error": None, "items": []}, None),
    ],
)
def test_endpoint_that_answers_with_nothing_but_an_error_is_broken(said: Any, cause: str | None) -> None:
    """A success that is an error through and through is none, unless the error may blame the request."""
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=ENDPOINT)
    answers = (answered("health", 200, {"status": "ok"}), answered("endpoint /api/items", 200, said))
    headline = judged(*answers, environment=environment).headline
    assert (headline.code if headline else None) == cause
    assert headline is None or not headline.advisory


def test_word_that_is_promised_bad_is_kept() -> None:
    """A file that promises `degraded` or `down` of a key has the last word on it."""
    backend = {"url": BACKEND, "health": {"samples": 1, "json": {"status": "down"}}}
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=backend)
    assert judged(answered("health", 200, {"status": "down"}), environment=environment).headline is None


@pytest.mark.parametrize(
    ("text", "healthy"), [("healthy", True), ("the app is healthy", True), ("unhealthy", False), ("not healthy", False)]
)
def test_promised_text_is_not_kept_by_its_opposite(text: str, healthy: bool) -> None:  # noqa: FBT001 -- a table
    """`contains = "healthy"` is not kept by `unhealthy`."""
    backend = {"url": BACKEND, "health": {"samples": 1, "contains": "healthy"}}
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=backend)
    headline = judged(answered("health", 200, text), environment=environment).headline
    assert (headline is None) is healthy


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!doctype html><div id="root"></div><script type="module" src="/assets/index-1.js"></script>', "static host"),
        ('<!doctype html><title>Log in</title><form><input type="password"></form>', "sign-in page"),
    ],
)
def test_page_in_place_of_a_health_check_of_which_nothing_is_promised(text: str, words: str) -> None:
    """A static host's fallback and a page to sign in are not healthy application."""
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=SILENT)
    headline = judged(page("health", 200, text), environment=environment).headline
    assert headline is not None
    assert headline.code == "app.wrong-service"
    assert words in headline.title


def test_page_that_a_health_check_may_have_is_healthy() -> None:
    """A health check that answers with a small page is one."""
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=SILENT)
    assert judged(page("health", 200, "<html><body>OK</body></html>"), environment=environment).headline is None


def test_program_that_has_no_path_of_the_file_is_another_one() -> None:
    """Several paths that are all missing are no mistake in one of them."""
    backend = {"url": BACKEND, "health": {"samples": 1}, "endpoints": [{"path": "/api/ready"}, {"path": "/api/quotes"}]}
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=backend)
    text, kind = "<h1>Error response</h1><p>Error code: 404</p><p>File not found.</p>", {"content-type": "text/html"}
    other = {"server": "SimpleHTTP/0.6 Python/3.11.2", **kind}
    names = ("health", "endpoint /api/ready", "endpoint /api/quotes")
    headline = judged(*(answered(name, 404, text, other) for name in names), environment=environment).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("app.wrong-service", Confidence.LIKELY)
    assert "A different program" in headline.title


def test_setting_that_is_named_in_words_is_reported() -> None:
    """An answer that says which key is not configured says the cause, also without a variable's name."""
    headline = judged(answered("endpoint /api/quotes", 500, {"detail": "API key not configured"})).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("app.missing-variable", Confidence.LIKELY)
    assert "API key" in headline.title


def test_summary_shows_its_own_reason() -> None:
    """What the monitoring summary lists as errors is shown, wherever it stands in a long body."""
    said = {"backend_health": "unhealthy", "age": 3, "filling": "x" * 200, "errors": ["price feed: 401 Unauthorized"]}
    headline = judged(answered("monitoring", 200, said)).headline
    assert headline is not None
    assert "`price feed: 401 Unauthorized`" in headline.evidence[0]


def test_no_server_on_some_samples_is_the_platforms() -> None:
    """A router that loses some of the requests of a healthy service is the platform's trouble."""
    lost = answered("health 2", 404, "Not Found", {"x-render-routing": "no-server"})
    headline = judged(lost).headline
    assert headline is not None
    assert (headline.code, headline.owner, headline.confidence) == (
        "render.no-server",
        Owner.PLATFORM,
        Confidence.LIKELY,
    )


def test_no_server_everywhere_is_not_the_platforms() -> None:
    """A hostname behind which nothing runs is a matter of configuration, with what it cannot tell apart."""
    headline = judged(*everywhere(404, "Not Found", {"x-render-routing": "no-server"})).headline
    assert headline is not None
    assert headline.owner is Owner.CONFIGURATION
    assert len(headline.competing) == 4


def test_service_that_woke_on_the_second_try_is_advice(woken: Any) -> None:
    """What healed when it was tried again is reported, and breaks nothing."""
    headline = judged(woken).headline
    assert headline is not None
    assert (headline.code, headline.advisory) == ("render.waking", True)


def test_dead_target_with_a_living_runner_is_not_offline() -> None:
    """Where a control probe was reached, the runner has a network."""
    reached = (ControlProbe("1.1.1.1:443", reached=True), ControlProbe("api.github.com:443", reached=False))
    headline = judged(*silent_everywhere(WireCause.CONNECT_TIMEOUT), control=reached).headline
    assert headline is not None
    assert headline.code == "net.connect-timeout"


def test_refused_connection_is_an_answer_where_control_hosts_are_blocked() -> None:
    """A machine that may reach the deployment only is not offline: something on the way there refused."""
    blocked = (ControlProbe("1.1.1.1:443", reached=False), ControlProbe("api.github.com:443", reached=False))
    headline = judged(*silent_everywhere(WireCause.REFUSED), control=blocked).headline
    assert headline is not None
    assert headline.code == "net.refused"


@pytest.mark.parametrize("cause", [WireCause.CONNECT_TIMEOUT, WireCause.NAME_NOT_FOUND])
def test_a_runner_that_reaches_named_hosts_only_is_filtered(cause: WireCause) -> None:
    """It learned nothing of the deployment; the steps name the hosts to allow."""
    control = (ControlProbe("1.1.1.1:443", reached=False), ControlProbe("api.github.com:443", reached=True))
    decided = judged(*silent_everywhere(cause), control=control).headline
    assert decided is not None
    assert (decided.code, decided.owner, decided.confidence.value) == ("runner.offline", Owner.RUNNER, "likely")
    assert "its connections are filtered" in decided.title
    assert decided.steps[2].startswith("If its connections are filtered, allow backend.example.com")


def test_static_fallback_on_the_frontend_alone_is_as_it_should_be() -> None:
    """A single-page host answers any path with its page; that is harmless as long as no one calls it."""
    assert judged(page("api on frontend")).headline is None


def test_page_in_place_of_one_endpoint_is_a_broken_promise() -> None:
    """One page where JSON was expected is that endpoint's own trouble."""
    assert getattr(judged(page("endpoint /api/quotes")).headline, "code", None) == "app.promise-broken"


@pytest.mark.parametrize(
    ("extra", "code"), [(403, "access.credentials-refused"), (200, "app.promise-broken")], ids=["all", "one"]
)
def test_key_that_all_but_an_open_health_check_refuse_is_refused(extra: int, code: str) -> None:
    """A health check is often open to everyone: that it answers says nothing of the key that it is sent with."""

    def with_key(exchange: Any) -> Any:
        return replace(exchange, request=replace(exchange.request, headers=Headers((("X-Api-Key", "key-12345678"),))))

    health = healthy().exchanges["health"]
    answers = [("endpoint /api/quotes", 403), ("endpoint /api/extra", extra)]
    keyed = [with_key(answered(name, status, {"detail": "Not authenticated"})) for name, status in answers]
    assert getattr(judged(with_key(health), *keyed).headline, "code", None) == code


def test_advisory_endpoint_breaks_no_gate() -> None:
    """An endpoint whose promise is advisory is advice when it is broken."""
    headline = judged(answered("endpoint /api/extra", 404, "")).headline
    assert headline is not None
    assert headline.advisory


def test_gating_degraded_is_no_advice() -> None:
    """With `on_degraded = "gate"` a degraded summary breaks the gate."""
    backend = {**EVERYTHING["backend"]}
    backend["monitoring"] = {**backend["monitoring"], "on_degraded": "gate"}
    environment = an_environment(backend=backend)
    said = answered("monitoring", 200, {"backend_health": "degraded", "age": 3})
    headline = judged(said, environment=environment).headline
    assert headline is not None
    assert not headline.advisory


def test_one_hanging_endpoint_says_that_others_answered() -> None:
    """What speaks against a dead host is reported with a finding about one request."""
    finding = found_by("net.hung", silent("endpoint /api/quotes", WireCause.READ_TIMEOUT))
    assert finding is not None
    assert "were answered" in finding.against[0]


@pytest.mark.parametrize("cause", [WireCause.NAME_SERVER, WireCause.UNREACHABLE])
def test_way_is_the_deployments_where_the_runner_reaches_others(cause: WireCause) -> None:
    """A runner that reaches other hosts has a network: then it is the deployment that fails."""
    reached = (ControlProbe("api.github.com:443", reached=True),)
    headline = judged(*silent_everywhere(cause), control=reached).headline
    assert headline is not None
    assert headline.owner is Owner.CONFIGURATION


def test_resolver_that_knows_no_name_is_the_runners() -> None:
    """Where a control host could not be looked up either, it is the runner's own name server."""
    control = (
        ControlProbe("1.1.1.1:443", reached=True),
        ControlProbe("api.github.com:443", reached=False, cause=WireCause.NAME_SERVER),
    )
    headline = judged(*silent_everywhere(WireCause.NAME_SERVER), control=control).headline
    assert headline is not None
    assert headline.owner is Owner.RUNNER


def test_build_without_its_commit_is_advice() -> None:
    """A deployment that does not say which commit it runs is reported so; it gates where one is expected."""
    unknown = answered("health", 200, {"status": "healthy", "service": "Trading API"}, {"x-commit": "unknown"})
    told = judged(unknown, commit=None).headline
    gating = judged(unknown, commit=None, expected_commit="fedcba98765").headline
    assert told is not None
    assert gating is not None
    assert (told.code, told.advisory) == ("app.wrong-version", True)
    assert (gating.code, gating.advisory) == ("app.wrong-version", False)


def test_backend_that_nginx_hides_is_reported_by_its_health() -> None:
    """Where the backend itself says 503 on its health check, nginx's message elsewhere is that 503."""
    starting = [answered(name, 503, {"status": "starting"}) for name in ("health", "health 2", "health 3")]
    replaced = answered("endpoint /api/quotes", 503, {"error": "upstream_unavailable"})
    assert getattr(judged(*starting, replaced).headline, "code", None) == "app.unhealthy"


def test_message_of_nginx_beside_a_healthy_backend_is_not_certain() -> None:
    """An upstream that is unavailable on one path, while others are answered, is not away altogether."""
    headline = judged(answered("endpoint /api/quotes", 503, {"error": "upstream_unavailable"})).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("nginx.upstream-unavailable", Confidence.LIKELY)
    assert headline.against


def test_first_answer_that_was_held_is_possibly_a_wake_up() -> None:
    """On Render, a first answer that took long, and was fast when asked again, may have woken the service."""
    headers = {"x-render-origin-server": "uvicorn", "x-commit": COMMIT}
    body = {"status": "healthy", "service": "Trading API"}
    held = answered("health", 200, body, headers, measured=(3.1, 0.02), warm_seconds=0.02)
    headline = judged(held).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("render.waking", Confidence.POSSIBLE)
    assert headline.advisory


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (
            "Traceback (most recent call last):\n  File 'a.py'\nKeyError: 'a'\nRuntimeError: no cache",
            "RuntimeError: no cache",
        ),
        (
            "<title>TypeError at /api</title><p>You're seeing this error because you have <code>DEBUG = True",
            "TypeError at",
        ),
        ("TypeError: x is undefined\n    at list (/app/node_modules/a/index.js:1:1)", "TypeError: x is undefined"),
    ],
)
def test_error_that_a_debug_page_shows_is_the_cause(body: str, shown: str) -> None:
    """The exception is the headline, and that everyone sees it is a warning beside it."""
    page_ = answered(
        "endpoint /api/quotes", 500, body, {"content-type": "text/html" if "<title>" in body else "text/plain"}
    )
    found = judged(page_)
    assert found.headline is not None
    assert (found.headline.code, shown in found.headline.evidence[0]) == ("app.error", True)
    assert [(each.code, each.advisory) for each in found.others] == [("app.debug-on", True)]


def test_open_documentation_is_likely_debug_mode() -> None:
    """Documentation that must be closed and is open fits debug mode, and other things."""
    backend = {"url": BACKEND, "health": {"samples": 1}, "endpoints": [{"path": "/docs", "status": 404}]}
    environment = an_environment(backend=backend)
    open_ = page("endpoint /docs", 200, '<div id="swagger-ui"></div>')
    headline = judged(open_, environment=environment).headline
    assert headline is not None
    assert (headline.code, headline.confidence) == ("app.debug-on", Confidence.LIKELY)


def test_token_that_opens_another_account_is_reported() -> None:
    """An account view with another identity than the one that registered is someone else's account."""
    headline = judged(answered("account again", 200, {"id": 8})).headline
    assert headline is not None
    assert headline.code == "sign-in.account-lost"
    assert "a different account" in headline.title


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        ({"id": 7, "email": "owner@shop.example"}, Confidence.CERTAIN),
        ({"id": 7, "email": "smokegate+0123456789ab@example.com"}, None),
        ({"id": 7, "email": "Smokegate@example.com"}, None),
        ({"id": 7, "email": "s***@example.com"}, None),
        ({"id": 7, "support": {"email": "help@shop.example"}}, None),
        ({"id": 7, "email": None}, None),
    ],
)
def test_an_account_view_with_another_address_is_someone_elses(account: object, expected: Confidence | None) -> None:
    """It may show the address that the run registered with, none, or a part of it."""
    found = found_by("sign-in.account-lost", answered("account", body=account))
    assert (found.confidence if found else None) is expected


def test_an_id_that_no_one_declared_is_no_proof_of_another_account() -> None:
    """Registering may answer with the id of anything."""
    found = found_by("sign-in.account-lost", answered("register", 201, {"id": 1, "access_token": "t-1"}))
    assert found is not None
    assert found.confidence is Confidence.LIKELY


def test_account_that_is_there_already_is_the_suites_own() -> None:
    """An account that is there already is the suite's own trouble, and says nothing of the app."""
    headline = judged(answered("register", 400, {"detail": "Email already registered"})).headline
    assert headline is not None
    assert (headline.code, headline.owner) == ("sign-in.register-failed", Owner.TEST_DATA)


def test_a_drivers_words_in_a_page_are_read_without_its_escapes() -> None:
    """A framework's page writes `&quot;` for the quotes of a driver's text."""
    environment = an_environment(sign_in=None, backend={"url": BACKEND, "endpoints": [{"path": "/api/quotes"}]})
    page = "<title>ProgrammingError at /api/quotes</title><pre>relation &quot;quotes&quot; does not exist</pre>"
    headline = judged(answered("endpoint /api/quotes", 500, page), environment=environment).headline
    assert headline is not None
    assert headline.code == "app.database-not-initialised"


def test_what_all_samples_show_alike_is_evidence_once() -> None:
    """The first in full, the others by name; a sample that shows something else keeps its line."""
    lines = (
        "health: GET x answered 500; body `no`",
        "health 2: GET x answered 500; body `no`",
        "health 3: GET x answered 502",
    )
    assert without_repeats(lines) == (lines[0], lines[2], "the same of 1 more: health 2")
    assert without_repeats(lines[1:]) == lines[1:]
    samples = (
        "endpoint /a?b=1: GET x answered 200; it says `no`",
        "endpoint /a?b=1 2: GET x answered 200; it says `no`",
    )
    assert without_repeats(samples) == (samples[0], "the same of 1 more: endpoint /a?b=1 2")
    other = "endpoint /b: GET x answered 200; it says `no`"
    assert without_repeats((samples[0], other)) == (samples[0], other)


@pytest.mark.parametrize(
    ("status", "body", "title"),
    [
        (200, {"mfa_required": True, "challenge": "c-1"}, "second factor"),
        (423, {"error": "account_locked"}, "locked"),
    ],
)
def test_an_account_that_cannot_sign_in_by_password_is_the_suites_own_data(status: int, body: Any, title: str) -> None:
    """A second factor, or a lock, says nothing of the application: nothing was learned of its login."""
    environment = an_environment(sign_in={"login": "/api/auth/login", "account": "/api/auth/me"})
    headline = judged(answered("login first", status, body), environment=environment).headline
    assert headline is not None
    assert (headline.owner, title in headline.title) == (Owner.TEST_DATA, True)


def test_the_suites_own_data_are_no_headline_where_the_deployment_is_broken() -> None:
    """A standing account that is refused explains no page that is gone."""
    environment = an_environment(sign_in={"login": "/api/auth/login", "account": "/api/auth/me"})
    refused = answered("login first", 401, {"detail": "Incorrect email or password"})
    found = judged(refused, page("page", 404, "Not Found"), environment=environment)
    assert found.headline is not None
    assert found.headline.owner is not Owner.TEST_DATA
    assert Owner.TEST_DATA in {each.owner for each in found.others}


def test_a_token_that_is_refused_in_the_body_of_a_success_is_refused() -> None:
    """An API that answers every request 200 states its refusals in the body."""
    said = {"code": 401, "msg": "invalid signature"}
    headline = judged(answered("account", 200, said), answered("account again", 200, said)).headline
    assert headline is not None
    assert headline.code == "sign-in.key-not-shared"


@pytest.mark.parametrize(
    ("said", "pending"),
    [
        ({"migrations": {"status": "pending", "pending": 3}}, True),
        ({"db": {"migrations": "outdated"}}, True),
        ({"pending_migrations": ["20260914_coupons"]}, True),
        ({"migrationsPending": 2}, True),
        ({"migrations": {"applied": 41, "pending": 0}}, False),
        ({"pendingMigrations": []}, False),
        ({"migrations": "up to date", "jobs": {"pending": 3}}, False),
        ({"migrations": {"status": "ok", "failed": 0}}, False),
        ({"db": {"poolTimeout": 30, "pool": "HikariPool-1", "ConnectionAcquireTimeoutMs": 5000}}, False),
    ],
)
def test_migrations_that_a_healthy_report_calls_pending_are_a_warning(said: dict[str, Any], pending: object) -> None:
    """The app is well, and what it was deployed with has not reached its database."""
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=SILENT)
    headline = judged(
        answered("health", 200, {"status": "healthy", **said}, bare=True), environment=environment
    ).headline
    assert (headline is not None) is pending
    if headline is not None:
        assert (headline.code, headline.advisory) == ("app.database-not-initialised", True)


@pytest.mark.parametrize("title", ["Loading…", "City Parking - find a parked car", "Shop"])
def test_the_first_page_of_an_app_is_what_its_first_path_answers(title: str) -> None:
    """Where `/` is the health check, a page with scripts or a form is no page for every path."""
    environment = an_environment(
        sign_in=None, frontend=None, version=None, backend={"url": BACKEND, "health": {"path": "/"}}
    )
    text = (
        f"<!doctype html><title>{title}</title><div id=root></div><script type=module src=/assets/index-1.js></script>"
    )
    assert (
        judged(
            answered("health", 200, text, {"content-type": "text/html"}, bare=True), environment=environment
        ).headline
        is None
    )


@pytest.mark.parametrize(
    ("said", "well"), [(False, False), ("DOWN", False), (True, True), ("OK", True), ("UP", True), (0, True), ([], True)]
)
def test_a_report_may_be_one_word(said: Any, well: object) -> None:
    """JSON without an object around it."""
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=SILENT)
    assert (judged(answered("health", 200, said, bare=True), environment=environment).headline is None) is well


def test_a_traceback_in_place_of_a_report_is_an_error() -> None:
    """The framework hides the status, not the message."""
    text = "Traceback (most recent call last):\n  File 'x', line 3\npsycopg.OperationalError: connection refused\n"
    environment = an_environment(sign_in=None, frontend=None, version=None, backend=SILENT)
    headline = judged(answered("health", 200, text, {}, bare=True), environment=environment).headline
    assert headline is not None
    assert not headline.advisory
