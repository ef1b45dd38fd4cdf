"""The inputs of the step, and what `on-outage` and `on-unknown` make of a verdict.

They come as variables (`SMOKEGATE_ENV`, …), never through a shell's text: no value can become a command. A red
deployment stays red whatever they are: only OUTAGE and UNKNOWN, which say nothing against it, can be let through.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from smokegate.commands.gate.on_failure import ACTIONS
from smokegate.diagnosis.verdict import WORST_FIRST, Verdict, exit_code

PREFIX = "SMOKEGATE_"
CHOICES = ("fail", "hold", "warn")
"""`fail`: the job is red. `hold`: the job is red and the decision is to wait, not to roll back. `warn`: the job
is green with a warning."""
LET_THROUGH = {Verdict.OUTAGE: "on-outage", Verdict.UNKNOWN: "on-unknown"}
COMMIT = re.compile(r"[0-9a-fA-F]{7,64}")


class InputError(Exception):
    """An input cannot be used; the text names it."""


class Inputs(Struct, frozen=True):
    """The inputs of the step."""

    values: Mapping[str, str]
    event: Mapping[str, Any]
    """GitHub's event; empty where there is none."""

    def __getitem__(self, name: str) -> str:
        return self.values.get(PREFIX + name.upper().replace("-", "_"), "").strip()

    @property
    def commit(self) -> str:
        """The commit that must answer: as given, else the deployment's own; empty for any. Refuses what is none."""
        given = self["expect-commit"] or str(self.event.get("deployment", {}).get("sha", ""))
        if given and not COMMIT.fullmatch(given):
            raise InputError(f"expect-commit: expected 7 to 64 hexadecimal digits, got {given[:80]!r}")
        return given

    def choices(self) -> dict[str, str]:
        """Return what becomes of each verdict that can be let through; refuses what is none of the choices."""
        found = {name: self[name] or CHOICES[0] for name in LET_THROUGH.values()}
        for name, value in found.items():
            if value not in CHOICES:
                raise InputError(f"{name}: expected {', '.join(CHOICES)}, got {value[:80]!r}")
        return found

    @property
    def on_failure(self) -> str:
        """What is done where the deployment is broken; refuses what no file says how to do."""
        found = self["on-failure"] or ACTIONS[0]
        if found not in ACTIONS:
            raise InputError(f"on-failure: expected {', '.join(ACTIONS)}, got {found[:80]!r}")
        if found != ACTIONS[0] and self["url"]:
            raise InputError(f"on-failure: {found} needs an environment file: env, not url")
        return found


def read_inputs(variables: Mapping[str, str]) -> Inputs:
    """Read the inputs, and GitHub's event where there is one."""
    event: dict[str, Any] = {}
    if path := variables.get("GITHUB_EVENT_PATH"):
        try:
            event = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            event = {}
    return Inputs(variables, event if isinstance(event, dict) else {})


def job_exit(
    run_exit: int, verdicts: Sequence[str], choices: Mapping[str, str], *, strict: bool = False, partial: bool = False
) -> int:
    """Return the exit code of the step, by the run's own and the verdict of each environment that it reported.

    With `strict` a warning, and a green run of which a part was left out (`partial`), are red.
    """
    found = [Verdict[word] for word in verdicts]
    through = {each for each in found if choices.get(LET_THROUGH.get(each, "")) == "warn"}
    if run_exit not in {each.code for each in through}:
        return run_exit
    left = [each for each in found if each not in through]
    return exit_code(left, strict=strict, partial=partial) if left else 0


def worst(verdicts: Sequence[str]) -> str:
    """Return the verdict that decides; UNKNOWN where there is none."""
    return next((each.word for each in WORST_FIRST if each.word in verdicts), Verdict.UNKNOWN.word)
