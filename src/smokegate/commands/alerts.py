"""What a watch does once per change: it runs a command of the user's, and sends a message through apprise."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import asdict

from smokegate.environment.extras import not_installed
from smokegate.exit_codes import CommandError
from smokegate.observation.evidence.sink import line as safe

PATIENCE = 60.0
"""Seconds that a command may take; the next round does not wait longer for it."""


class Change(Struct, frozen=True):
    """What changed, in words that may be shown."""

    environment: str
    verdict: str
    was: str
    """The verdict before."""
    cause: str
    """The cause's code; empty where there is none."""
    title: str
    """The verdict's reason in a sentence."""

    @property
    def variables(self) -> dict[str, str]:
        """The change as variables of a command: foreign text never becomes a part of a command line."""
        named = {**asdict(self), "name": self.environment}
        return {f"SMOKEGATE_{name.upper()}": safe(value) for name, value in named.items()}


class Alerts:
    """Where changes are announced: a command, run without a shell, and apprise's addresses, such as `slack://…`.

    Refused are a command that cannot be split into words, and an address without apprise or that it does not know.
    """

    def __init__(self, command: str | None = None, targets: Sequence[str] = ()) -> None:
        try:
            self._command = shlex.split(command or "")
        except ValueError as error:
            raise CommandError(f"--on-change={command}: {error}") from None
        self._targets = None
        if targets:
            if (missing := not_installed("alerts")) is not None:
                raise CommandError(f"--alert {missing}")
            import apprise  # noqa: PLC0415 - an extra, and slow to import

            self._targets = apprise.Apprise()
            for number, target in enumerate(targets, 1):
                if not self._targets.add(target):  # the address may hold a token: it is not repeated
                    raise CommandError(
                        f"--alert: number {number} is not an address that apprise knows, such as slack://…"
                    )

    def announce(self, change: Change) -> list[str]:
        """Announce a change; returns a line for each way that failed, which never ends the watch."""
        return [problem for problem in (self._run(change), self._send(change)) if problem]

    def _run(self, change: Change) -> str:
        if not self._command:
            return ""
        try:
            done = subprocess.run(
                self._command,
                env={**os.environ, **change.variables},
                stdin=subprocess.DEVNULL,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"--on-change: the command was stopped after {PATIENCE:.0f} s"
        except OSError as error:
            return f"--on-change: {self._command[0]} cannot be run: {(error.strerror or str(error)).lower()}"
        return f"--on-change: the command ended with exit code {done.returncode}" if done.returncode else ""

    def _send(self, change: Change) -> str:
        if self._targets is None:
            return ""
        title = safe(f"{change.environment}: {change.verdict} (was {change.was})")
        body = safe(f"{change.title}{f' ({change.cause})' if change.cause else ''}")
        try:
            sent = self._targets.notify(title=title, body=body)
        except Exception as error:  # noqa: BLE001 - whatever a service does, the watch goes on
            return f"--alert: not sent: {type(error).__name__}"
        return "" if sent else "--alert: not sent to every address"
