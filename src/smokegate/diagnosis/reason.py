"""Why a service is in trouble."""

from __future__ import annotations

from msgspec import Struct, field

from smokegate.diagnosis.log_targets import Target


class Reason(Struct, frozen=True):
    """Why a service is in trouble, and the lines that say it."""

    code: str
    lines: tuple[str, ...]
    """Quoted, the decisive one first."""
    names: dict[str, str] = field(default_factory=dict)
    """Names for the title: `detail`, `what`, `error`."""
    title: str | None = None
    sure: bool = True
    """Whether the most specific line of the log says it itself."""
    target: Target | None = None
    """What it could not connect to."""
