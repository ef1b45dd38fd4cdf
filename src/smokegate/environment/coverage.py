"""What an environment's file declares, and what a run of it therefore does not cover."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smokegate.environment.model import Environment

#: What is listed as not covered where the file does not declare it, and how a person calls it.
COVERAGE = {
    "backend.endpoints": "further endpoints",
    "backend.monitoring": "monitoring",
    "sign_in": "sign-in",
    "frontend": "frontend",
    "version": "version",
    "server": "server",
    "compose": "containers",
}


def declared(environment: Environment, path: str) -> Any:
    """Return what the file says at a dotted path, or something false."""
    found: Any = environment
    for key in path.split("."):
        found = getattr(found, key, None)
    return found


def not_covered(environment: Environment) -> list[str]:
    """Return what the environment's file does not declare and a run therefore does not check."""
    return [word for path, word in COVERAGE.items() if not declared(environment, path)]
