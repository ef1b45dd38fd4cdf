"""What real proxies answered, recorded by `tests/edges`, is named for what it is: no proxy is needed to know it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests_support.diagnosis import answered, judged, silent
from tests_support.suite import backend_only

from smokegate.observation.transport.causes import WireCause

RECORDED = Path(__file__).parents[2] / "edges" / "answers"
STATES = [
    (file.stem, state, seen)
    for file in sorted(RECORDED.glob("*.json"))
    for state, seen in json.loads(file.read_text(encoding="utf-8")).items()
]
WIRE = {cause.code: cause for cause in WireCause}
BARE = backend_only("/api/items", status="ok")


def test_every_proxy_is_recorded() -> None:
    """The recordings are there: run `pytest tests/edges --record-answers` where a proxy is new."""
    assert {proxy for proxy, _, _ in STATES} == {"apache", "caddy", "envoy", "haproxy", "nginx", "traefik", "varnish"}


@pytest.mark.parametrize(("proxy", "state", "seen"), STATES, ids=[f"{proxy}-{state}" for proxy, state, _ in STATES])
def test_recorded_answer_is_named(proxy: str, state: str, seen: dict[str, Any]) -> None:
    """The first cause is the one that was right when the answer was recorded, and it names the proxy."""
    names = ("health", "endpoint /api/items")
    if "status" in seen:
        body = json.loads(seen["body"]) if seen["body"].startswith("{") else seen["body"]
        headers = dict(seen["headers"])
        changes = tuple(answered(name, seen["status"], body, headers, bare=True) for name in names)
    else:
        changes = tuple(silent(name, WIRE[seen["no answer"]], seen["detail"]) for name in names)

    headline = judged(*changes, environment=BARE).headline

    assert (headline.code if headline else None) == seen["cause"], state
    if headline is not None and headline.code.startswith(("edge.", "nginx.")):
        assert proxy in headline.title.lower()
