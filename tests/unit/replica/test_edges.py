"""The edges behave as Render's router and as nginx do, on healthy deployments."""

from __future__ import annotations

import re
import socket
from typing import Any
from urllib.parse import urlsplit

import pytest


def _raw(url: str, data: bytes) -> bytes:
    """Everything a server sends until it closes the connection."""
    parts = urlsplit(url)
    received = b""
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(data)
        while block := connection.recv(65536):
            received += block
    return received


def test_the_edge_names_the_server_of_an_application_that_answered(tectonic: Any, ask: Any) -> None:
    assert ask(tectonic, "GET", "/health").headers["x-render-origin-server"] == "uvicorn"


def test_the_edge_says_nothing_of_routing_when_the_application_answered(tectonic: Any, ask: Any) -> None:
    assert "x-render-routing" not in ask(tectonic, "GET", "/nowhere").headers


def test_every_answer_is_cloudflares(tectonic: Any, ask: Any) -> None:
    headers = ask(tectonic, "GET", "/health").headers
    assert headers["server"] == "cloudflare"
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}", headers["rndr-id"])
    assert re.fullmatch(r"[0-9a-f]{16}-[A-Z]{3}", headers["cf-ray"])


def test_what_the_edge_makes_itself_names_no_application(serve: Any, ask: Any) -> None:
    headers = ask(serve("tectonic", "no-server"), "GET", "/health").headers
    assert headers["server"] == "cloudflare"
    assert "x-render-origin-server" not in headers
    assert "x-tectonic-commit" not in headers


def test_a_static_site_is_served_by_render(tectonic: Any, ask: Any) -> None:
    assert ask(tectonic, "GET", "/", frontend=True).headers["x-render-origin-server"] == "Render"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_static_site_answers_unknown_paths_with_its_page(tectonic: Any, ask: Any, method: str) -> None:
    answer = ask(tectonic, method, "/api/auth/register", frontend=True)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_connections_are_kept_alive(tectonic: Any) -> None:
    request = b"GET /health HTTP/1.1\r\nhost: replica\r\n\r\n"
    last = request.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
    assert _raw(tectonic.backend_url, request + last).count(b"HTTP/1.1 200 OK") == 2


def test_a_head_request_gets_no_body(tectonic: Any) -> None:
    request = b"HEAD / HTTP/1.1\r\nhost: replica\r\nconnection: close\r\n\r\n"
    head, _, body = _raw(tectonic.frontend_url, request).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert body == b""


def test_nonsense_is_a_bad_request(tectonic: Any) -> None:
    assert _raw(tectonic.backend_url, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400")


def test_a_client_that_asks_first_is_told_to_continue(tectonic: Any) -> None:
    head = b"POST /api/auth/login HTTP/1.1\r\nhost: replica\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\n"
    parts = urlsplit(tectonic.backend_url)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 100")
        connection.sendall(b"{}")
        assert connection.recv(65536).startswith(b"HTTP/1.1 422")


def test_nginx_puts_its_name_on_every_answer(trading: Any, ask: Any) -> None:
    assert ask(trading, "GET", "/health").headers["server"] == "nginx/1.22.1"


def test_both_sites_speak_tls_when_asked_to(serve: Any, ask: Any) -> None:
    replica = serve("tectonic", tls=True)
    assert replica.backend_url.startswith("https://")
    assert ask(replica, "GET", "/health").status_code == 200
    assert ask(replica, "GET", "/", frontend=True).status_code == 200
