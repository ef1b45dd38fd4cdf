"""What one request brings back, and what it never does."""

from __future__ import annotations

import contextlib
import gzip
import json
import pickle
import random
import socket
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from smokegate.observation.exchange import START, Headers
from smokegate.observation.plan.step import RawResponse, RequestToSend, json_request, origin_of
from smokegate.observation.transport.body import decode
from smokegate.observation.transport.causes import WireCause
from smokegate.observation.transport.connect import Origin, Route
from smokegate.observation.transport.dial import Dialer
from smokegate.observation.transport.limits import KEPT_TEXT, BadRedirectError
from smokegate.observation.transport.lookup import Resolver
from smokegate.observation.transport.redirects import next_request
from smokegate.observation.transport.tls import Contexts
from smokegate.report.exchanges import exchange as shown

from .conftest import Caller, Handler, Prober, Serve, context_of, redirecting_to


def answering(body: bytes | str, status: str = "200 OK", *headers: str) -> Handler:
    def handler(caller: Caller) -> None:
        while caller.hear():
            caller.answer(body, status, *headers)

    return handler


def test_an_answer_is_kept_with_all_that_came_of_it(prober: Prober, serve: Serve) -> None:
    server = serve(answering('{"status": "ok"}', "200 OK", "Content-Type: application/json", "X-A: 1", "X-A: 2"))
    exchange = prober.get(f"{server.url}/health?deep=1")
    answer = exchange.answer
    assert answer is not None
    assert (answer.status, answer.body.json, answer.body.size) == (200, {"status": "ok"}, 16)
    assert answer.headers["x-a"] == "1, 2"
    assert answer.address == f"127.0.0.1:{server.port}"
    assert answer.url == f"{server.url}/health?deep=1"
    assert server.asked == ["GET /health?deep=1 HTTP/1.1"]


def test_a_first_request_shows_every_phase_and_the_next_shares_the_connection(prober: Prober, serve: Serve) -> None:
    server = serve(answering("ok"))
    prober.pool.width(origin_of(server.url)).proven = True
    first, second = prober.get(server.url).phases, prober.get(server.url).phases
    assert {"dns", "connect", "wait", "download"} == set(first.offsets)
    assert {"wait", "download"} == set(second.offsets)
    assert (first.tls, second.dns, second.connect) == (None, None, None)
    assert first.offsets["dns"] <= first.offsets["connect"] <= first.offsets["wait"] <= first.offsets["download"]
    assert server.accepted == 1


def test_the_certificate_that_answered_is_kept(prober: Prober, serve: Serve, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    prober.ca_file = str(tmp_path / "ca.pem")
    server = serve(answering("ok"), context_of(authority.issue_cert("127.0.0.1", "localhost")))
    prober.pool.width(origin_of(server.url, Route(prober.ca_file))).proven = True
    for exchange in (prober.get(server.url), prober.get(server.url)):
        assert exchange.answer is not None
        assert exchange.answer.certificate is not None
        assert set(exchange.answer.certificate.names) == {"127.0.0.1", "localhost"}
    assert server.accepted == 1


@pytest.mark.parametrize(
    ("coding", "compress"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)]
)
def test_a_compressed_body_is_read(
    prober: Prober, serve: Serve, coding: str, compress: Callable[[bytes], bytes]
) -> None:
    server = serve(answering(compress(b'{"a": 1}'), "200 OK", f"Content-Encoding: {coding}"))
    answer = prober.get(server.url).answer
    assert answer is not None
    assert answer.body.json == {"a": 1}


@pytest.mark.parametrize(
    ("body", "kind", "json_value"),
    [
        ('{"a": 1}', "text/plain", {"a": 1}),
        ("[1]", "", [1]),
        ("12", "application/json", 12),
        ("12", "text/plain", None),
        ('{"a": ', "application/json", None),
        ("<html>", "application/json", None),
        ("[" * 1_000 + "]" * 1_000, "text/plain", None),
        ('{"a": 1}', "application/problem+json; charset=utf-8", {"a": 1}),
    ],
)
def test_a_body_is_json_when_it_says_so_or_is_an_object(
    prober: Prober, serve: Serve, body: str, kind: str, json_value: object
) -> None:
    answer = prober.get(serve(answering(body, "200 OK", f"Content-Type: {kind}")).url).answer
    assert answer is not None
    assert (answer.body.json, answer.body.is_json) == (json_value, json_value is not None)


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-16le", "utf-16be", "latin1"])
def test_a_body_is_decoded_by_its_charset(charset: str) -> None:
    assert decode("grün".encode(charset), f"text/plain; charset={charset.upper()}") == "grün"


def test_the_mark_before_a_text_is_no_part_of_it() -> None:
    """Servers on Windows write it before JSON, too, and browsers leave it out."""
    assert decode("\ufeff{}".encode(), "application/json") == "{}"


@pytest.mark.parametrize("charset", ["iso-8859-1", '"utf-8"', "no-such-charset", "rot13", ""])
def test_no_charset_keeps_a_body_from_being_decoded(prober: Prober, serve: Serve, charset: str) -> None:
    body = "grün".encode("iso-8859-1" if charset == "iso-8859-1" else "utf-8")
    server = serve(answering(body, "200 OK", f"Content-Type: text/plain; charset={charset}"))
    answer = prober.get(server.url).answer
    assert answer is not None
    assert answer.body.text == "grün"


def test_a_large_body_is_kept_whole_and_packed(prober: Prober, serve: Serve) -> None:
    body = json.dumps({"filler": "x" * KEPT_TEXT, "status": "ok"})
    answer = prober.get(serve(answering(body)).url).answer
    assert answer is not None
    assert (answer.body.cut, answer.body.size) == (False, len(body))
    assert answer.body.text == body
    assert answer.body.json["status"] == "ok"
    assert answer.body.start == body[:START]
    handed_over = pickle.dumps(answer.body)
    assert len(handed_over) < START + len(body) / 100
    assert pickle.loads(handed_over).text == body  # noqa: S301 -- made in the line before


def test_of_a_large_text_that_does_not_shrink_the_beginning_is_kept(prober: Prober, serve: Serve) -> None:
    body = random.Random(1).randbytes(KEPT_TEXT).hex()  # noqa: S311 -- no secret
    body = prober.get(serve(answering(body, "200 OK", "Content-Type: text/plain")).url).answer.body
    assert (body.cut, len(body.text), body.size) == (True, KEPT_TEXT, 2 * KEPT_TEXT)


def test_redirects_are_followed_step_by_step_and_kept(prober: Prober, serve: Serve) -> None:
    target = serve(answering("there"))
    exchange = prober.get(serve(redirecting_to(f"{target.url}/b#part")).url, elsewhere=True)
    assert exchange.answer is not None
    assert exchange.answer.body.text == "there"
    assert [(each.status, each.location) for each in exchange.answer.redirects] == [(302, f"{target.url}/b")]


def test_a_redirect_to_another_origin_is_the_answer_itself(prober: Prober, serve: Serve) -> None:
    target = serve(answering("there"))
    answer = prober.get(serve(redirecting_to(f"{target.url}/b")).url).answer
    assert answer is not None
    assert (answer.status, answer.redirects_to, answer.redirects) == (302, f"{target.url}/b", ())
    assert target.accepted == 0


def test_a_host_that_a_redirect_leads_to_is_named_where_it_fails(prober: Prober, serve: Serve) -> None:
    lost = prober.get(serve(redirecting_to("http://login.invalid/")).url, elsewhere=True).no_answer
    assert lost is not None
    assert lost.cause is WireCause.BAD_REDIRECT, "nothing is wrong with the name of the host that was asked"
    assert "redirect to http://login.invalid/" in lost.detail


def test_where_a_redirect_had_led_is_kept_where_it_fails(prober: Prober, serve: Serve) -> None:
    """A redirect from http to https of the same host is followed; what refuses is the port of https."""
    with socket.socket() as reserved:  # bound, and it accepts nothing
        reserved.bind(("127.0.0.1", 0))
        target = f"https://127.0.0.1:{reserved.getsockname()[1]}/health"
        lost = prober.get(serve(redirecting_to(target)).url).no_answer
    assert lost is not None
    assert (lost.cause, lost.redirected) == (WireCause.REFUSED, target)


@pytest.mark.parametrize("address", ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "192.168.1.1"])
def test_a_public_host_that_redirects_to_a_private_address_is_refused(address: str) -> None:
    dialer = Dialer(Resolver(), Contexts())
    origin = Origin("http", address, 9)
    with pytest.raises(BadRedirectError, match="private"):
        dialer.take(origin, time.monotonic(), time.monotonic() + 30, public_only=True)


def test_credentials_do_not_follow_a_redirect_to_another_origin(prober: Prober, serve: Serve) -> None:
    target = serve(answering("there"))
    headers = (("Authorization", "Bearer abcdefgh"), ("X-Api-Key", "key-12345"), ("X-Custom", "mine-123"))
    prober.get(serve(redirecting_to(f"{target.url}/x")).url, *headers, elsewhere=True)
    arrived = target.heard[0].lower()
    assert b"authorization" not in arrived
    assert b"x-api-key" not in arrived
    assert b"x-custom" not in arrived
    assert b"user-agent: smokegate" in arrived


def test_credentials_follow_a_redirect_within_the_origin(prober: Prober, serve: Serve) -> None:
    def handler(caller: Caller) -> None:
        caller.hear()
        caller.answer("", "307 Temporary Redirect", "Location: /b")
        caller.hear()
        caller.answer("there")

    server = serve(handler)
    prober.get(server.url, ("Authorization", "Bearer abcdefgh"))
    assert b"Authorization: Bearer abcdefgh" in server.heard[1]


def test_a_redirect_is_followed_with_the_cookies_that_it_sets(prober: Prober, serve: Serve) -> None:
    """Some sites redirect to themselves until a client keeps a cookie."""

    def handler(caller: Caller) -> None:
        caller.hear()
        caller.answer(
            "", "302 Found", "Location: /", "Set-Cookie: seen=2; Path=/; HttpOnly", "Set-Cookie: old=; Max-Age=0"
        )
        caller.hear()
        caller.answer("there")

    server = serve(handler)
    prober.get(server.url, ("Cookie", "seen=1; lang=en"))
    assert b"Cookie: lang=en; seen=2\r\n" in server.heard[1]


def test_no_cookie_follows_a_redirect_to_another_origin(prober: Prober, serve: Serve) -> None:
    target = serve(answering("there"))

    def handler(caller: Caller) -> None:
        caller.hear()
        caller.answer("", "302 Found", f"Location: {target.url}/", "Set-Cookie: sid=abcdefgh")

    prober.get(serve(handler).url, elsewhere=True)
    assert b"cookie" not in target.heard[0].lower()


@pytest.mark.parametrize(
    ("here", "there", "sent", "follows"),
    [
        ("https://www.shop.example/", "https://shop.example/", (), True),
        ("http://shop.example/", "https://www.shop.example/", (), True),
        ("https://www.shop.example/", "http://shop.example/", (), False),
        ("https://www.shop.example/", "https://shop.example/", (("Authorization", "Bearer abcdefgh"),), False),
        ("https://www.shop.example/", "https://api.shop.example/", (), False),
    ],
)
def test_www_and_the_bare_domain_are_one_site(
    here: str, there: str, sent: tuple[tuple[str, str], ...], *, follows: bool
) -> None:
    """A request with credentials stays: it would arrive without them."""
    redirect = RawResponse(301, Headers((("Location", there),)), "", 0, here)
    found = next_request(RequestToSend("GET", here, sent), redirect)
    assert (found.url if found else None) == (there if follows else None)


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_body_goes_to_no_other_origin(prober: Prober, serve: Serve, status: str) -> None:
    target = serve(answering("there"))

    def handler(caller: Caller) -> None:
        caller.hear()
        caller.answer("", status, f"Location: {target.url}/steal")

    exchange = prober.ask(json_request("POST", serve(handler).url, {"password": "s3cret!"}))
    assert exchange.answer is not None
    assert exchange.answer.status == int(status[:3])
    assert target.heard == []


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "303 See Other"])
def test_a_post_becomes_a_get_without_body_where_browsers_do_so(prober: Prober, serve: Serve, status: str) -> None:
    def handler(caller: Caller) -> None:
        caller.hear()
        caller.answer("", status, "Location: /done")
        caller.hear()
        caller.answer("done")

    server = serve(handler)
    prober.ask(json_request("POST", server.url, {"a": 1}))
    assert server.asked[1] == "GET /done HTTP/1.1"
    assert b"content-type" not in server.heard[1].lower()
    assert server.heard[1].endswith(b"\r\n\r\n")


def test_a_head_request_has_no_body_to_wait_for(prober: Prober, serve: Serve) -> None:
    def handler(caller: Caller) -> None:
        while caller.hear():
            caller.say("HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")

    answer = prober.ask(RequestToSend("HEAD", serve(handler).url)).answer
    assert answer is not None
    assert (answer.status, answer.body.size) == (200, 0)


def test_what_was_sent_is_shown_without_its_secrets(prober: Prober, serve: Serve) -> None:
    prober.redactor.add("s3cret!")
    exchange = prober.ask(
        json_request(
            "POST",
            serve(answering('{"input": "s3cret!"}')).url,
            {"p": "s3cret!"},
            ("Authorization", "Bearer t"),
        )
    )
    assert exchange.answer is not None
    assert exchange.answer.body.text == '{"input": "s3cret!"}', "judged raw"
    written = json.loads(prober.redactor.text(json.dumps(shown(exchange))))
    assert "s3cret!" not in str(written)
    assert ["Authorization", "Bearer [redacted]"] in written["request"]["headers"]
    assert written["request"]["body"] == '{"p": "[redacted]"}'


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ('{"access_token": "AbCdEf123456789"}', ()),
        ('{"deep": [{"refreshToken": "AbCdEf123456789"}]}', ()),
        ("AbCdEf123456789", ("Set-Cookie: sid=AbCdEf123456789; Path=/",)),
    ],
)
def test_a_token_is_known_before_the_answer_that_brings_it_is_kept(
    prober: Prober, serve: Serve, body: str, headers: tuple[str, ...]
) -> None:
    exchange = prober.get(serve(answering(body, "200 OK", *headers)).url)
    assert exchange.answer is not None
    assert prober.redactor.text("AbCdEf123456789") == "[redacted]"


def test_a_status_beside_a_secret_name_is_no_secret(prober: Prober, serve: Serve) -> None:
    answer = prober.get(serve(answering('{"api_key": "configured", "token_type": "bearer"}')).url).answer
    assert answer is not None
    assert answer.body.json == {"api_key": "configured", "token_type": "bearer"}


def test_an_answer_is_kept_as_it_came(prober: Prober, serve: Serve) -> None:
    answer = prober.get(serve(answering("a\x1b[31mb\u202ec", "200 OK", "X-Colour: \x1b[31mred")).url).answer
    assert answer is not None
    assert answer.body.text == "a\x1b[31mb\u202ec"
    assert answer.headers["x-colour"] == "\x1b[31mred"


def test_loopback_never_goes_through_a_proxy(prober: Prober, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(answering("from the proxy"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    answer = prober.get(serve(answering("direct")).url).answer
    assert answer is not None
    assert answer.body.text == "direct"


def test_other_hosts_go_through_the_proxy_that_the_environment_names(
    prober: Prober, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(answering("from the proxy"))
    monkeypatch.setenv("http_proxy", proxy.url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    answer = prober.get("http://app.example.test/health").answer
    assert answer is not None
    assert answer.body.text == "from the proxy"
    assert answer.proxied
    assert proxy.asked == ["GET http://app.example.test/health HTTP/1.1"]


def test_the_name_and_password_of_a_proxys_address_are_shown_to_the_proxy(
    prober: Prober, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []

    def listening(caller: Caller) -> None:
        heard.append(caller.hear())
        caller.say("HTTP/1.1 204 No Content\r\n\r\n")

    monkeypatch.setenv("http_proxy", serve(listening).url.replace("//", "//name:se%40cret@"))
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    prober.get("http://app.example.test/health")
    assert b"Proxy-Authorization: Basic bmFtZTpzZUBjcmV0".lower() in heard[0].lower()


def closing(caller: Caller) -> None:
    caller.hear()


def gibberish(caller: Caller) -> None:
    caller.hear()
    caller.say("SSH-2.0-OpenSSH_9.2\r\n")


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("handler", [closing, gibberish], ids=["closes", "speaks no HTTP"])
def test_a_proxy_that_passes_nothing_on_is_the_proxys_fault(
    prober: Prober, serve: Serve, monkeypatch: pytest.MonkeyPatch, handler: Handler, scheme: str
) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", serve(handler).url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    no_answer = prober.get(f"{scheme}://app.example.test/health").no_answer
    assert no_answer is not None
    assert no_answer.cause is WireCause.PROXY


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:port", "socks5h://127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_the_runners_setting(
    prober: Prober, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("http_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    no_answer = prober.get("http://app.example.test/health").no_answer
    assert no_answer is not None
    assert no_answer.cause is WireCause.PROXY


def tunnelling_to(port: int) -> Handler:
    """A proxy that leads every CONNECT to one port of this machine."""

    def pump(source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def handler(caller: Caller) -> None:
        caller.hear()
        caller.say("HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as target:
            back = threading.Thread(target=pump, args=(target, caller.sock), daemon=True)
            back.start()
            pump(caller.sock, target)
            back.join()

    return handler


def test_a_host_that_breaks_off_behind_a_proxys_tunnel_is_not_the_proxys_fault(
    prober: Prober, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = serve(closing)
    monkeypatch.setenv("https_proxy", serve(tunnelling_to(target.port)).url)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    no_answer = prober.get("https://app.example.test/health").no_answer
    assert no_answer is not None
    assert no_answer.cause is not WireCause.PROXY


@pytest.mark.parametrize("host", ["app.example.test", "other.example.test"])
def test_tls_is_verified_through_a_proxy_too(
    prober: Prober, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    prober.ca_file = str(tmp_path / "ca.pem")
    target = serve(answering("fine"), context_of(authority.issue_cert("app.example.test")))
    proxy = serve(tunnelling_to(target.port))
    monkeypatch.setenv("https_proxy", proxy.url)
    exchange = prober.get(f"https://{host}/health")
    assert [line.rpartition(" ")[0] for line in proxy.asked] == [f"CONNECT {host}:443"]
    if host == "app.example.test":
        assert exchange.answer is not None
        assert exchange.answer.body.text == "fine"
    else:
        assert exchange.no_answer is not None
        assert exchange.no_answer.cause is WireCause.TLS_WRONG_HOST


def test_a_connection_that_idled_long_is_not_trusted_with_a_request(
    prober: Prober, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(answering("ok"))
    prober.get(server.url)
    monkeypatch.setattr("smokegate.observation.transport.traced.IDLE", 0.0)
    prober.get(server.url)
    assert server.accepted == 2


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_the_authorities_that_a_variable_names_are_trusted(
    prober: Prober, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, str(tmp_path / "ca.pem"))
    assert prober.get(serve(answering("ok"), context_of(authority.issue_cert("127.0.0.1"))).url).answer is not None


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("[" * 100_000, "levels"),
        ("[" + "[]," * 300_000 + "0]", "values"),
        ("[" * 150 + "]" * 150, "levels"),
        (f"[{'9' * 5000}]", "5000 digits"),
        ("[1e999]", "out of range"),
        (f"[0.{'1' * 5000}]", "digits"),
    ],
    ids=["open-brackets", "many-values", "deep", "long-number", "huge-number", "long-fraction"],
)
def test_json_beyond_the_caps_is_too_large_and_named(prober: Prober, serve: Serve, body: str, named: str) -> None:
    lost = prober.get(serve(answering(body, "200 OK", "Content-Type: application/json")).url).no_answer
    assert lost is not None
    assert lost.cause is WireCause.TOO_LARGE
    assert named in lost.detail


@pytest.mark.parametrize("length", ["9" * 5000, "9" * 30, str(9 * 1024 * 1024)])
def test_a_length_beyond_the_cap_is_too_large_however_long_its_number(
    prober: Prober, serve: Serve, length: str
) -> None:
    def handler(caller: Caller) -> None:
        caller.hear()
        caller.say(f"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\nx")
        caller.over.wait()

    lost = prober.get(serve(handler).url).no_answer
    assert lost is not None
    assert lost.cause is WireCause.TOO_LARGE


def test_interim_answers_are_no_answers(prober: Prober, serve: Serve) -> None:
    def handler(caller: Caller) -> None:
        caller.hear()
        caller.say("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n")
        caller.answer("there")

    answer = prober.get(serve(handler).url).answer
    assert answer is not None
    assert (answer.status, answer.body.text) == (200, "there")
    assert "link" not in answer.headers


def test_interim_answers_without_end_are_given_up(prober: Prober, serve: Serve) -> None:
    def handler(caller: Caller) -> None:
        caller.hear()
        while not caller.over.is_set():
            caller.say("HTTP/1.1 103 Early Hints\r\n\r\n")

    lost = prober.get(serve(handler).url).no_answer
    assert lost is not None
    assert lost.cause is WireCause.TOO_LARGE


def test_a_compressed_body_that_is_cut_short_is_truncated(prober: Prober, serve: Serve) -> None:
    whole = gzip.compress(b"there" * 1000)
    lost = prober.get(serve(answering(whole[:-9], "200 OK", "Content-Encoding: gzip")).url).no_answer
    assert lost is not None
    assert lost.cause is WireCause.TRUNCATED


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"there")),
        ("x-gzip", gzip.compress(b"there")),
        ("gzip", gzip.compress(b"th") + gzip.compress(b"ere")),
        ("deflate", zlib.compress(b"there")),
        ("deflate", zlib.compress(b"there")[2:-4]),
        ("identity", b"there"),
    ],
    ids=["gzip", "x-gzip", "two-members", "deflate", "raw-deflate", "identity"],
)
def test_the_encodings_that_servers_use_are_read(prober: Prober, serve: Serve, encoding: str, body: bytes) -> None:
    answer = prober.get(serve(answering(body, "200 OK", f"Content-Encoding: {encoding}")).url).answer
    assert answer is not None
    assert answer.body.text == "there"
