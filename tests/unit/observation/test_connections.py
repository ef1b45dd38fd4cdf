"""Client certificates, authorities of one's own, and another address than the name's: as the file says."""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme
from tests_support.observe import observe
from tests_support.suite import judge
from tests_support.web import Reply, reply, serve

from smokegate.diagnosis.verdict import Verdict
from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.load import load
from smokegate.observation.exchange import Headers
from smokegate.observation.plan.step import RawResponse, RequestToSend
from smokegate.observation.transport.connect import Route
from smokegate.observation.transport.redirects import next_request
from smokegate.report.model import EnvironmentReport

from .conftest import Caller, Serve, context_of

HEALTHY = '{"status": "ok"}'
Judged = Callable[..., EnvironmentReport]


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    """Return what a run says of a file with this `[backend]`."""

    def one(backend: str, *, before: str = "", after: str = "", **variables: str) -> EnvironmentReport:
        text = f'title = "Shop"\ncontrol = []\n{before}\n[backend]\ntimeout = "30s"\n{backend}\n{after}\n'
        (tmp_path / "shop.toml").write_text(text, encoding="utf-8")
        (declared,) = load(["shop"], directory=tmp_path, variables=variables)
        return judge(declared, observe([declared])["shop"])

    return one


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    """An authority of the team's own, as `ca.pem` beside the file."""
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return made


def _mutual(authority: trustme.CA) -> ssl.SSLContext:
    context = context_of(authority.issue_cert("127.0.0.1"))
    context.verify_mode = ssl.CERT_REQUIRED
    authority.configure_trust(context)
    return context


def _healthy(caller: Caller) -> None:
    while caller.hear():
        caller.answer(HEALTHY, "200 OK", "Content-Type: application/json")


def _client(folder: Path, authority: trustme.CA) -> tuple[str, str]:
    issued = authority.issue_cert("smoke@example.com")
    issued.cert_chain_pems[0].write_to_path(str(folder / "client.pem"))
    issued.private_key_pem.write_to_path(str(folder / "client.key"))
    return (folder / "client.pem").read_text(), (folder / "client.key").read_text()


def test_client_certificate_opens_a_mutual_tls_server(
    serve: Serve, judged: Judged, authority: trustme.CA, tmp_path: Path
) -> None:
    """From files beside the environment file, or as PEM text from variables, as CI systems hold secrets."""
    server = serve(_healthy, _mutual(authority))
    certificate, key = _client(tmp_path, authority)
    site = f'url = "{server.url}"\n'
    trust = 'ca_file = "ca.pem"'
    files = judged(site + 'client_certificate = { file = "client.pem", key = "client.key" }', before=trust)
    named = 'client_certificate = { file = { env = "CERT" }, key = { env = "KEY" } }'
    variables = judged(site + named, before=trust, CERT=certificate, KEY=key)

    assert (files.verdict, variables.verdict) == (Verdict.PASS, Verdict.PASS)
    curl = files.observation.exchanges["health"].request.curl()
    assert f"--cert {tmp_path / 'client.pem'} --key {tmp_path / 'client.key'}" in curl
    assert "PRIVATE KEY" not in repr(variables.environment) + repr(variables.observation)


def test_server_that_wants_a_client_certificate_could_not_be_judged(
    serve: Serve, judged: Judged, authority: trustme.CA, tmp_path: Path
) -> None:
    """A certificate that the file does not name, or that another authority issued, says nothing of the deployment."""
    server = serve(_healthy, _mutual(authority))
    _client(tmp_path, trustme.CA())
    site = f'url = "{server.url}"\n'
    shown = 'client_certificate = { file = "client.pem", key = "client.key" }'
    reports = [judged(site + more, before='ca_file = "ca.pem"') for more in ("", shown)]

    for report in reports:
        assert report.verdict is Verdict.UNKNOWN
        assert report.diagnosis.headline is not None
        assert report.diagnosis.headline.code == "tls.client-certificate"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ('{ file = "client.pem", key = "other.key" }', "the private key that belongs to it"),
        ('{ file = "nowhere.pem" }', "a PEM file that can be read"),
        ('{ file = "client.pem", key = "-----BEGIN PRIVATE KEY-----" }', "a key is never written down"),
        ('{ file = { env = "CLIENT_CERT" } }', "export CLIENT_CERT=…"),
    ],
)
def test_certificate_that_cannot_be_shown_is_refused_when_loading(
    judged: Judged, authority: trustme.CA, tmp_path: Path, said: str, wanted: str
) -> None:
    _client(tmp_path, authority)
    trustme.CA().private_key_pem.write_to_path(str(tmp_path / "other.key"))

    with pytest.raises(EnvironmentErrors, match=r"backend\.client_certificate") as caught:
        judged(f'url = "https://127.0.0.1:9"\nclient_certificate = {said}')

    assert wanted in str(caught.value)


def test_deployment_is_checked_before_dns_is_switched(serve: Serve, judged: Judged, authority: trustme.CA) -> None:
    """`connect_to` leads the name elsewhere; certificate, server name and Host header stay the name's."""
    server = serve(_healthy, context_of(authority.issue_cert("shop.invalid")))
    report = judged(
        f'url = "https://shop.invalid"\nconnect_to = "127.0.0.1:{server.port}"', before='ca_file = "ca.pem"'
    )

    assert report.verdict is Verdict.PASS
    assert all(b"\r\nHost: shop.invalid\r\n" in each for each in server.heard)
    assert f"--connect-to ::127.0.0.1:{server.port}" in report.observation.exchanges["health"].request.curl()


def test_one_request_may_be_connected_elsewhere_and_name_another_host(judged: Judged) -> None:
    """Each node behind a name can be checked beside the name itself, and the frontend has a way of its own."""
    answer = reply({"status": "ok"})
    with serve() as one, serve() as other, serve() as pages:
        one.answers = {"/health": answer}
        other.answers = {"/health": lambda request: Reply(200, request.headers["Host"].encode())}
        pages.answers = {"/": Reply(200, b"<!doctype html><title>Shop</title>", (("Content-Type", "text/html"),))}
        to = [each.url.removeprefix("http://") for each in (one, other, pages)]
        report = judged(
            f'url = "http://shop.invalid"\nconnect_to = "{to[0]}"\n'
            f'[[backend.endpoints]]\npath = "/health"\nname = "node 2"\nconnect_to = "{to[1]}"\n'
            'host = "node.example.com"\ntext = "node.example.com"\n'
            f'[frontend]\nurl = "http://www.invalid"\nconnect_to = "{to[2]}"\ncalls = false\n'
        )

    assert report.verdict is Verdict.PASS
    assert ("GET", "/") in pages.asked


def test_redirect_to_the_host_that_was_named_stays_at_the_host_that_was_requested(judged: Judged) -> None:
    """An application writes its public name into redirects, whatever it was reached by."""
    with serve() as web:
        web.answers = {
            "/health": Reply(301, b"", (("Location", "http://shop.example.com/health/"),)),
            "/health/": reply({"status": "ok"}),
        }
        report = judged(f'url = "{web.url}"\nhost = "shop.example.com"')

    assert report.verdict is Verdict.PASS


def test_client_certificate_and_address_stay_behind_at_another_host() -> None:
    """A redirect to another origin takes no credential along, and is not connected to the first one's address."""
    shown = object()
    ask = RequestToSend("GET", "https://a.example/x", elsewhere=True, route=Route("ca.pem", shown, "10.0.0.7"))  # type: ignore[arg-type]
    targets = ("https://b.example/y", "/y")
    moved = [RawResponse(302, Headers((("location", each),)), "", 0, ask.url) for each in targets]
    away, within = (next_request(ask, each) for each in moved)

    assert away is not None
    assert within is not None
    assert (away.route, within.route) == (Route("ca.pem"), ask.route)


def test_each_request_has_a_trace_of_its_own(judged: Judged) -> None:
    """By W3C's `traceparent`, to the deployment only; without `[trace]` there is none."""
    with serve() as web:
        seen: list[str | None] = []
        web.answers["/health"] = lambda request: (seen.append(request.headers["traceparent"]), reply({}))[1]
        report = judged(f'url = "{web.url}"', after='[trace]\nlink = "https://tracing.example.com/{trace_id}"')
        assert judged(f'url = "{web.url}"').observation.exchanges["health"].request.trace_id is None

    sent = [each for each in seen if each is not None]
    assert (len(seen), len(sent), len(set(sent))) == (10, 5, 5)
    assert all(re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", each) for each in sent)
    assert {each.request.trace_id for each in report.observation.samples} == {each.split("-")[1] for each in sent}


def test_link_to_a_trace_has_a_place_for_its_id(judged: Judged) -> None:
    """Else every failure would lead to the same page."""
    with pytest.raises(EnvironmentErrors, match=r"a place for the id"):
        judged('url = "http://127.0.0.1:9"', after='[trace]\nlink = "https://tracing.example.com/"')
