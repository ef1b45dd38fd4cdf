"""Exit codes of commands; those of verdicts are in `diagnosis/verdict.py`, which loads more than a command needs."""

from __future__ import annotations

USAGE = 4
"""A command line, a file or an option cannot be used, as pytest has it."""
UNKNOWN = 6
"""Nothing was learned of a deployment."""
