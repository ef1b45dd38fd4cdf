"""`smokegate report`: runs rendered again, and several as one."""

from __future__ import annotations

import json

import pytest
from tests_support.run_documents import environment_report, run_document, run_of

from smokegate.cli import main
from smokegate.report.history import append, entry, history_file
from smokegate.report.page import index, page


@pytest.fixture
def run_file(tmp_path):
    """Write a run's JSON."""

    def write(name, document):
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)

    return write


def test_a_run_is_rendered_as_it_was(run_file, tmp_path) -> None:
    """The page comes from the run's JSON and nothing else."""
    document = run_of("no-server")

    assert main(["report", run_file("a", document), "-o", str(tmp_path / "out" / "a.html")]) == 0
    assert (tmp_path / "out" / "a.html").read_text("utf-8") == page(json.loads(json.dumps(document)))


def test_several_runs_are_one(run_file, tmp_path) -> None:
    """One environment from each; of an environment that was checked twice the last run."""
    first = run_document(environment_report("no-server", "render"), environment_report("PASS", "aws"))
    again = run_of("PASS", "render", minutes=5)
    other = run_of("unhealthy", "local")
    target = tmp_path / "all.md"

    files = [run_file(name, each) for name, each in (("b", again), ("a", first), ("c", other))]
    assert main(["report", *files, "-o", str(target)]) == 0
    rows = [line for line in target.read_text("utf-8").splitlines() if line.startswith("| ")][2:]
    assert sorted(row.split()[1] + row.split()[4] for row in rows) == ["awsPASS:", "localFAIL:", "renderPASS:"]
    assert "exit code 1" in target.read_text("utf-8")


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"environments": [], "run": {}, "schema": 2}'])
def test_a_file_that_is_no_run_is_one_sentence(content, tmp_path, capsys) -> None:
    """Which file, what was expected, what was found; exit code 4."""
    path = tmp_path / "run.json"
    if content is not None:
        path.write_text(content)

    assert main(["report", str(path), "-o", str(tmp_path / "x.html")]) == 4
    assert f"smokegate report: {path}: expected a run's JSON" in capsys.readouterr().err
    assert not (tmp_path / "x.html").exists()


def test_the_index_has_every_environment_with_its_trend(tmp_path) -> None:
    """The worst first, with the share of green runs, and a link where there is a page."""
    for name, kinds in (("calm", ("PASS", "PASS")), ("lost", ("PASS", "no-server"))):
        for kind in kinds:
            document = run_of(kind, name)
            append(history_file(tmp_path, name), {**entry(document, document["environments"][0]), "report": name})
    (tmp_path / "lost.html").touch()

    text = index(tmp_path)

    assert "<title>1 of 2 not OK</title>" in text
    assert text.index("lost</a>") < text.index("calm")
    assert 'href="lost.html"' in text
    assert 'href="calm.html"' not in text
    assert "1 of 2" in text
    assert "PASS, FAIL" in text
