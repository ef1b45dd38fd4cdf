"""Runs smokegate on a case and compares what it reports with what is right.

Each run is a whole pytest in a process of its own, forked from one that has imported it (as in a rehearsal): importing
takes longer than checking a case.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from smokegate.rehearsal.runs import Runs
from smokegate.rehearsal.suite import RunError, Suite
from tests_support.field.cases import FIELD, Case
from tests_support.field.serve import Deployment, from_table, of_case
from tests_support.field.stand_in import write_answers
from tests_support.running import ROOT

LIMIT = 120
"""Seconds for one command."""
GREEN = ("PASS", "WARN")


@dataclass(frozen=True)
class Result:
    """What smokegate reported, and how that compares; `outcome` is right, wrong, missed or false alarm."""

    case: Case
    verdict: str
    cause: str
    certain: bool
    overclaimed: bool
    outcome: str
    right_verdict: bool
    right_cause: bool
    note: str
    title: str
    evidence: tuple[str, ...]

    def __str__(self) -> str:
        cause = self.cause + (" (certain)" if self.certain else "")
        return f"{self.outcome:<11}  {self.case.id:<34}  {self.verdict:<7}  {cause:<38}  {self.note[:90]}".rstrip()


@contextmanager
def judging(folder: Path) -> Iterator[Runs]:
    """Keep a process ready from which runs are forked; their files go into `folder`."""
    variables = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    suite = Suite(ROOT, ROOT / "environments")
    with closing(Runs(suite, folder, replicas=False, warm="local", variables=variables)) as runs:
        yield runs


def judged(case: Case, runs: Runs) -> Result:
    """Run smokegate on a case."""
    with _served(case) as served:
        found, output = _run(case, runs, served)
    verdict, headline = found["verdict"], found["cause"] or {}
    code, certain = headline.get("code", ""), headline.get("confidence") == "certain"
    right_verdict = verdict in case.expect["verdict"]
    right_cause = _fits(case, headline)
    notes = [found.get("note", "")]
    if case.expect.get("diagnose"):
        with _served(case) as served:  # anew: what a case's server has seen does not count for the second command
            second, more = _diagnose(served)
        output += more
        if second["verdict"] != verdict:
            notes.append(f"diagnose reports {second['verdict']}")
    notes += [f"shows the secret {each}" for each in case.expect.get("secrets", ()) if each in output]
    note = "; ".join(filter(None, notes))
    vague = any(re.search(each, code, re.IGNORECASE) for each in case.expect.get("vague", ()))
    return Result(
        case=case,
        verdict=verdict,
        cause=code,
        certain=certain,
        overclaimed=certain and not right_cause and not vague,
        outcome=_outcome(case, verdict, right_verdict=right_verdict, right=right_verdict and right_cause and not note),
        right_verdict=right_verdict,
        right_cause=right_cause,
        note=note,
        title=headline.get("title", ""),
        evidence=tuple(headline.get("evidence", ())),
    )


def _outcome(case: Case, verdict: str, *, right_verdict: bool, right: bool) -> str:
    if right:
        return "right"
    if case.healthy and not right_verdict and verdict != "PASS":
        return "false alarm"
    return "missed" if verdict in GREEN and not (case.healthy and right_verdict) else "wrong"


def _fits(case: Case, headline: dict[str, Any]) -> bool:
    """Whether a cause is the right one; a case without a pattern must name no cause."""
    code = headline.get("code", "")
    text = "\n".join([f"{code} {headline['title']}", *headline["evidence"]]) if headline else ""
    if not case.expect["cause"]:
        return not headline
    if case.expect.get("code", code) != code:
        return False
    if any(re.search(each, code, re.IGNORECASE) for each in case.expect.get("not_cause", ())):
        return False
    return any(re.search(each, text, re.IGNORECASE) for each in case.expect["cause"])


@dataclass(frozen=True)
class _Served:
    """A case while its server answers."""

    folder: Path
    """Holds the environment file."""
    variables: dict[str, str]


@contextmanager
def _served(case: Case) -> Iterator[_Served]:
    deployment = Deployment(of_case(case.folder) if case.folder else from_table(case.answers) if case.answers else None)
    folder = Path(tempfile.mkdtemp(prefix="field-"))
    try:
        (folder / "case.toml").write_text(deployment.filled(case.env, folder=str(folder)), encoding="utf-8")
        yield _Served(folder, _variables(case, deployment, folder))
    finally:
        deployment.close()
        shutil.rmtree(folder, ignore_errors=True)


def _run(case: Case, runs: Runs, served: _Served) -> tuple[dict[str, Any], str]:
    """Run the suite, and return the environment's part of its report and all output."""
    options = [each.replace("{folder}", str(served.folder)) for each in case.options]
    arguments = ["--env=case", f"--environments={served.folder}", *options]
    try:
        ran = runs.run(served.folder.name, arguments, variables=served.variables)
    except RunError as error:
        return _none("TIMEOUT", str(error)), ""
    if not ran.report:
        return _none("ERROR", f"exit {ran.code}: {ran.text}"), ran.text
    environment: dict[str, Any] = ran.report["environments"][0]
    return environment, ran.text + json.dumps(ran.report, ensure_ascii=False)


def _diagnose(served: _Served) -> tuple[dict[str, Any], str]:
    command = [sys.executable, "-m", "smokegate", "diagnose", "case", "--json"]
    command += ["--environments", str(served.folder), "--reports", str(served.folder / "reports")]
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=served.variables, timeout=LIMIT, text=True, capture_output=True, check=False
        )
    except subprocess.TimeoutExpired:
        return _none("TIMEOUT", f"not done in {LIMIT} s"), ""
    output = done.stdout + done.stderr
    try:
        return json.loads(done.stdout)["environments"][0], output
    except (ValueError, LookupError):
        return _none("ERROR", f"exit {done.returncode}: {output}"), output


def _none(verdict: str, note: str) -> dict[str, Any]:
    return {"verdict": verdict, "cause": None, "note": " ".join(note.split())[-300:]}


def _variables(case: Case, deployment: Deployment, folder: Path) -> dict[str, str]:
    path, docker = os.environ["PATH"], {}
    if case.docker is not None:
        write_answers(folder / "docker", json.loads(deployment.filled(json.dumps(case.docker))))
        docker = {"STAND_IN_ANSWERS": str(folder / "docker")}
        path = f"{FIELD / 'bin'}:{path}"
    common = {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8"}
    return {**common, **docker, **{name: deployment.filled(each) for name, each in case.variables.items()}}
