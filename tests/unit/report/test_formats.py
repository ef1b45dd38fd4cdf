"""What is rendered from the run's JSON: Markdown, GitHub's commands, our page."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests_support.run_documents import environment_report, run_document, run_of

from smokegate.diagnosis.outcome import TestOutcome
from smokegate.observation.evidence.sink import SINK
from smokegate.observation.exchange import Body
from smokegate.observation.model import Observation
from smokegate.report.ctrf import STATUS, ctrf
from smokegate.report.files import write_all
from smokegate.report.gate import gate, title
from smokegate.report.github import ci_run, commands
from smokegate.report.markdown import LIMIT, escaped, markdown
from smokegate.report.page import page
from smokegate.report.plain import BODY_LIMIT, plain

EVIL = (
    "</script><script>x()</script>\n::error::owned\r\n##[error]owned | [a](http://evil) @all `x` \u202e"
    "<img src=x onerror=y>"
)
CAUSE = {
    "code": "net.refused",
    "title": "Nothing listens",
    "confidence": "certain",
    "owner": "app",
    "evidence": ["health: `refused`"],
    "against": [],
    "competing": [],
    "steps": ["Start it: `ss -ltnp`."],
    "runbook": "https://example.com/runbook.md#netrefused",
}
TEST = {
    "id": "smokegate/test_health.py::test_health_is_ok[local]",
    "code": "health.ok",
    "parameter": "",
    "outcome": "failed",
    "why": "expected 200",
    "promise": "The health check is healthy.",
    "seconds": 0.01,
}


def environment(verdict: str = "FAIL", **changes: Any) -> dict[str, Any]:
    """Return one environment of a run's JSON."""
    return {
        "name": "local",
        "title": "Local",
        "url": "http://127.0.0.1:1",
        "verdict": verdict,
        "decision": {"PASS": "go on", "WARN": "go on, look at the warnings"}.get(verdict, "fix or roll back"),
        "reasons": ["1 check failed"],
        "version": None,
        "cause": CAUSE if verdict != "PASS" else None,
        "other_causes": [],
        "counts": {"passed": 1, "failed": 1, "blocked": 0, "advisory": 0, "skipped": 0},
        "not_covered": ["sign-in"],
        "tests": [TEST],
        "exchanges": [],
        "server": None,
        **changes,
    }


def document(*environments: dict[str, Any], code: int = 1) -> dict[str, Any]:
    """Return a run's JSON."""
    run = {"started": "2026-11-22T00:53:40Z", "seconds": 1.2, "exit": code, "requests": 3}
    return {"schema": 1, "run": run, "environments": list(environments)}


def evil() -> dict[str, Any]:
    """Return a run in which every foreign text is an attack."""
    cause = {**CAUSE, "title": EVIL, "evidence": [EVIL], "steps": [EVIL]}
    test = {**TEST, "why": EVIL, "promise": EVIL}
    return document(environment(cause=cause, reasons=[EVIL], tests=[test], url=EVIL, version=EVIL))


def test_the_verdict_is_in_the_first_lines_of_the_markdown() -> None:
    """A reader of the job summary sees verdict, cause and the first step."""
    text = markdown(document(environment()))

    assert "❌ FAIL" in "\n".join(text.splitlines()[:5])
    assert "<code>net.refused</code> (certain, app)" in text
    assert "1. Start it: <code>ss -ltnp</code>." in text


def test_markdown_of_a_hundred_red_environments_keeps_to_the_limit() -> None:
    """The page has at most 60 kB, and says what is left out."""
    many = [environment(name=f"environment-{n}", tests=[{**TEST, "why": "x" * 5000}] * 60) for n in range(150)]
    text = markdown(document(*many))

    assert len(text.encode()) <= LIMIT
    assert "Further environments are in the report" in text


def test_foreign_text_is_no_markup() -> None:
    """Neither HTML nor a link, a mention, a table cell or another line can be started by a server's words."""
    text = markdown(evil())

    assert "<script" not in text
    assert "<img" not in text
    assert "](http://evil" not in text
    assert "@all" not in text
    assert "\u202e" not in text
    assert not re.search(r"^(::|##\[)", text, re.MULTILINE)


@given(st.text())
def test_escaped_text_is_one_line_without_html(text: str) -> None:
    """Whatever a server sends."""
    line = escaped(text)

    assert "\n" not in line
    assert "<" not in line
    assert not re.search(r"(?<!\\)[`*_\[\]|]", line.replace("\\\\", ""))


def test_each_red_environment_is_one_annotation() -> None:
    """FAIL, OUTAGE and UNKNOWN have an error each; PASS and WARN have none."""
    lines = list(commands(document(*(environment(word) for word in ("PASS", "WARN", "FAIL", "OUTAGE", "UNKNOWN")))))

    assert [line.split(" ")[2].split("%")[0] for line in lines] == ["FAIL", "OUTAGE", "UNKNOWN"]
    assert lines[0].endswith("::net.refused: Nothing listens. First: Start it: `ss -ltnp`.")


def test_foreign_text_starts_no_workflow_command() -> None:
    """A command stays one line, with its per cent signs, line ends, colons and commas encoded."""
    (line,) = commands(document(environment(name="a,b:c%\n::x", cause={**CAUSE, "title": EVIL + "100%"})))

    assert "\n" not in line
    assert "\r" not in line
    assert line.startswith("::error title=a%2Cb%3Ac%25 %3A%3Ax FAIL%3A fix or roll back::")
    assert "100%25" in line


def test_the_page_has_everything_and_loads_nothing() -> None:
    """Verdict, cause, evidence, steps and checks are static HTML under a policy that allows its own script alone."""
    text = page(document(environment()))

    assert text.startswith("<!doctype html>")
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src &#39;sha256-{escape(digest)}&#39;" in text
    assert "default-src &#39;none&#39;" in text
    for words in ("net.refused", "Start it: <code>ss -ltnp</code>.", "health.ok", "expected 200", "fix or roll back"):
        assert words in text


def test_foreign_text_is_escaped_in_the_page() -> None:
    """A server's words are text, wherever they stand."""
    text = page(evil())

    assert text.count("<script") == 1
    assert "<img" not in text
    assert "\u202e" not in text


def test_ctrf_has_every_check_in_the_words_of_the_format() -> None:
    """Each outcome has a status of the format, and its own word beside it; causes and verdicts are extra."""
    words = ("passed", "failed", "advisory", "blocked", "not judged", "not run", "error")
    found = ctrf(document(environment(tests=[{**TEST, "outcome": word} for word in words])))["results"]

    assert [test["rawStatus"] for test in found["tests"]] == list(words)
    assert {test["status"] for test in found["tests"]} == {"passed", "failed", "other", "skipped", "pending"}
    assert found["summary"]["tests"] == sum(found["summary"][word] for word in set(STATUS.values())) == len(words)
    assert found["summary"]["stop"] - found["summary"]["start"] == 1200
    assert found["extra"]["environments"][0]["cause"] == "net.refused"


def test_a_duration_is_that_of_the_request() -> None:
    """Not of the check, which may have waited for what another one sent; where it reads none, it is its own."""
    (report,) = run_of("PASS")["environments"]
    (health,) = [each for each in report["exchanges"] if each["name"] == "health"]
    tests = [{**TEST, "exchanges": ["health"], "seconds": 9.0}, {**TEST, "exchanges": [], "seconds": 9.0}]
    found = ctrf(document(environment(tests=tests, exchanges=[health])))["results"]["tests"]

    assert [test["duration"] for test in found] == [round(health["seconds"] * 1000), 9000]


def test_a_run_that_ended_badly_never_says_go_on() -> None:
    """A green environment in a run with another exit code is not to go on."""
    assert gate(document(environment("PASS"), code=2)) == ("bad", "Do not go on: the run ended with exit code 2")
    assert gate(document(environment("PASS"), code=0))[0] == "good"
    assert title(document(environment("PASS"))) == "Smoke: local PASS"


def test_a_file_that_cannot_be_written_takes_no_other_with_it(tmp_path) -> None:
    """Without its folder the job summary is missing, the reports are there, and one line says so."""
    variables = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(tmp_path / "none" / "summary.md")}

    problems = list(write_all(document(environment()), tmp_path / "local", variables))

    assert len(problems) == 1
    assert problems[0] == "not written: the job summary: no such file or directory"
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [
        "local.html",
        "local.json",
        "local.md",
    ]


def test_outside_of_github_no_summary_is_written(tmp_path) -> None:
    """The variable alone, as a developer may have it set, does nothing."""
    target = tmp_path / "summary.md"

    assert list(write_all(document(environment()), tmp_path / "a", {"GITHUB_STEP_SUMMARY": str(target)})) == []
    assert not target.exists()
    assert (
        list(
            write_all(
                document(environment()), tmp_path / "a", {"GITHUB_STEP_SUMMARY": str(target), "GITHUB_ACTIONS": "true"}
            )
        )
        == []
    )
    assert "❌ FAIL" in target.read_text("utf-8")


def test_pages_of_many_checks_are_small() -> None:
    """24 within 80 kB, 200 within 0.6 MB, 2,000 in 100 environments within 6 MB, all of their evidence in the page."""
    one = run_of("database")
    (each,) = one["environments"]
    parts = len(each["tests"])
    assert parts >= 24
    assert len(page(one).encode()) <= 80_000
    copies = [{**each, "name": f"shop-{number}"} for number in range(100)]
    few = {**one, "environments": copies[: -(-200 // parts)]}
    many = {**one, "environments": copies}

    assert parts * len(few["environments"]) >= 200
    assert parts * len(copies) >= 2000
    assert len(page(few).encode()) <= 600_000
    assert len(page(many).encode()) <= 6_000_000


def test_of_a_lost_record_nothing_false_is_said():
    """After a worker crashed neither "0 requests" nor "no address" is stated; its checks keep their headings."""
    report = environment_report("PASS")
    crashed = TestOutcome(
        "smokegate/test_sign_in.py::test_x[staging]", "error", why="worker 'gw0' crashed", internal=True
    )
    empty = Observation("staging", complete=False)
    document = run_document(replace(report, observation=empty, outcomes=(*report.outcomes, crashed), lost=True))
    document["environments"][0]["url"] = ""
    texts = (page(document), markdown(document))

    for text in texts:
        assert "0 requests" not in text
        assert "how many requests were sent is not known" in text
    assert "no address" not in texts[0]
    assert "No request was sent" not in texts[0]
    assert "Your own checks" not in texts[0]


def test_of_many_environments_the_broken_one_is_named_and_the_rest_is_folded() -> None:
    """Headline and tab title say which; what passed is one line until it is opened."""
    passed = [environment("PASS", name=f"shop-{number}") for number in range(99)]
    text = page(document(*passed, environment(name="lost")))

    assert "<title>1 of 100 broken: lost</title>" in text
    assert "<summary>99 environments passed</summary>" in text
    assert text.index('id="lost"') < text.index("99 environments passed") < text.index('id="shop-0"')


def test_the_page_links_the_ci_run_and_names_its_branch() -> None:
    """Where a CI system says so; a branch is foreign text, and an address of another kind is not a link."""
    variables = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_REPOSITORY": "shop/web",
        "GITHUB_RUN_ID": "7",
        "GITHUB_REF_NAME": "<b>main",
    }
    run = document(environment(expected="f" * 40))
    run["run"]["ci"] = ci_run(variables)
    text = page(run)

    assert 'href="https://github.com/shop/web/actions/runs/7"' in text
    assert "branch <code>&lt;b&gt;main</code>" in text
    assert "expected <code>ffffffffff</code>" in text
    assert ci_run({}) is None
    assert ci_run({"GITLAB_CI": "true", "CI_JOB_URL": "javascript:x()"}) == {"url": "", "branch": ""}


def test_a_secret_that_the_cut_divides_is_not_shown_in_part() -> None:
    """A body is redacted before it is cut: afterwards the first half of a secret would not be recognised."""
    SINK.add("hunter2-and-more")
    text = "x" * (BODY_LIMIT - 4) + "hunter2-and-more"

    assert "hunt" not in plain(Body(text, len(text)))["text"]
