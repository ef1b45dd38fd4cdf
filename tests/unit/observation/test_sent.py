"""What a file says of how requests are sent reaches the server, and only the server that it is meant for."""

from __future__ import annotations

import base64
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from tests_support.observe import observe
from tests_support.suite import judge
from tests_support.web import Reply, Web, reply, serve

from smokegate.diagnosis.verdict import Verdict
from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.load import load
from smokegate.environment.model import Environment
from smokegate.report.model import EnvironmentReport

VARIABLES = {"KEY": "key-1234567", "USER": "someone", "PASSWORD": "pw-1234567", "TOKEN": "tok-1234567"}
BASIC = "Basic " + base64.b64encode(b"someone:pw-1234567").decode()


def loaded(folder: Path, text: str) -> Environment:
    """Load a file."""
    (folder / "shop.toml").write_text(text, encoding="utf-8")
    return load(["shop"], directory=folder, variables=VARIABLES)[0]


def judged(folder: Path, web: Web, backend: str) -> EnvironmentReport:
    """Return what a run says of a server with this `[backend]`."""
    declared = loaded(folder, f'title = "Shop"\n[backend]\nurl = "{web.url}"\n{backend}')
    return judge(declared, observe([declared])["shop"])


def wants(name: str, value: str) -> object:
    """Return an answer that refuses a request without this header."""

    def answer(request: BaseHTTPRequestHandler) -> Reply:
        return reply({"status": "ok"}) if request.headers.get(name) == value else reply({"error": "no"}, 401)

    return answer


@pytest.mark.parametrize(
    ("said", "name", "value"),
    [
        ('send = { X-Api-Key = { env = "KEY" } }\n', "X-Api-Key", "key-1234567"),
        ('basic = { user = { env = "USER" }, password = { env = "PASSWORD" } }\n', "Authorization", BASIC),
        ('bearer = { env = "TOKEN" }\n', "Authorization", "Bearer tok-1234567"),
    ],
)
def test_what_is_declared_for_the_backend_goes_with_every_request(
    said: str, name: str, value: str, tmp_path: Path
) -> None:
    """But not with one that the file wants to be anonymous, which proves that the key is needed at all."""
    closed = '[[backend.endpoints]]\npath = "/b"\nname = "open?"\nanonymous = true\nstatus = 401\n'
    with serve() as web:
        web.answers |= {"/health": wants(name, value), "/b": wants(name, value)}  # type: ignore[dict-item]
        report = judged(tmp_path, web, said + '[[backend.endpoints]]\npath = "/b"\n' + closed)
    assert report.verdict is Verdict.PASS
    assert value.rpartition(" ")[2] not in report.observation.secrets.text(repr(report.observation))


def test_a_header_of_a_request_goes_before_that_of_the_backend(tmp_path: Path) -> None:
    """Once for all of them, overridable for each."""
    said = 'send = { X-Tenant = "one" }\n[[backend.endpoints]]\npath = "/b"\nsend = { x-tenant = "two" }\n'
    with serve() as web:
        web.answers |= {"/health": wants("X-Tenant", "one"), "/b": wants("X-Tenant", "two")}  # type: ignore[dict-item]
        assert judged(tmp_path, web, said).verdict is Verdict.PASS


def test_reads_may_be_posted_and_sampled(tmp_path: Path) -> None:
    """GraphQL queries and searches are reads; `samples` requests an endpoint that often."""
    said = (
        '[[backend.endpoints]]\npath = "/graphql"\ngraphql = "{ viewer { id } }"\n'
        '[[backend.endpoints]]\npath = "/search"\nmethod = "POST"\nharmless = true\nfields = { q = "x" }\n'
        '[[backend.endpoints]]\npath = "/often"\nsamples = 3\n'
    )
    with serve() as web:
        web.answers |= {path: reply({"status": "ok"}) for path in ("/health", "/graphql", "/search", "/often")}
        assert judged(tmp_path, web, said).verdict is Verdict.PASS
        assert web.asked.count(("POST", "/graphql")) == web.asked.count(("POST", "/search")) == 1
        assert web.asked.count(("GET", "/often")) == 3


START = 'title = "Shop"\n[backend]\nurl = "https://a.example"\n'
ENDPOINT = START + '[[backend.endpoints]]\npath = "/x"\n'
SIGN_IN = START + '[sign_in]\nlogin = "/l"\naccount = "/a"\n'
STANDING = 'standing = { email = { env = "USER" }, password = { env = "PASSWORD" } }\n'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENDPOINT + 'method = "POST"', "harmless = true"),
        (ENDPOINT + 'graphql = "mutation { drop }"', "may change something"),
        (ENDPOINT + "fields = { a = 1 }", 'needs method = "POST"'),
        (ENDPOINT + 'method = "HEAD"\ncontains = "x"', "without a body"),
        (ENDPOINT + "status = 204\njson = { a = 1 }", "without a body"),
        (ENDPOINT + 'contains = "a"\ntext = "b"', "does not contain it"),
        (ENDPOINT + "status = 302\nfollow = true", "is a redirect"),
        (START + 'bearer = { env = "TOKEN" }\nsend = { Authorization = { env = "KEY" } }', "both are the header"),
        (START + 'database = "none"\n[backend.health]\ntouches = ["database"]', "keep one of them"),
        (SIGN_IN + STANDING + 'cookie = "sid"', 'goes with session = "cookie"'),
        (SIGN_IN + STANDING + 'session = "cookie"\ntoken = "t"', "no token is sent"),
        (SIGN_IN + STANDING + 'csrf = { page = "/l", cookie = "c" }', "how the token is sent"),
        (SIGN_IN + STANDING + 'csrf = { page = "/l" }', "found none"),
        (SIGN_IN + STANDING + 'preset = "djagno"', 'did you mean "django"?'),
        (SIGN_IN + STANDING + 'delete = "/u/{id}"', "{identity}"),
    ],
)
def test_what_no_answer_can_fulfil_is_refused_when_the_file_is_loaded(text: str, said: str, tmp_path: Path) -> None:
    """And so is a key that would be ignored."""
    with pytest.raises(EnvironmentErrors) as wrong:
        loaded(tmp_path, text)
    assert said in str(wrong.value)
