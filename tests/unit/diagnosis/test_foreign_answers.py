"""What answers in an application's place is named by what it says, and what an application says stays its own."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests_support.diagnosis import BACKEND, an_environment, answered, seen
from tests_support.suite import judge

from smokegate.diagnosis.model import Confidence

ALONE: dict[str, Any] = {"sign_in": None, "frontend": None, "version": None}
BARE = an_environment(**ALONE, backend={"url": BACKEND, "health": {"samples": 1}})
ANSWERS = tomllib.loads((Path(__file__).parent / "foreign_answers.toml").read_text(encoding="utf-8"))["answer"]


@pytest.mark.parametrize("row", ANSWERS, ids=[each["id"] for each in ANSWERS])
def test_what_answers_is_named(row: dict[str, Any]) -> None:
    """Verdict, cause, title and certainty are those of the row; nothing is promised of the body."""
    is_json = "json" in row["headers"].get("content-type", "")
    body = json.loads(row["body"]) if is_json else row["body"]
    health = answered("health", row["status"], body, row["headers"], bare=True)
    report = judge(BARE, seen(health, environment=BARE))
    cause = report.diagnosis.headline
    assert report.verdict.word == row["verdict"]
    assert (cause.code if cause else None) == row.get("cause")
    if cause is not None:
        assert cause.title.replace("backend.example.com", "HOST") == row["title"]
        assert (cause.confidence is Confidence.CERTAIN) == row.get("sure", False)


@pytest.mark.parametrize(("second", "verdict"), [("", "WARN"), ([], "PASS")])
def test_nothing_at_all_on_every_path_shows_no_application(second: Any, verdict: str) -> None:
    """A health check may say nothing; an application whose every path says nothing is unlikely."""
    environment = an_environment(
        **ALONE, backend={"url": BACKEND, "health": {"samples": 1}, "endpoints": [{"path": "/api/items"}]}
    )
    answers = [answered("health", 200, "", {}, bare=True), answered("endpoint /api/items", 200, second, {}, bare=True)]
    cached = answered("health", 200, {"status": "ok"}, {"x-cache": "HIT"})
    assert judge(environment, seen(*answers, environment=environment)).verdict.word == verdict
    # Beside it, what a cache says of the health check is no matter: something was answered anew.
    assert judge(environment, seen(cached, answers[1], environment=environment)).verdict.word == "PASS"
