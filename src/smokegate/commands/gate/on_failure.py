"""What a red deployment leads to where the input `on-failure` allows it: a fix through the platform, then a check.

The job stays red whatever comes of it: the deploy that it gates has failed. OUTAGE and UNKNOWN lead to nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

ACTIONS = ("none", "redeploy", "rollback")
"""`redeploy`: what `smokegate diagnose --fix` does by itself. `rollback`: an earlier version, too."""

STATES = {"applied": "done", "did not help": "failed"}
"""The words of the job summary for the states of the journal, where they are others."""


def words_for(action: str, name: str, options: Sequence[str]) -> list[str]:
    """Return the words of the fix of one environment.

    Of the run's options those are taken over that say where it is and which version is expected: after a rollback
    another version answers, which is then as it must be.
    """
    back = action == "rollback"
    taken = ("--environments=", "--reports=", "--set=", *(() if back else ("--expect-commit=",)))
    same = [each for each in options if each.startswith(taken)]
    return ["diagnose", name, "--fix", "--yes", "--json", *same, *(["--allow-rollback"] if back else [])]


def act(action: str, words: Sequence[str], surroundings: Mapping[str, str]) -> str:
    """Run the fix; returns its outcome in a word, and adds what was done to the job summary."""
    command = [sys.executable, "-m", "smokegate", *words]
    done = subprocess.run(command, env=dict(surroundings), stdout=subprocess.PIPE, text=True, check=False)
    try:
        fixed = json.loads(done.stdout)["fix"]
    except (ValueError, KeyError, TypeError):
        why = f"smokegate diagnose ended with exit code {done.returncode}"
        fixed = {"result": "failed", "reason": why, "steps": []}
    lines = list(_lines(action, fixed))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    if file := surroundings.get("GITHUB_STEP_SUMMARY"):
        with Path(file).open("a", encoding="utf-8") as summary:
            summary.write("\n" + "\n".join(lines) + "\n")
    return str(fixed["result"])


def _lines(action: str, fixed: Mapping[str, Any]) -> Iterator[str]:
    """Yield the outcome, and each step as planned, done, verified or failed."""
    from smokegate.report.markdown import escaped  # noqa: PLC0415 -- only after a failure

    because = f": {escaped(fixed['reason'])}" if fixed.get("reason") else ""
    yield f"### on-failure: {action}: {escaped(fixed['result'])}{because}"
    yield ""
    for step in fixed["steps"]:
        state = str(step.get("state", ""))
        what = step.get("action") or step.get("reason") or ""
        after = f", {step['verdict']} afterwards" if step.get("verdict") else ""
        yield f"- {escaped(STATES.get(state, state))}: {escaped(f'{what}{after}')}"
