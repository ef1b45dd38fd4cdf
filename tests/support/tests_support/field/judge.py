"""Runs smokegate on a case and compares what it reports with what is right."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests_support.field.cases import Case
from tests_support.field.serve import Deployment, from_table, of_case
from tests_support.running import ROOT

LIMIT = 60
"""Seconds for one run."""
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


def judged(case: Case) -> Result:
    """Run smokegate on a case."""
    run = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--env=case", "--environments={folder}"]
    found, output = _run(case, [*run, "--reports={folder}/reports", *case.options])
    verdict, headline = found["verdict"], found["cause"] or {}
    code, certain = headline.get("code", ""), headline.get("confidence") == "certain"
    right_verdict = verdict in case.expect["verdict"]
    right_cause = _fits(case, headline)
    notes = [found.get("note", "")]
    if case.expect.get("diagnose"):
        command = [sys.executable, "-m", "smokegate", "diagnose", "case", "--environments", "{folder}", "--json"]
        second, more = _run(case, [*command, "--reports", "{folder}/reports"])
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
    if any(re.search(each, code, re.IGNORECASE) for each in case.expect.get("not_cause", ())):
        return False
    return any(re.search(each, text, re.IGNORECASE) for each in case.expect["cause"])


def _run(case: Case, command: list[str]) -> tuple[dict[str, Any], str]:
    """Serve a case, run one command on it, and return the environment's part of its report and all output."""
    folder = Path(tempfile.mkdtemp(prefix="field-"))
    deployment = Deployment(of_case(case.folder) if case.folder else from_table(case.answers))
    try:
        (folder / "case.toml").write_text(deployment.filled(case.env, folder=str(folder)), encoding="utf-8")
        words = [each.replace("{folder}", str(folder)) for each in command]
        done = subprocess.run(
            words,
            cwd=ROOT,
            env=_variables(case, deployment, folder),
            timeout=LIMIT,
            text=True,
            capture_output=True,
            check=False,
        )
        report = folder / "reports/case.json"
        whole = report.read_text(encoding="utf-8") if report.exists() else ""
        document = done.stdout if "--json" in words else whole
        try:
            return json.loads(document)["environments"][0], done.stdout + done.stderr + whole
        except (ValueError, LookupError):
            last = (done.stderr or done.stdout).strip().splitlines()[-1:] or [""]
            return {"verdict": "ERROR", "cause": None, "note": f"exit {done.returncode}: {last[0]}"}, done.stdout
    except subprocess.TimeoutExpired:
        return {"verdict": "TIMEOUT", "cause": None, "note": f"not done in {LIMIT} s"}, ""
    finally:
        deployment.close()
        shutil.rmtree(folder, ignore_errors=True)


def _variables(case: Case, deployment: Deployment, folder: Path) -> dict[str, str]:
    path, docker = os.environ["PATH"], {}
    if case.folder and (case.folder / "docker.json").exists():
        text = (case.folder / "docker.json").read_text(encoding="utf-8")
        (folder / "docker.json").write_text(deployment.filled(text), encoding="utf-8")
        docker = {"STAND_IN_DOCKER": str(folder / "docker.json")}
        path = f"{case.home / 'bin'}:{path}"
    common = {"PATH": path, "HOME": str(folder), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**common, **docker, **{name: deployment.filled(each) for name, each in case.variables.items()}}
