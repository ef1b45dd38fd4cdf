"""A rehearsal fails for each thing that a suite can get wrong about a fault, and for nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from smokegate.report.rehearsal.model import FaultResult, Mutant, Rehearsal, Score, Trial
from smokegate.report.rehearsal.text import document, lines, page

CHECK = "test_routing.py::test_a_server_is_behind_the_hostname"
TRIAL = Trial("local", "no-server", "Nothing runs", (CHECK,), ("render.no-server",), "FAIL")
RIGHT = FaultResult(TRIAL, "FAIL", (CHECK,), "render.no-server")
WRONG = {
    "missed": replace(RIGHT, red=()),
    "not caught by": replace(RIGHT, red=("test_health.py::test_health_is_ok",)),
    "the cause named is": replace(RIGHT, cause="app.error"),
    "the verdict is": replace(RIGHT, verdict="WARN"),
    "broke down": replace(RIGHT, trouble="broke down"),
}


def test_right_answer_has_no_problem() -> None:
    """A fault that its check caught, with its cause and its verdict, proves the suite."""
    rehearsal = Rehearsal({"local": "PASS"}, (RIGHT,))

    assert RIGHT.problems == ()
    assert (rehearsal.missed, rehearsal.misdiagnosed, rehearsal.exit) == (0, 0, 0)


@pytest.mark.parametrize("said", WRONG)
def test_wrong_answer_is_reported_and_fails(said: str) -> None:
    """Each kind of wrong answer has its words, and the exit code 1."""
    assert WRONG[said].problems[0].startswith(said)
    assert Rehearsal({"local": "PASS"}, (WRONG[said],)).exit == 1


def test_fault_that_was_left_out_is_neither_caught_nor_missed() -> None:
    """What could not be rehearsed here counts for nothing, and is reported."""
    left_out = FaultResult(TRIAL, left_out="needs root")
    rehearsal = Rehearsal({"local": "PASS"}, (RIGHT, left_out))

    assert (rehearsal.missed, rehearsal.exit) == (0, 0)
    assert "not rehearsed here: needs root" in "\n".join(line.text for line in lines(rehearsal))


def test_baseline_that_is_not_green_fails() -> None:
    """A rehearsal on a replica that is not well proves nothing."""
    assert Rehearsal({"local": "FAIL"}, (RIGHT,), trouble=("local is FAIL",)).exit == 1


def test_nothing_rehearsed_is_not_proven() -> None:
    """Never green when nothing ran."""
    assert Rehearsal().exit == 1


def test_hole_fails() -> None:
    """A broken promise that no one noticed, and a check that nothing turned red, are holes."""
    unseen = Mutant("status", "backend.health.status", "status 500")
    score = Score("staging", "PASS", (unseen,), never_red=("test_own.py::test_x",))

    assert score.holes == (
        "backend.health.status: status 500: no check notices",
        "test_own.py::test_x: nothing turned it red",
    )


@pytest.mark.parametrize(
    "hole", [{"mutants": (Mutant("status", "backend.health.status", "500"),)}, {"never_red": ("x",)}]
)
def test_one_hole_of_either_kind_fails(hole: dict[str, Any]) -> None:
    """A promise whose breach no one noticed is enough, and so is a check that nothing turned red."""
    score = Score("staging", "PASS", **{"mutants": (), **hole})

    assert Rehearsal(scores=(score,)).exit == 1


def test_document_has_the_promised_outline() -> None:
    """The JSON has the keys that others rely on."""
    (fault,) = document(Rehearsal({"local": "PASS"}, (RIGHT,)))["faults"]

    assert fault["caught"] is True
    assert fault["caught_by"] == [CHECK]
    assert (fault["cause"], fault["expected"]) == ("render.no-server", ["render.no-server"])


def test_page_escapes_what_it_shows() -> None:
    """Text of a deployment is text on the page, and no script can run there."""
    bad = replace(RIGHT, trouble="<script>alert(1)</script>")
    html = page(Rehearsal({"local": "PASS"}, (bad,)))

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "default-src 'none'" in html
    assert '<html lang="en">' in html
