"""The inputs of the step, which come as variables, never through a shell's text: no value can become a command."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from smokegate.commands.gate.on_failure import ACTIONS
from smokegate.commands.gate.policy import CHOICES, LET_THROUGH

PREFIX = "SMOKEGATE_"
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
        """The commit that must answer: as given, else the deployment's own; empty for any.

        Raises:
            InputError: it is not a commit.
        """
        given = self["expect-commit"] or str(self.event.get("deployment", {}).get("sha", ""))
        if given and not COMMIT.fullmatch(given):
            raise InputError(f"expect-commit: expected 7 to 64 hexadecimal digits, got {given[:80]!r}")
        return given

    def choices(self) -> dict[str, str]:
        """Return the policy's inputs.

        Raises:
            InputError: one is none of the choices.
        """
        found = {name: self[name] or CHOICES[0] for name in LET_THROUGH.values()}
        for name, value in found.items():
            if value not in CHOICES:
                raise InputError(f"{name}: expected {', '.join(CHOICES)}, got {value[:80]!r}")
        return found

    @property
    def on_failure(self) -> str:
        """What is done where the deployment is broken.

        Raises:
            InputError: it is none of the choices, or there is no file that says how.
        """
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
