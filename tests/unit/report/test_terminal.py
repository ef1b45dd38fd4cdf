"""The block at the end of a run: what a person reads in a terminal of 80 columns and 24 rows."""

from __future__ import annotations

import io
import os
import pty
import re
import termios
import threading
from types import SimpleNamespace

import pytest
from tests_support.run_documents import CHANGES, DATABASE, environment_report, run_document, run_of, run_of_many

from smokegate.plugin import waiting
from smokegate.report.terminal import UNWRAPPED, block
from smokegate.report.terminal_text import columns, spelled

RED = [kind for kind in CHANGES if kind not in {"PASS", "WARN"}]


def lines(document, width=80, **more):
    """Return the texts of the block."""
    return [line.text for line in block(document, "reports/staging.html", width, **more)]


@pytest.mark.parametrize("kind", CHANGES)
@pytest.mark.parametrize("width", [40, 80, 120])
def test_a_run_fits_the_terminal(kind, width) -> None:
    """Each line fits its width; at 80 columns 20 rows do."""
    shown = lines(run_of(kind), width)

    assert [line for line in shown if len(line) > width] == []
    assert width < 80 or len(shown) <= 20


def test_a_green_run_is_one_green_line() -> None:
    """Name, address, version, counts and duration."""
    (line,) = block(run_of("PASS"), "reports/staging.html", 80)

    assert line.colour == "green"
    assert line.text == "PASS staging https://backend.example.com · 0123456789 · 32 passed · 0.3 s"


@pytest.mark.parametrize("kind", RED)
def test_the_cause_is_said_once(kind) -> None:
    """However many checks fail of it; decision, proof, first step and the place of the report are there."""
    document = run_of(kind)
    (environment,) = document["environments"]
    text = " ".join("\n".join(lines(document, 2000)).split())

    assert text.startswith(f"{environment['verdict']} staging · {environment['decision']}")
    assert text.count(environment["cause"]["title"]) == 1
    assert environment["cause"]["evidence"][0] in text
    assert environment["cause"]["steps"][0] in text
    assert text.endswith("more reports/staging.html")


def test_of_a_hundred_environments_the_broken_ones_are_shown_and_the_worst_is_last() -> None:
    """The line that stays in view is that of what is broken; what is green is one line."""
    shown = lines(run_of_many(100, broken={3: "WARN", 42: "no-server"}))

    assert shown[0] == "PASS 98 environments"
    assert [line.split()[1] for line in shown if line.startswith(("WARN", "FAIL"))] == ["shop-003", "shop-042"]
    assert len(shown) <= 22


def test_in_a_narrow_terminal_a_green_line_has_no_part_of_an_address() -> None:
    """A partial run says how many checks were selected; of the address nothing is left worth reading."""
    document = run_of("PASS")
    document["environments"][0].update(partial="partial run: 5 of 29 checks were selected")
    (line,) = block(document, "reports/staging.html", 80)

    tail = "0123456789 · 32 passed · 0.3 s · partial run: 5 of 29 checks were selected"
    assert line.text == f"PASS staging · {tail}"[:79] + "…"


def test_without_a_page_every_step_and_note_is_shown() -> None:
    """As `smokegate check` shows them."""
    document = run_of("no-server")
    (environment,) = document["environments"]
    shown = [line.text for line in block(document, None, UNWRAPPED, full=True)]

    assert len([line for line in shown if line.startswith("  do ")]) == len(environment["cause"]["steps"])
    assert len([line for line in shown if line.startswith("  proof")]) == 3
    assert not any(line.startswith("  more") for line in shown)


def test_what_the_cause_says_is_no_note() -> None:
    """Nothing is said twice on one screen."""
    document = run_of("WARN")
    (environment,) = document["environments"]
    said = f"{environment['cause']['title']} ({environment['cause']['code']})"
    shown = lines(document, 2000)

    assert said in environment["reasons"]
    assert any(text.startswith("advisory: ") for text in environment["reasons"])
    assert [line for line in shown if line.startswith("  note")] == []
    assert "  warning   endpoint.as-declared[/api/extra]" in shown


@pytest.mark.parametrize("width", [80, 120])
def test_the_runbooks_address_is_whole_or_not_there(width) -> None:
    """Where it does not fit, the report is named, which holds the entry."""
    document = run_of("no-server")
    (row,) = [line for line in lines(document, width) if line.startswith("  runbook")]

    whole = document["environments"][0]["cause"]["runbook"]
    assert row.split(maxsplit=1)[1] == ("render.no-server, in the report" if width == 80 else whole)


def test_no_word_of_the_proof_is_cut() -> None:
    """What is left out is marked, at the end or before the quotation that decides; a long body breaks at its commas."""
    document = run_of("database")
    (environment,) = document["environments"]
    environment["cause"]["evidence"][0] = f"{'some words of it ' * 20}`{DATABASE}`"
    shown = " ".join("\n".join(lines(document)).split())

    (proof,) = re.findall(r"proof (.*?) failed", shown)
    assert " … " in proof
    assert "`{" in proof
    assert proof.endswith(" …")
    written = f"some words of it … `{DATABASE}`".split()
    assert set(proof.removesuffix(" …").split()) <= set(written)


def test_brief_is_decision_and_cause() -> None:
    """What `-q` leaves."""
    shown = lines(run_of("no-server"), 2000, brief=True)

    assert [line.split()[0] for line in shown] == ["FAIL", "cause"]


def test_a_check_that_no_cause_explains_says_why_it_failed() -> None:
    """Without a determined cause the checks' own words are the only explanation."""
    report = environment_report("PASS")
    document = run_document(report)
    (environment,) = document["environments"]
    environment.update(verdict="FAIL", decision="fix or roll back", reasons=["1 gating check failed"])
    environment["tests"][0].update(outcome="failed", why="expected an empty cart")

    assert "endpoint.as-declared[/api/extra]: expected an empty cart" in "\n".join(lines(document))


def test_a_terminal_that_knows_no_unicode_gets_plain_signs() -> None:
    """ASCII and Latin-1 terminals show no escapes."""
    assert spelled("FAIL a · fix…", "ascii") == "FAIL a - fix..."
    assert spelled("FAIL a · fix…", "utf-8") == "FAIL a · fix…"


def test_a_terminals_own_width_counts(monkeypatch) -> None:
    """Not that of standard output, which pytest replaces while tests run."""
    monkeypatch.setenv("COLUMNS", "132")
    other, own = pty.openpty()
    with os.fdopen(other, "rb"), os.fdopen(own, "w") as terminal:
        termios.tcsetwinsize(terminal, (24, 40))

        assert columns(terminal) == 40
    assert columns(io.StringIO()) == 132


def test_a_log_gets_its_first_line_of_progress_after_a_second(monkeypatch) -> None:
    """And not after the ten seconds that lie between two."""
    written = threading.Event()
    log = io.StringIO()
    monkeypatch.setattr(log, "flush", written.set)
    monkeypatch.setattr(log, "close", lambda: None)
    monkeypatch.setattr(waiting, "EVERY", 3600.0)
    standing = SimpleNamespace(standing="9 of 14 answered")
    run = SimpleNamespace(deployments={"shop": standing}, progress={}, planned={}, outcomes={})
    line = waiting.ProgressLine(log, run, live=False)

    assert written.wait(60)
    line.stop()
    assert log.getvalue() == "shop: 9 of 14 answered\n"
    assert waiting.FIRST == 1.0
