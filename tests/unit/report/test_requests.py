"""What the page shows of a request: what is wrong in it, which sample and which step it is, its trace and its log."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests_support.diagnosis import EVERYTHING, an_environment, healthy
from tests_support.run_documents import environment_report, run_document, run_of

from smokegate.diagnosis.case import Case
from smokegate.observation.exchange import Headers
from smokegate.observation.render.model import DeployView, PlatformView, RenderDatabase, RenderService
from smokegate.observation.server import LogLine, ServerView, ServiceView
from smokegate.report.exchanges import exchanges
from smokegate.report.page import page
from smokegate.report.page.marks import marked_body, wrong_headers
from smokegate.report.page.outcomes import SUBJECTS
from smokegate.report.page.timeline import timeline
from smokegate.report.plain import plain

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def marked(text: str, *unmet: tuple[str, str], evidence: str = "") -> list[str]:
    """Return what is marked in a body."""
    cause = {"evidence": [f"health: {evidence}"]} if evidence else None
    environment = {"verdict": "FAIL", "cause": cause, "other_causes": []}
    wrong = [{"what": what, "expected": expected, "actual": ""} for what, expected in unmet]
    answer = {"body": {"text": text}, "headers": []}
    pieces = marked_body(environment, {"name": "health", "answer": answer, "unmet": wrong})
    assert len(pieces) % 2 == 1
    return pieces[1::2]


@pytest.mark.parametrize(
    ("text", "path", "found"),
    [
        ('{"service": "a", "status": "unhealthy"}', "status", ['"status": "unhealthy"']),
        ('{"db": {"status": "down"}, "status": "up"}', "db.status", ['"status": "down"']),
        ('{"checks": [{"ok": true}, {"ok": false}]}', "checks.1.ok", ['"ok": false']),
        ('{"jobs": [1, 2]}', "jobs", ['"jobs": [\n    1,\n    2\n  ]']),
        ('["a", "b"]', "1", ['"b"']),
        ('{"status": "up"}', "database", []),
        ('{"status": null}', "status", ['"status": null']),
        ('{"a": "\ue000", "b": 1}', "b", ['"b": 1']),
        ('{"status": "unhealthy", "rest": "cut he', "status", ['"status": "unhealthy"']),
        ("no JSON at all", "status", []),
    ],
)
def test_the_value_at_the_path_of_a_failed_expectation_is_marked(text, path, found) -> None:
    """With its key, in the body as it is laid out; where the body was cut, in its text."""
    assert marked(text, (f"json {path}", "'healthy'")) == found


def test_a_text_that_must_not_be_there_is_marked_and_one_that_is_missing_is_not() -> None:
    assert marked("an error and an error", ("body", "a text without 'error'")) == ["error", "error"]
    assert marked("all is well", ("body", "a text that contains 'ready'")) == []


def test_what_the_evidence_quotes_is_marked_whatever_the_white_space() -> None:
    """Evidence quotes a body in one line; overlapping quotes are one mark."""
    body = '{"error":"no such table"}'
    assert marked(body, evidence='it says `"error":"no such table"` and `such table`') == ['"error": "no such table"']
    assert marked("fine", evidence="status `500`") == []


def test_a_header_that_the_evidence_quotes_is_marked() -> None:
    (environment,) = run_of("no-server")["environments"]
    health = next(each for each in environment["exchanges"] if each["name"] == "health")

    assert wrong_headers(environment, health) == {"x-render-routing"}
    assert "<dd><mark>no-server</mark></dd>" in page(run_of("no-server"))


def test_samples_are_counted() -> None:
    """Each says which of how many it is; a name that only ends in a number is none."""
    document = run_of("PASS")
    (environment,) = document["environments"]
    environment["exchanges"][-1]["name"] = "version 2"
    bars = {bar.exchange["name"]: (bar.name, bar.sample) for bar in timeline(environment).bars}

    assert [bars[name] for name in ("health", "health 2", "health 3")] == [
        ("GET health", "1 of 3"),
        ("GET health", "2 of 3"),
        ("GET health", "3 of 3"),
    ]
    assert bars["version 2"][1] == ""


def test_the_steps_of_signing_in_are_numbered_in_their_order() -> None:
    """Also those that were not sent; other requests have no number."""
    (environment,) = run_of("database")["environments"]
    steps = {each["name"]: each["step"] for each in environment["exchanges"] if each["step"]}

    assert steps == {
        "register": 1,
        "account": 2,
        "account without token": 3,
        "login": 4,
        "account again": 5,
        "wrong password": 6,
    }
    text = page({**run_of("PASS"), "environments": [environment]})
    assert text.index("1. POST register") < text.index("2. GET account") < text.index("6. POST wrong password")


def traced(link: str | None) -> dict[str, Any]:
    """Return a run whose requests carried a trace, over a server whose log names it."""
    report = environment_report("unhealthy", trace={"link": link} if link else {})
    headers = Headers((("traceparent", f"00-{TRACE}-00f067aa0ba902b7-01"),))
    exchanges = {
        name: replace(each, request=replace(each.request, headers=headers))
        for name, each in report.observation.exchanges.items()
    }
    log = (LogLine(None, f"GET /health trace={TRACE} db=down"), LogLine(None, "GET /other"))
    server = ServerView(host="web-1", services=(ServiceView("backend", log=log),))
    return run_document(replace(report, observation=replace(report.observation, exchanges=exchanges, server=server)))


def test_a_request_leads_to_its_trace_and_to_the_lines_of_the_log_that_name_it() -> None:
    """In the JSON and in the page; the address is that of `[trace]`."""
    document = traced("https://tracing.example.com/t/{trace_id}")
    health = document["environments"][0]["exchanges"][0]

    assert health["trace"] == {"id": TRACE, "link": f"https://tracing.example.com/t/{TRACE}"}
    assert health["log"] == [{"service": "backend", "lines": [f"GET /health trace={TRACE} db=down"]}]
    text = page(document)
    assert f'<a href="https://tracing.example.com/t/{TRACE}" rel="noreferrer">{TRACE}</a>' in text
    assert "Log of backend, lines with this trace:" in text


def test_without_an_address_the_trace_is_named_alone() -> None:
    assert f"Trace <code>{TRACE}</code>" in page(traced(None))


def test_the_runbooks_entry_of_each_cause_is_in_the_page() -> None:
    """The link beside the cause leads to it, so that the page is complete without a network."""
    text = page(run_of("no-server"))

    assert 'href="#staging-runbook-render.no-server"' in text
    entry = text[text.index('<details id="staging-runbook-render.no-server">') :]
    for part in ("<b>Symptom:</b>", "<b>Recognised by:</b>", "<b>Not excluded:</b>", "<b>Steps:</b>"):
        assert part in entry


def test_every_check_of_the_suite_has_a_heading() -> None:
    """Only a team's own checks stand under "Your own checks"."""
    suite = Path(__file__).parents[2] / "smoke"
    codes = [code for file in suite.glob("*.py") for code in re.findall(r'@check\(\s*"([\w.-]+)"', file.read_text())]
    assert len(codes) > 40
    assert {code.partition(".")[0] for code in codes} == set(SUBJECTS)


def test_what_the_platforms_api_said_is_on_the_page() -> None:
    """Service, state, variables by name and deploys with their reasons: a reader needs no account to check them."""
    failed = DeployView(
        "dep-1", "update_failed", "abc1234def567", "new_commit", "2026-11-20", reason="Health check timed out"
    )
    service = RenderService(
        "shop-api", dashboard="https://dashboard.render.com/web/srv-1", suspended=True, suspenders=("billing",),
        deploys=(failed,), missing=("SECRET_KEY",), unread=("its variables: 403",), log=("Exited with status 1",),
    )  # fmt: skip
    view = PlatformView(services={"backend": service}, database=RenderDatabase("shop-db", status="available"))
    document = run_of("PASS")
    document["environments"][0]["platform"] = plain(view)
    text = page(document)

    for words in (
        "suspended by billing", "SECRET_KEY", "its variables: 403", "dep-1", "update_failed", "abc1234def",
        "<mark>Health check timed out</mark>", "Exited with status 1", "shop-db", "dashboard.render.com/web/srv-1",
    ):  # fmt: skip
        assert words in text, words


def test_each_request_has_the_budget_by_which_it_is_judged() -> None:
    """A sample has that of its check, a step of signing in that of all steps; the rule judges by the same."""
    environment = an_environment(sign_in={**EVERYTHING["sign_in"], "within": "3s"})
    case = Case(environment, healthy())
    names = ("health", "health 2", "monitoring", "login", "account again", "page")
    assert [case.budget(name) for name in names] == [1.0, 1.0, 2.0, 3.0, 3.0, None]
    shown = {each["name"]: each["budget"] for each in exchanges(environment, case.observation)}
    assert shown == {name: case.budget(name) for name in shown}
