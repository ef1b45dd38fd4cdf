"""What the step does: command line from the inputs, run, outputs, exit code."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from smokegate.commands.gate.inputs import LET_THROUGH, PREFIX, InputError, Inputs, job_exit, read_inputs, worst
from smokegate.commands.gate.on_failure import ACTIONS, act, words_for
from smokegate.diagnosis.verdict import Verdict
from smokegate.exit_codes import USAGE


def command(inputs: Inputs, reports: Path) -> list[str]:
    """Return the words of the run; refuses inputs that contradict each other, or that cannot be used."""
    if bool(inputs["env"]) == bool(inputs["url"]):
        raise InputError("expected one of env (a file of environments/) and url (no file at all)")
    words = ["check", *inputs["url"].split()] if inputs["url"] else ["run", *inputs["env"].replace(",", " ").split()]
    if any(word.startswith("-") for word in words):
        raise InputError(f"env and url: expected names or addresses, got {words[1:]!r}")
    if inputs["environments"]:
        words.append(f"--environments={inputs['environments']}")
    words.append(f"--reports={reports}")
    if not inputs["url"]:
        words += [f"--expect-commit={inputs.commit}"] if inputs.commit else []
        words += {"": [], "false": [], "true": ["--wait"]}.get(inputs["wait"], [f"--wait={inputs['wait']}"])
        words += [f"--set={line.strip()}" for line in inputs["set"].splitlines() if line.strip()]
        words += [f"--since={inputs['since']}"] if inputs["since"] and Path(inputs["since"]).is_file() else []
    words += ["--strict"] if inputs["strict"] == "true" else []
    return [*words, *shlex.split(inputs["args"])]


def main(variables: Mapping[str, str] = os.environ) -> int:
    """Run the step; returns its exit code."""
    inputs = read_inputs(variables)
    reports = Path(inputs["reports"] or "reports")
    try:
        choices, words, on_failure = inputs.choices(), command(inputs, reports), inputs.on_failure
    except (InputError, ValueError) as wrong:
        sys.stdout.write(f"::error title=smokegate::{escaped(str(wrong))}\n")
        return USAGE
    before = _state(reports)
    done = _run(words, _surroundings(variables))
    document, path = _written(reports, before)
    environments = document.get("environments", [])
    verdicts = [str(each.get("verdict")) for each in environments]
    run_exit = done if document or done else Verdict.UNKNOWN.code
    strict, partial = inputs["strict"] == "true", any(each.get("partial") for each in environments)
    code = job_exit(run_exit, verdicts, choices, strict=strict, partial=partial)
    if code == 0 and run_exit != 0:
        sys.stdout.write(f"::warning title=smokegate::{worst(verdicts)} was let through: {choices}\n")
    outputs = _outputs(environments, verdicts, path, code, choices)
    if on_failure != ACTIONS[0]:
        broken = [str(each["name"]) for each in environments if each.get("verdict") == "FAIL"]
        fixes = [act(on_failure, words_for(on_failure, name, words), _surroundings(variables)) for name in broken]
        outputs["on-failure"] = ", ".join(fixes) or "not needed"
    write_outputs(variables, outputs)
    return code


def _run(words: Sequence[str], surroundings: Mapping[str, str]) -> int:
    """Run; returns its exit code.

    A job that is cancelled signals this process alone: INT, some seconds later TERM. The run must hear it, too, so
    that it still writes its summary and report, which is waited for.
    """
    command = [sys.executable, "-m", "smokegate", *words]
    process = subprocess.Popen(command, env=dict(surroundings), start_new_session=True)
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, lambda number, _frame: process.send_signal(number))
    return process.wait()


def _surroundings(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the run's variables: of the secrets that a workflow hands over as one, only those called SMOKE_…."""
    found = {name: value for name, value in variables.items() if not name.startswith(PREFIX)}
    try:
        secrets = json.loads(variables.get(f"{PREFIX}SECRETS") or "{}")
    except ValueError:
        return found
    return found | {name: str(value) for name, value in secrets.items() if name.startswith("SMOKE_") and value}


def _state(reports: Path) -> dict[Path, int]:
    return {each: each.stat().st_mtime_ns for each in reports.glob("*.json")}


def _written(reports: Path, before: Mapping[Path, int]) -> tuple[dict[str, Any], Path | None]:
    """Return the document that this run wrote, and where; nothing where it wrote none."""
    for path, when in sorted(_state(reports).items(), key=lambda each: each[1], reverse=True):
        if before.get(path) != when:
            try:
                return json.loads(path.read_text(encoding="utf-8")), path.with_suffix(".html")
            except ValueError:
                break
    return {}, None


def _outputs(
    environments: list[dict[str, Any]], verdicts: list[str], path: Path | None, code: int, choices: Mapping[str, str]
) -> dict[str, str]:
    verdict = worst(verdicts)
    deciding = next((each for each in environments if each.get("verdict") == verdict), {})
    cause = deciding.get("cause") or {}
    decision = str(deciding.get("decision", ""))
    if choices.get(LET_THROUGH.get(Verdict[verdict], "")) == "hold" and not decision.startswith("hold"):
        decision = f"hold: {decision}".removesuffix(": ")
    return {
        "verdict": verdict,
        "decision": decision,
        "cause": str(cause.get("code", "")),
        "report-path": str(path) if path else "",
        "exit-code": str(code),
    }


def write_outputs(variables: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Write outputs of the step, a line each."""
    if file := variables.get("GITHUB_OUTPUT"):
        with Path(file).open("a", encoding="utf-8") as stream:
            stream.writelines(f"{name}={' '.join(value.split())}\n" for name, value in values.items())


def escaped(text: str) -> str:
    """Return text as the data of a workflow command; a line of it can start no other."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").replace("##[", "# #[")


if __name__ == "__main__":
    sys.exit(main())
