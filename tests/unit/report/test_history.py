"""Before and after a deploy: what was red before, what is new, and what the decision says of it."""

from __future__ import annotations

import json

import pytest
from tests_support.run_documents import run_of

from smokegate.report import history
from smokegate.report.comparison import SAME_CAUSE, compare, last_green
from smokegate.report.history import StateError, entry, read, states_of
from smokegate.report.page import page


def remembered(reports, *documents):
    """Add runs to the history of their environments."""
    for document in documents:
        for environment in document["environments"]:
            history.append(history.history_file(reports, environment["name"]), entry(document, environment))


def compared(document, reports, since=None):
    """Return the environment of a run after it was compared."""
    compare(document, reports, since)
    return document["environments"][0]


def before(document, **changes):
    """Return the states of a recorded run."""
    (environment,) = document["environments"]
    return {environment["name"]: {**entry(document, environment), **changes}}


def test_the_first_run_has_no_history(tmp_path) -> None:
    """Nothing is marked and nothing is compared."""
    environment = compared(run_of("no-server"), tmp_path)

    assert environment["history"] == []
    assert "since" not in environment
    assert not any("before" in test for test in environment["tests"])
    assert environment["decision"] == "fix the configuration, a rollback may not help"


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (["PASS"], "the one run before was green"),
        (["database"], "the one run before was not green"),
        (["PASS", "database"], "1 of the last 2 runs was green"),
    ],
)
def test_the_page_counts_the_runs_before_in_a_sentence(tmp_path, runs, said) -> None:
    """One run is not a number of runs."""
    remembered(tmp_path, *(run_of(each, minutes=number) for number, each in enumerate(runs)))
    document = run_of("unhealthy", minutes=9)
    compare(document, tmp_path, None)

    assert said in page(document)


def test_what_the_last_green_run_passed_is_new(tmp_path) -> None:
    """Its version names the state before; a red run between them is not a state to compare with."""
    green = run_of("PASS")
    green["environments"][0]["version"] = "f" * 40
    remembered(tmp_path, green, run_of("database", minutes=5))
    environment = compared(run_of("unhealthy", minutes=9), tmp_path)

    marks = {test["code"]: test["before"] for test in environment["tests"] if "before" in test}
    assert marks["health.ok"] == "new"
    assert environment["decision"] == "fix or roll back (new since ffffffffff)"
    assert [run["verdict"] for run in environment["history"]] == ["PASS", "FAIL"]


def test_the_same_cause_before_says_that_a_rollback_will_not_help(tmp_path) -> None:
    """Every red check was red before, for the same reason."""
    environment = compared(run_of("unhealthy"), tmp_path, before(run_of("unhealthy")))

    assert {test["before"] for test in environment["tests"] if test["outcome"] == "failed"} == {"already red"}
    assert environment["decision"] == SAME_CAUSE


def test_another_cause_before_is_said(tmp_path) -> None:
    """The same checks were red, of something else."""
    environment = compared(run_of("unhealthy"), tmp_path, before(run_of("unhealthy"), cause="app.other"))

    assert environment["decision"] == "fix or roll back (already red before, with another cause)"


def test_verdict_and_exit_code_never_change(tmp_path) -> None:
    """Whatever was before."""
    for kind in ("PASS", "WARN", "no-server", "OUTAGE", "UNKNOWN"):
        document, same = run_of(kind), run_of(kind)
        compare(document, tmp_path, before(run_of("database")))
        assert document["run"]["exit"] == same["run"]["exit"]
        assert document["environments"][0]["verdict"] == same["environments"][0]["verdict"]


def test_a_check_that_was_not_judged_before_is_neither_new_nor_old(tmp_path) -> None:
    """What was blocked before is not known; to call it new would blame the deploy without proof."""
    environment = compared(run_of("database"), tmp_path, before(run_of("no-server")))

    register = next(test for test in environment["tests"] if test["code"] == "sign-in.register")
    assert register["outcome"] == "failed"
    assert "before" not in register


def test_a_run_that_learned_nothing_is_no_state_before(tmp_path) -> None:
    """A runner without network saw every check fail, which says nothing of the deployment."""
    assert "since" not in compared(run_of("unhealthy"), tmp_path, before(run_of("UNKNOWN")))
    assert "since" not in compared(run_of("UNKNOWN"), tmp_path, before(run_of("PASS")))


def test_what_was_red_and_passes_is_fixed(tmp_path) -> None:
    """The report names it."""
    environment = compared(run_of("PASS"), tmp_path, before(run_of("unhealthy")))

    assert "health.ok" in environment["since"]["fixed"]
    assert environment["decision"] == "go on"


def test_partial_runs_and_watch_rounds_are_no_green_runs() -> None:
    """A part of the checks, and rounds that leave some out, are not what a deploy is compared with."""
    lines = [
        {"source": "run", "verdict": "PASS", "version": "a"},
        {"source": "run", "verdict": "PASS", "version": "b", "partial": True},
        {"source": "watch", "verdict": "PASS", "version": "c"},
        {"source": "run", "verdict": "FAIL", "version": "d"},
    ]

    assert last_green(lines)["version"] == "a"


@pytest.mark.parametrize("text", ["", "null\n", "[1]\n", '{"verdict": 1, "started": ""}\n', "{\n", '"\\ud800"\n'])
def test_a_damaged_line_is_passed_over(tmp_path, text) -> None:
    """A history of other versions, or one that a full disk cut, keeps what is whole."""
    file = history.history_file(tmp_path, "staging")
    remembered(tmp_path, run_of("PASS"))
    with file.open("a") as lines:
        lines.write(text)

    assert [line["verdict"] for line in read(file)] == ["PASS"]


def test_a_large_history_keeps_its_last_runs_and_its_last_rounds_of_watch(tmp_path, monkeypatch) -> None:
    """Many rounds push no run out; damaged lines go; the file is replaced as a whole."""
    monkeypatch.setattr(history, "KEPT", 3)
    monkeypatch.setattr(history, "LARGEST", 2000)
    file = history.history_file(tmp_path, "staging")
    for number in range(60):
        source = "run" if number % 10 == 0 else "watch"
        history.append(file, {"source": source, "verdict": "PASS", "started": f"2026-01-01T00:{number:02}:00Z"})
    kept = [(line["source"], line["started"][14:16]) for line in read(file)]

    assert file.stat().st_size <= 2000
    assert kept[-1] == ("watch", "59")
    assert [minute for source, minute in kept if source == "run"][-3:] == ["30", "40", "50"]
    assert [path.name for path in file.parent.iterdir()] == ["staging.jsonl"]


def test_a_single_line_larger_than_the_limit_stays(tmp_path, monkeypatch) -> None:
    """The last run is always there."""
    monkeypatch.setattr(history, "LARGEST", 100)
    file = history.history_file(tmp_path, "staging")
    remembered(tmp_path, run_of("PASS"), run_of("unhealthy"))

    assert [line["verdict"] for line in read(file)] == ["FAIL"]


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"environments": [{}]}', '{"environments": 3}'])
def test_a_file_that_is_no_run_is_refused_in_a_sentence(tmp_path, content) -> None:
    """What was expected, and which option named it."""
    file = tmp_path / "before.json"
    if content is not None:
        file.write_text(content)

    with pytest.raises(StateError, match=r"--since=.*before\.json: expected the JSON of a run, as --record=FILE"):
        states_of(file)


def test_a_recorded_run_is_a_state(tmp_path) -> None:
    """`--record` writes what `--since` reads."""
    file = tmp_path / "before.json"
    file.write_text(json.dumps(run_of("unhealthy")))

    assert states_of(file)["staging"]["verdict"] == "FAIL"


def test_the_versions_of_green_runs_are_known() -> None:
    """What `diagnose --fix --allow-rollback` goes back to first: not what was red, or was checked in part."""
    lines = [
        {"source": "run", "verdict": verdict, "version": version, **more}
        for verdict, version, more in (
            ("PASS", "a1", {}),
            ("FAIL", "b2", {}),
            ("PASS", "c3", {"partial": True}),
            ("WARN", "d4", {}),
            ("PASS", None, {}),
            ("PASS", "a1", {}),
        )
    ]
    assert history.green_versions(lines) == ("a1", "d4")
