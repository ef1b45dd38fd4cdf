"""What a discovery finds of a deployment of which only the address is known."""

from __future__ import annotations

import pytest
from tests_support.web import Reply, reply, serve

from smokegate.commands.discovery import environment_text, name_for
from smokegate.environment.load import load
from smokegate.observation.discovery.discover import _adopted, discover
from smokegate.observation.discovery.found import Found, calls_elsewhere
from smokegate.observation.discovery.getter import MAX_REQUESTS, Response
from smokegate.observation.transport.pool import Pool

HTML = (("Content-Type", "text/html"),)
PAGE = Reply(200, b"<!doctype html><title>Shop</title><p>welcome", HTML)


@pytest.fixture
def web():
    """A server whose every answer the test decides."""
    with serve() as server:
        yield server


@pytest.fixture
def found(web):
    """Discover the server."""

    def look(health=""):
        pool = Pool(1)
        try:
            return discover(web.url, pool, health)
        finally:
            pool.close()

    return look


def loaded(text, folder):
    """Load the file that a discovery wrote."""
    (folder / "shop.toml").write_text(text, encoding="utf-8")
    (environment,) = load(["shop"], directory=folder, variables={})
    return environment


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/health", {"status": "healthy"}),
        ("/healthz", {"ok": True}),
        ("/api/health", {"status": "ok", "database": "ok"}),
        ("/actuator/health", {"status": "UP"}),
        ("/readyz", {"ready": True}),
        ("/livez", {"alive": True}),
    ],
)
def test_a_json_health_check_is_found(web, found, tmp_path, path, body):
    """Its path and the status word that two answers had are in the file, and the file loads."""
    web.answers[path] = reply(body)

    result = found()
    environment = loaded(environment_text(result, "shop"), tmp_path)

    assert result.health.path == environment.backend.health.path == path
    assert len(environment.backend.health.json_) == 1
    assert environment.backend.health.touches == (("database",) if "database" in body else ())
    assert result.requests == len(web.asked) <= MAX_REQUESTS


@pytest.mark.parametrize("text", [b"OK", b"Healthy", b""])
def test_a_plain_health_check_is_found(web, found, text):
    """A short text under a usual path is a health check."""
    web.answers["/-/healthy"] = Reply(200, text, (("Content-Type", "text/plain"),))

    assert found().health.path == "/-/healthy"


def test_the_one_word_of_a_plain_health_check_is_expected(web, found, tmp_path):
    """ASP.NET Core's health check says `Healthy`, and `Degraded` with 200 as well."""
    web.answers["/health"] = Reply(200, b"Healthy", (("Content-Type", "text/plain"),))

    text = environment_text(found(), "shop")

    assert 'text = "Healthy"' in text
    assert loaded(text, tmp_path).backend.health.text_rules


@pytest.mark.parametrize(
    ("preset", "field", "cookie"),
    [
        ("django", '<input type="hidden" name="csrfmiddlewaretoken" value="x">', "csrftoken=x"),
        ("devise", '<input type="hidden" name="authenticity_token" value="x">', "_shop_session=x"),
        ("laravel", '<input type="hidden" name="_token" value="x">', "laravel_session=x"),
        ("spring-security", '<input name="_csrf" type="hidden" value="x">', "JSESSIONID=x"),
        ("express-session", "", "connect.sid=x"),
    ],
)
def test_a_page_to_sign_in_is_proposed_with_its_framework(web, found, preset, field, cookie):
    """The hidden field of the form, or the cookie that comes with it, shows which preset saves lines."""
    form = f'<!doctype html><form method="post">{field}<input type="password" name="p"></form>'
    web.answers["/"] = Reply(302, b"", (("Location", "/accounts/login/"),))
    web.answers["/accounts/login/"] = Reply(200, form.encode(), (*HTML, ("Set-Cookie", cookie)))

    result = found()

    assert (result.sign_in.preset, result.sign_in.login) == (preset, "/accounts/login/")
    assert f'# preset  = "{preset}"\n# login   = "/accounts/login/"' in environment_text(result, "shop")


def test_basic_authentication_has_its_place_in_the_file(web, found, tmp_path):
    """Its page answers 401 and names Basic: a comment shows how the file names the credentials, and it still loads."""
    web.answers["/"] = Reply(401, b"", (("WWW-Authenticate", 'Basic realm="staging"'),))

    text = environment_text(found(), "shop")

    assert loaded(text, tmp_path).backend.url == web.url
    assert '# basic = { user = { env = "SMOKE_SHOP_USER" }, password = { env = "SMOKE_SHOP_PASSWORD" } }' in text


def test_the_page_of_a_frontend_is_no_health_check(web, found):
    """Where every path answers with the page, none of them is a health check."""
    for path in ("/", "/smokegate-no-such-page", "/health", "/healthz", "/api/health", "/up"):
        web.answers[path] = PAGE

    result = found()

    assert result.health is None
    assert result.page
    assert any("health check" in line for line in result.missing)


def test_a_page_without_any_frame_has_a_mark_too(web, found, tmp_path):
    """A page of a few tags, to sign in for one, is expected again, and is not a stranger to what was declared."""
    web.answers["/"] = Reply(200, b"<form method=post><input type=password></form>", HTML)

    environment = loaded(environment_text(found(), "shop"), tmp_path)

    assert environment.backend.health.text_rules == (("contains", "<"),)


def test_a_health_check_that_a_gateway_does_not_reach_is_found_beside_a_page(web, found, tmp_path):
    """A proxy serves the pages, and the backend behind it is stopped: the page alone would be green."""
    web.answers["/"] = web.answers["/smokegate-no-such-page"] = PAGE
    web.answers["/health"] = Reply(502, b"<h1>502 Bad Gateway</h1>", HTML)

    result = found()

    assert (result.health.path, result.health.status) == ("/health", 502)
    assert loaded(environment_text(result, "shop"), tmp_path).backend.health.status == (200, 204)

    web.answers["/healthz"] = reply({"status": "ok"})
    assert found().health.path == "/healthz"


def test_a_health_check_that_was_named_is_what_is_judged(web, found, tmp_path):
    """Also where it is missing and there is a page: what was asked for must hold."""
    web.answers["/"] = PAGE

    result = found("/nope")

    assert loaded(environment_text(result, "shop"), tmp_path).backend.health.path == "/nope"
    assert result.missing[0] == "health check: /nope does not answer like one"


def test_what_a_health_check_says_in_a_word_of_its_own_is_unclear(web, found):
    """The file has a line that says so; a word for trouble, or for health, is clear."""
    web.answers["/health"] = reply({"status": "running smoothly"})
    assert found().health.is_unclear
    assert '# It said "running smoothly"' in environment_text(found(), "shop")
    for word in ("ok", "down", False):
        web.answers["/health"] = reply({"status": word})
        assert not found().health.is_unclear


def test_a_page_that_gives_no_answer_names_why(web, found):
    """A redirect to a name that does not resolve is not a page of another host."""
    web.answers["/"] = reply(status=301, Location="http://shop.invalid/")

    assert any("page: / gives no answer: a redirect points" in line for line in found().missing)


def test_a_health_check_of_a_framework_that_answers_a_page_is_found(web, found):
    """Rails answers `/up` with a green page; what it has not is a page, too, and differs by its status."""
    web.answers["/smokegate-no-such-page"] = Reply(404, b"<!DOCTYPE html><p>The page does not exist.", HTML)
    web.answers["/up"] = Reply(200, b'<!DOCTYPE html><html><body style="background-color: green"></body></html>', HTML)

    assert found().health.path == "/up"


def test_the_path_that_the_api_description_names_is_tried(web, found):
    """A health check under an unusual path is found through OpenAPI."""
    web.answers["/openapi.json"] = reply({"paths": {"/v1/system/health": {"get": {}}, "/v1/health/{id}": {"get": {}}}})
    web.answers["/v1/system/health"] = reply({"status": "ok"})

    assert found().health.path == "/v1/system/health"


@pytest.mark.parametrize(
    "answer",
    [reply({"status": "unhealthy", "database": "down"}), reply({"status": "error"}, 503), reply({"ok": False})],
)
def test_an_unhealthy_answer_is_never_what_is_expected(web, found, tmp_path, answer):
    """The health check is found, and the file expects what a healthy one says."""
    web.answers["/health"] = answer

    text = environment_text(found(), "shop")
    environment = loaded(text, tmp_path)

    assert environment.backend.health.path == "/health"
    assert environment.backend.health.status == (200, 204)
    assert '"unhealthy"' not in text
    assert '"error"' not in text
    assert "false" not in text


def test_what_differs_between_two_answers_is_not_expected(web, found, tmp_path):
    """Neither a status that changes, nor a version, a time or a host gets into the file."""
    words = iter(["ok", "ready"] * 20)
    web.answers["/health"] = lambda _: reply({"status": next(words), "version": "1.2.3", "time": "12:00", "host": "a1"})

    text = environment_text(found(), "shop")

    assert loaded(text, tmp_path).backend.health.json_ == ()
    assert not any(word in text for word in ("1.2.3", "12:00", "a1"))


def test_a_commit_is_found_and_compared(web, found, tmp_path):
    """A commit in a header is where `--expect-commit` reads it; any other version is only reported."""
    web.answers["/health"] = reply({"status": "ok"}, X_Commit="0a1b2c3d4e5f")

    environment = loaded(environment_text(found(), "shop"), tmp_path)

    assert (environment.version.path, environment.version.header) == ("/health", "x-commit")


def test_what_the_scripts_call_is_found(web, found, tmp_path):
    """An API on another origin is what the frontend must call."""
    web.answers["/"] = Reply(200, b'<!doctype html><script src="/app.js"></script>', HTML)
    web.answers["/app.js"] = Reply(200, b'x.create({baseURL:"https://api.example.invalid/v1"})')
    web.answers["/health"] = reply({"status": "ok"})
    result = found()

    assert loaded(environment_text(result, "shop"), tmp_path).frontend.calls == "https://api.example.invalid"


def test_what_runs_on_this_machine_is_an_api_only_for_a_page_of_this_machine():
    """A visitor of a public page cannot reach it; a developer's page may call it."""
    api = "http://localhost:8000"

    assert calls_elsewhere(Found("http://shop.example.invalid", calls=(api,))) is None
    assert calls_elsewhere(Found("http://127.0.0.1:3000", calls=(api,))) == api


def test_nothing_that_answers_is_reported(found, web):
    """A server that closes every connection is not a deployment of which anything is known."""
    web.url = "http://127.0.0.1:9"

    result = found()

    assert not result.answered
    assert "nothing answers: the connection was refused" in result.missing[0]


def test_a_whole_site_that_moved_is_adopted():
    """To www, from it, and to https; not to another host, such as a login's."""
    assert (
        _adopted("http://example.com/app", Response("/", 200, "https://www.example.com/"))
        == "https://www.example.com/app"
    )
    assert _adopted("https://example.com", Response("/", 200, "https://example.com/login")) is None
    assert _adopted("https://example.com", Response("/", 200, "https://login.example.org/")) is None


def test_at_most_fifteen_requests_are_sent(web, found):
    """Also where nothing is found, and the page has many scripts."""
    scripts = "".join(f'<script src="/{n}.js"></script>' for n in range(30))
    web.answers["/"] = Reply(200, f"<!doctype html>{scripts}".encode(), HTML)

    assert found().requests <= MAX_REQUESTS
    assert len(web.asked) <= MAX_REQUESTS
    assert {method for method, _ in web.asked} == {"GET"}


@pytest.mark.parametrize(
    "body", [[], "x", 5, {"paths": []}, {"paths": {"/a": 1}, "components": []}, {"paths": {"a": {}}}]
)
def test_a_strange_api_description_does_no_harm(web, found, body):
    """Whatever a server calls its API description."""
    web.answers["/openapi.json"] = reply(body)

    assert found().health is None


def test_a_name_is_made_of_the_host():
    """Names that environments can have."""
    assert name_for("https://www.shop.example.com/app") == "shop-example-com"
    assert name_for("http://[::1]:8000") == "1"


def test_the_last_usual_path_is_tried_beside_a_page_without_scripts(web, found):
    """No request is set aside for scripts that the page does not have."""
    web.answers["/"] = PAGE
    web.answers["/status"] = reply({"ok": True, "database": "up"})

    assert found().health.path == "/status"


def test_only_paths_that_were_tried_are_named(web, found):
    """A page with scripts leaves no request for the last of the usual paths."""
    web.answers["/"] = Reply(200, b"<!doctype html><title>Shop</title><script src=/a.js></script>", HTML)
    web.answers["/status"] = reply({"ok": True})

    (missing,) = [each for each in found().missing if each.startswith("health check")]
    assert all((path in missing) == (("GET", path) in web.asked) for path in ("/ping", "/status"))
