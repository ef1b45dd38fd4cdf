"""Causes that look alike and must not be confused, as real deployments of small applications showed them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from tests_support.diagnosis import BACKEND, an_environment, answered, everywhere, judged, page

from smokegate.diagnosis.model import Confidence, Finding, Owner
from smokegate.observation.exchange import Request

ALONE: dict[str, Any] = {"sign_in": None, "frontend": None, "version": None, "monitoring": None}
ERROR = {"error": {"code": "INTERNAL", "message": "Internal Server Error"}}


def backend(path: str = "/health", samples: int = 1, **health: Any) -> Any:
    """Return an environment with nothing but a backend."""
    section = {"url": BACKEND, "health": {"path": path, "samples": samples, **health}}
    return an_environment(**ALONE, backend={**section, "endpoints": [{"path": "/api/ready"}]})


def _to(path: str) -> Request:
    return replace(answered("health").request, url=f"{BACKEND}{path}")


def headline(*changes: Any, environment: Any = None) -> Finding:
    """Return what is named first."""
    found = judged(*changes, environment=environment).headline
    assert found is not None
    return found


@pytest.mark.parametrize("word", ["ECONNREFUSED", "ENOTFOUND", "ETIMEDOUT", "ConnectionRefusedError: [Errno 111]"])
def test_bare_code_of_an_error_below_a_databases_name_is_the_databases(word: str) -> None:
    """No gateway reports a state, and what cannot be resolved or reached is what the key names."""
    found = headline(answered("health", 503, {"status": "degraded", "db": word, "version": "7"}), environment=backend())
    assert (found.code, found.confidence) == ("app.database-unreachable", Confidence.LIKELY)


def test_name_that_is_not_known_is_not_the_next_key_of_the_report() -> None:
    """The words of the system end with the string in which they stand."""
    said = {"checks": {"redis": "gaierror: [Errno -2] Name or service not known", "worker": "no heartbeat"}}
    found = headline(answered("health", 503, {"ready": False, **said}), environment=backend())
    assert found.code == "app.dependency-unreachable"
    assert "worker" not in found.title


@pytest.mark.parametrize(
    ("text", "arrived"),
    [
        ("<title>Error</title><pre>Cannot GET /v2/health</pre>", "/v2/health"),
        ({"message": "Route GET:/v2/health not found", "error": "Not Found", "statusCode": 404}, "/v2/health"),
        ({"status": 404, "error": "Not Found", "path": "/api/api/v2/health"}, "/api/api/v2/health"),
    ],
)
def test_path_that_an_application_repeats_shows_what_a_proxy_cut_or_added(text: Any, arrived: str) -> None:
    """No other program answers: the application says by which path the request reached it."""
    headers = {} if isinstance(text, dict) else {"content-type": "text/html"}
    names = ("health", "endpoint /api/ready")
    environment = backend("/api/v2/health")
    answers = [answered(each, 404, text, headers, request=_to("/api/v2/health")) for each in names]
    found = headline(*answers, environment=environment)
    assert (found.code, found.confidence, found.owner) == (
        "app.health-missing",
        Confidence.LIKELY,
        Owner.CONFIGURATION,
    )
    assert f"`/api/v2/health` on as `{arrived}`" in found.title


def test_path_that_an_application_repeats_in_full_shows_no_proxy() -> None:
    """Nothing was cut off: the deployed version does not have the route."""
    found = headline(
        answered("health", 404, {"message": "Route GET:/api/v2/health not found"}, request=_to("/api/v2/health")),
        environment=backend("/api/v2/health"),
    )
    assert found.code == "app.health-missing"
    assert "passes" not in found.title


def test_requests_over_a_limit_are_no_broken_instances() -> None:
    """Some of several equal requests are 429: the limit is on their rate."""
    limited = [answered(f"health {number}", 429, {"error": "Too many requests"}) for number in (2, 3)]
    found = judged(*limited, environment=backend(samples=3))
    assert "app.partial-outage" not in [each.code for each in found.findings]


def test_error_beside_a_health_check_that_fails_in_part_may_be_of_the_same_instance() -> None:
    """Nothing shows that the error is of all instances, as its own cause would say with certainty."""
    changes = [answered("health 2", 503, ERROR), answered("endpoint /api/ready", 500, ERROR)]
    found = judged(*changes, environment=backend(samples=3))
    assert [each.code for each in found.findings] == ["app.partial-outage"]


def test_account_that_a_new_token_does_not_find_is_no_matter_of_its_key() -> None:
    """A read replica that lags, or a second database: the steps begin there."""
    unknown = {"error": {"code": "NOT_FOUND", "message": "user not found"}}
    found = headline(answered("account", 404, unknown))
    assert found.code == "sign-in.key-not-shared"
    assert "does not find the account" in found.title
    assert "replica" in found.steps[0]


def test_server_error_of_the_frontend_is_said_with_what_the_page_says() -> None:
    """A page that is rendered on a server and fails is served, and a rollback may help."""
    found = headline(page("page", 500, "<!doctype html><title>Error</title><h1>500</h1><p>Internal Error</p>"))
    assert (found.code, found.owner) == ("frontend.down", Owner.APP)
    assert "answers with a server error (500)" in found.title
    assert "it says `" in found.evidence[0]
    assert "<" not in found.evidence[0]


def test_header_that_a_page_in_place_of_a_health_check_lacks_is_named() -> None:
    """The page and the health check are one address; what is missing is named, and the cause is known."""
    headers = {"strict-transport-security": {"matches": "max-age"}}
    site = {"url": BACKEND, "health": {"path": "/", "samples": 1, "headers": headers}}
    environment = an_environment(sign_in=None, version=None, monitoring=None, backend=site, frontend={"url": BACKEND})
    home = [page(name, request=_to("/")) for name in ("page", "health")]
    found = headline(*home, environment=environment)
    assert found.code == "app.promise-broken"
    assert "strict-transport-security should be" in found.evidence[0]
    assert "and is missing" in found.evidence[0]


def test_every_path_missing_as_pages_is_still_another_program() -> None:
    """Without a path in the words nothing is known of a proxy."""
    found = headline(*everywhere(404, "<title>Not found</title><h1>404</h1>", {"content-type": "text/html"}))
    assert "passes" not in found.title
