"""Exit codes of commands, and the error that ends one.

Those of verdicts are in `diagnosis/verdict.py`, which loads more than a command needs.
"""

from __future__ import annotations

USAGE = 4
"""A command line, a file or an option cannot be used, as pytest has it."""
UNKNOWN = 6
"""Nothing was learned of a deployment."""


class CommandError(Exception):
    """Ends a command with an exit code; its text is shown behind the command's name."""

    def __init__(self, text: str, code: int = USAGE) -> None:
        super().__init__(text)
        self.code = code
