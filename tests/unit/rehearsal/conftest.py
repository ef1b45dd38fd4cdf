"""An environment with every capability that a rehearsal can break, and what it answered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from smokegate.environment.load import load
from smokegate.environment.model import Environment
from smokegate.rehearsal.exchanges import Recorded, Recording

FILE = """
title = "A shop"
[backend]
url = "https://api.shop.example"
[backend.health]
json = { status = "ok", service = "shop" }
headers = { x-mode = "live" }
within = "1s"
[[backend.endpoints]]
path = "/orders"
contains = "orders"
[backend.monitoring]
path = "/summary"
age_field = "age"
fresh_within = "10m"
[version]
path = "/health"
header = "x-commit"
[frontend]
url = "https://shop.example"
contains = "Shop"
[sign_in]
register = { path = "/register", token = "access_token" }
login = "/login"
account = "/me"
within = "2s"
creates_accounts = true
[server]
ssh = "ubuntu@shop.example"
[compose]
directory = "/srv/shop"
backend = "web"
port = 8000
"""
JSON = (("content-type", "application/json"),)


def _said(value: object, status: int = 200, **headers: str) -> Recorded:
    pairs = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    return Recorded(status, (*JSON, *pairs), json.dumps(value).encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the environment's file is."""
    (tmp_path / "shop.toml").write_text(FILE, "utf-8")
    return tmp_path


@pytest.fixture
def environment(folder: Path) -> Environment:
    """The shop."""
    (found,) = load(("shop",), directory=folder, variables={})
    return found


ALLOWED = (("access-control-allow-origin", "https://shop.example"), ("access-control-allow-headers", "authorization"))
"""What a preflight is answered."""


@pytest.fixture
def recording() -> Recording:
    """What the shop answered in one run."""
    session = {"id": 7, "access_token": "first"}
    script = b'fetch("https://api.shop.example/api/x")'
    answers = {
        "backend GET /health": _said({"status": "ok", "service": "shop"}, x_commit="a" * 40, x_mode="live"),
        "backend GET /orders": _said({"orders": []}),
        "backend GET /summary": _said({"backend_health": "healthy", "age": 3}),
        "register": _said(session),
        "login": _said({**session, "access_token": "second"}),
        "account": _said({"id": 7}),
        "account again": _said({"id": 7}),
        "wrong password": _said({"detail": "no"}, 401),
        "backend OPTIONS /login": Recorded(200, ALLOWED),
        "backend OPTIONS /me": Recorded(200, ALLOWED),
        "frontend GET /": Recorded(200, (("content-type", "text/html"),), b"<title>Shop</title>"),
        "frontend GET /app.js": Recorded(200, (("content-type", "text/javascript"),), script),
    }
    made = Recording()
    for step, answer in answers.items():
        made.add(step, answer)
    return made
