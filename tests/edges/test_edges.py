"""What real proxies answer for an application that is away, slow or broken is named for what it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests_support.observe import observe

from smokegate.diagnosis.engine import diagnose
from smokegate.environment.model import Environment
from smokegate.observation.exchange import Answer, Exchange

from .conftest import Running
from .proxies import MUTUAL, PROXIES, Proxy

ANSWERS = Path(__file__).parent / "answers"
CHANGING = frozenset({"date", "x-varnish", "age"})
STATES = [(proxy, state) for proxy in PROXIES for state in proxy.states]


def environment(running: Running, state: str) -> Environment:
    """Return an environment file's content for a state of the proxy."""
    secure = state in {"tls", "default-certificate", MUTUAL}
    # An address has no name to be chosen by: the proxy shows its default certificate.
    host = "localhost" if state == "tls" else "127.0.0.1"
    url = f"{'https' if secure else 'http'}://{host}:{running.ports[state]}"
    backend: dict[str, Any] = {"url": url, "health": {"path": "/health", "json": {"status": "ok"}, "samples": 2}}
    backend["endpoints"] = [{"path": "/api/items"}]
    trusted = {"ca_file": str(running.authority)} if secure else {}
    return Environment.read({"name": "edge", "title": "Shop", "backend": backend, **trusted})


@pytest.mark.parametrize(
    ("proxy", "state"), STATES, ids=[f"{proxy.name}-{state}" for proxy, state in STATES], indirect=["proxy"]
)
def test_state_of_a_real_proxy_is_named(
    proxy: Proxy, state: str, running: Running, request: pytest.FixtureRequest
) -> None:
    """The first cause is the right one, and where the application answers there is none of the edge."""
    found = environment(running, state)
    if "limit" in state:
        observe([found])  # the requests that are let through

    observation = observe([found])["edge"]
    headline = diagnose(found, observation).headline

    assert (headline.code if headline else None) == proxy.states[state], headline
    if headline is not None and headline.code.startswith(("edge.", "nginx.")):
        assert proxy.name.lower() in headline.title.lower()
    if request.config.getoption("--record-answers"):
        _record(proxy, state, observation.exchanges["health"])


def _record(proxy: Proxy, state: str, exchange: Exchange) -> None:
    """Keep an answer for `tests/unit/knowledge/test_recorded_answers.py`, which needs no proxy."""
    file = ANSWERS / f"{proxy.name.lower()}.json"
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    outcome = exchange.answer or exchange.no_answer
    if isinstance(outcome, Answer):
        headers = [[name, value] for name, value in outcome.headers.items() if name not in CHANGING]
        seen: dict[str, Any] = {"status": outcome.status, "headers": headers, "body": outcome.body.text}
    else:
        assert outcome is not None
        seen = {"no answer": outcome.cause.code, "detail": outcome.detail}
    known[state] = {"cause": proxy.states[state], **seen}
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n", encoding="utf-8")
