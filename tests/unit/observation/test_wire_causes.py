"""Every reason for which a request gets no answer, each brought about on a real socket."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from smokegate.observation.transport.causes import WireCause
from smokegate.observation.transport.limits import MAX_BODY

from .conftest import Caller, Prober, Serve, context_of, redirecting_to

OK = "HTTP/1.1 200 OK\r\n"


def closing(caller: Caller) -> None:
    caller.hear()


def resetting(caller: Caller) -> None:
    caller.hear()
    caller.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    caller.sock.close()


def silent(caller: Caller) -> None:
    caller.hear()
    caller.over.wait()


def dripping(caller: Caller) -> None:
    """Send a byte at a time: each read succeeds, and the answer never ends."""
    caller.hear()
    caller.say(OK + "Content-Length: 1000000\r\n\r\n")
    while not caller.over.wait(0.02):
        caller.say(b".")


def dripping_headers(caller: Caller) -> None:
    caller.hear()
    caller.say(OK)
    while not caller.over.wait(0.02):
        caller.say("X: 1\r\n"[:1])


def truncating(caller: Caller) -> None:
    caller.hear()
    caller.say(OK + "Content-Length: 100\r\n\r\nten bytes.")


def truncating_chunks(caller: Caller) -> None:
    caller.hear()
    caller.say(OK + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")


def babbling(caller: Caller) -> None:
    caller.hear()
    caller.say("SSH-2.0-OpenSSH_9.6\r\n\r\n")


def speaking_http2(caller: Caller) -> None:
    """Send a SETTINGS frame, which ends no line, and wait for the other side's."""
    caller.hear()
    caller.say("\0\0\0\4\0\0\0\0\0")
    caller.hear()


def miscounting_chunks(caller: Caller) -> None:
    caller.hear()
    caller.say(OK + "Transfer-Encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n\r\n")


def claiming_gzip(caller: Caller) -> None:
    caller.hear()
    caller.answer(b"no gzip at all", "200 OK", "Content-Encoding: gzip")


def unasked_encoding(caller: Caller) -> None:
    caller.hear()
    caller.answer(b"\x0b\x02\x80", "200 OK", "Content-Encoding: compress")


def redirecting_for_ever(caller: Caller) -> None:
    while caller.hear():
        caller.answer(b"", "302 Found", "Location: /again")


def announcing_too_much(caller: Caller) -> None:
    caller.hear()
    caller.say(OK + f"Content-Length: {MAX_BODY + 1}\r\n\r\nx")


def streaming_too_much(caller: Caller) -> None:
    caller.hear()
    caller.say(OK + "Connection: close\r\n\r\n")
    while not caller.over.is_set():
        caller.say(b"x" * 65536)


def bombing(caller: Caller) -> None:
    """Some kilobytes of gzip that become more than the cap."""
    caller.hear()
    caller.answer(gzip.compress(b"\0" * (MAX_BODY * 4)), "200 OK", "Content-Encoding: gzip")


def long_header(caller: Caller) -> None:
    caller.hear()
    caller.say(OK + "X: " + "x" * 70_000 + "\r\n\r\n")


def many_headers(caller: Caller) -> None:
    caller.hear()
    caller.say(OK + "".join(f"X-{number}: 1\r\n" for number in range(200)) + "\r\n")


MISBEHAVIOURS = {
    closing: WireCause.CLOSED,
    resetting: WireCause.RESET,
    silent: WireCause.READ_TIMEOUT,
    dripping: WireCause.READ_TIMEOUT,
    dripping_headers: WireCause.READ_TIMEOUT,
    truncating: WireCause.TRUNCATED,
    truncating_chunks: WireCause.TRUNCATED,
    babbling: WireCause.BAD_FRAMING,
    speaking_http2: WireCause.BAD_FRAMING,
    miscounting_chunks: WireCause.BAD_FRAMING,
    claiming_gzip: WireCause.BAD_ENCODING,
    unasked_encoding: WireCause.BAD_ENCODING,
    redirecting_for_ever: WireCause.TOO_MANY_REDIRECTS,
    announcing_too_much: WireCause.TOO_LARGE,
    streaming_too_much: WireCause.TOO_LARGE,
    bombing: WireCause.TOO_LARGE,
    long_header: WireCause.TOO_LARGE,
    many_headers: WireCause.TOO_LARGE,
}
#: The causes that the other tests of this module bring about; a refused client certificate is in test_connections.py.
ELSEWHERE = {
    WireCause.NAME_NOT_FOUND,
    WireCause.NAME_SERVER,
    WireCause.REFUSED,
    WireCause.UNREACHABLE,
    WireCause.CONNECT_TIMEOUT,
    WireCause.TLS_EXPIRED,
    WireCause.TLS_NOT_YET_VALID,
    WireCause.TLS_WRONG_HOST,
    WireCause.TLS_UNTRUSTED,
    WireCause.TLS_HANDSHAKE,
    WireCause.TLS_CLIENT,
    WireCause.PROXY,
    WireCause.BAD_REDIRECT,
    WireCause.OTHER,
}


def cause(prober: Prober, url: str) -> WireCause:
    failed = prober.get(url).no_answer
    assert failed is not None, "an answer came"
    assert failed.detail
    return failed.cause


def test_every_cause_is_brought_about_in_this_module() -> None:
    assert set(MISBEHAVIOURS.values()) | ELSEWHERE == set(WireCause)


@pytest.mark.parametrize(("handler", "expected"), MISBEHAVIOURS.items(), ids=[each.__name__ for each in MISBEHAVIOURS])
def test_a_misbehaving_server_is_named_for_what_it_does(
    prober: Prober, serve: Serve, handler: Callable[[Caller], None], expected: WireCause
) -> None:
    server = serve(handler)
    if expected is WireCause.READ_TIMEOUT:
        prober.timeout = 1.0
    assert cause(prober, server.url) is expected


@pytest.mark.parametrize("handler", [silent, dripping, dripping_headers])
def test_no_server_outlives_the_deadline(prober: Prober, serve: Serve, handler: Callable[[Caller], None]) -> None:
    prober.timeout = 0.3
    url = serve(handler).url
    took = (prober.get(url).seconds for _ in range(5))
    assert any(0.25 < each < 2.0 for each in took), "once at least: a busy machine may be late each other time"


@pytest.mark.parametrize(
    "location",
    ["ftp://files.example/", "mailto:someone@example.com", "http://[broken/", "http://host:99999/"],
)
def test_a_redirect_without_a_usable_address_is_a_bad_one(prober: Prober, serve: Serve, location: str) -> None:
    assert cause(prober, serve(redirecting_to(location)).url) is WireCause.BAD_REDIRECT


def test_a_reserved_name_is_not_found_without_asking_anybody(prober: Prober) -> None:
    assert cause(prober, "http://no-such-host.invalid/") is WireCause.NAME_NOT_FOUND


def test_a_label_that_no_name_can_have_is_not_found(prober: Prober) -> None:
    assert cause(prober, f"http://{'x' * 64}.invalid.example/") is WireCause.NAME_NOT_FOUND


def test_a_port_that_no_one_listens_on_refuses(prober: Prober) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert cause(prober, f"http://127.0.0.1:{bound.getsockname()[1]}/") is WireCause.REFUSED


@pytest.fixture
def full_backlog() -> Iterator[int]:
    """A port whose queue of connections is full, so that Linux drops what else arrives."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)  # noqa: FBT003 -- the socket's own interface
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_an_attempt_that_nothing_answers_times_out(prober: Prober, full_backlog: int) -> None:
    prober.timeout = 0.3
    assert cause(prober, f"http://127.0.0.1:{full_backlog}/") is WireCause.CONNECT_TIMEOUT


def test_a_server_that_speaks_no_tls_fails_the_handshake(prober: Prober, serve: Serve) -> None:
    server = serve(lambda caller: caller.say("HTTP/1.1 400 Bad Request\r\n\r\n"))
    assert cause(prober, server.url.replace("http:", "https:")) is WireCause.TLS_HANDSHAKE


def test_a_handshake_without_end_is_over_at_the_deadline(prober: Prober, serve: Serve) -> None:
    prober.timeout = 1.0
    server = serve(lambda caller: caller.over.wait() and None)
    assert cause(prober, server.url.replace("http:", "https:")) is WireCause.TLS_HANDSHAKE


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


NOW = datetime.now(UTC)
CERTIFICATES = {
    WireCause.TLS_EXPIRED: ("127.0.0.1", NOW - timedelta(days=30), NOW - timedelta(days=1)),
    WireCause.TLS_NOT_YET_VALID: ("127.0.0.1", NOW + timedelta(days=1), NOW + timedelta(days=30)),
    WireCause.TLS_WRONG_HOST: ("other.example", NOW - timedelta(days=1), NOW + timedelta(days=30)),
}


@pytest.mark.parametrize("expected", CERTIFICATES, ids=lambda each: each.code)
def test_a_bad_certificate_is_named_for_what_is_wrong_with_it(
    prober: Prober, serve: Serve, authority: trustme.CA, tmp_path: Path, expected: WireCause
) -> None:
    host, begins, ends = CERTIFICATES[expected]
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    prober.ca_file = str(tmp_path / "ca.pem")
    certificate = authority.issue_cert(host, not_before=begins, not_after=ends)
    assert cause(prober, serve(closing, context_of(certificate)).url) is expected


def test_a_certificate_of_an_unknown_authority_is_not_trusted(
    prober: Prober, serve: Serve, authority: trustme.CA
) -> None:
    server = serve(closing, context_of(authority.issue_cert("127.0.0.1")))
    assert cause(prober, server.url) is WireCause.TLS_UNTRUSTED


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_refused_certificate_is_named(prober: Prober, serve: Serve, version: ssl.TLSVersion) -> None:
    """Whose certificate was shown is in the detail, whichever version of TLS is spoken."""
    own = trustme.CA(organization_name="Someone").issue_cert("127.0.0.1", common_name="TRAEFIK DEFAULT CERT")
    context = context_of(own)
    context.minimum_version = context.maximum_version = version

    failed = prober.get(serve(closing, context).url).no_answer

    assert failed is not None
    assert "CN=TRAEFIK DEFAULT CERT, issued by O=Someone" in failed.detail


def test_a_redirect_from_https_to_plain_http_is_not_followed(
    prober: Prober, serve: Serve, authority: trustme.CA, tmp_path: Path
) -> None:
    plain = serve(lambda caller: caller.hear() and caller.answer(b"plain"))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    prober.ca_file = str(tmp_path / "ca.pem")
    secure = serve(redirecting_to(plain.url), context_of(authority.issue_cert("127.0.0.1")))
    answer = prober.get(secure.url, elsewhere=True).answer
    assert answer is not None
    assert (answer.status, answer.redirects_to) == (302, plain.url)
    assert plain.accepted == 0


def test_what_the_table_does_not_know_is_other_with_its_own_words(prober: Prober, serve: Serve) -> None:
    failed = prober.get(serve(closing).url, ("X-Broken", "one\ntwo")).no_answer
    assert failed is not None
    assert failed.cause is WireCause.OTHER
    assert "Invalid header value" in failed.detail


PROBE = """
import sys
from smokegate.environment.model import Backend, Environment
from smokegate.observation.observer import Observer, Pool
environment = Environment(name="n", title="n", backend=Backend(url=sys.argv[1], timeout=5.0))
pool = Pool()
observer = Observer(environment, pool=pool, controls=())
print(observer.exchange("health").outcome.cause.code)
"""


@pytest.mark.parametrize(
    ("fault", "url", "expected"),
    [
        ("unreachable", "http://203.0.113.1/", WireCause.UNREACHABLE),
        ("connect-timeout", "http://192.0.2.1/", WireCause.CONNECT_TIMEOUT),
        ("name-server", "http://app.example.com/", WireCause.NAME_SERVER),
        ("offline", "http://app.example.com/", WireCause.NAME_SERVER),
        ("unreachable", "http://app.example.com/", WireCause.NAME_NOT_FOUND),
    ],
)
def test_a_broken_network_is_named_for_what_is_broken(fault: str, url: str, expected: WireCause) -> None:
    from smokegate.replica import namespace  # noqa: PLC0415 -- only this test makes namespaces

    if not namespace.permitted():
        message = "this machine does not let us make network namespaces (root, or user namespaces, are needed)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    command = namespace.command(fault, [sys.executable, "-c", PROBE, url])
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.strip() == expected.code, done.stderr
