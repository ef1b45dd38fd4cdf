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
    "browser": "browser",
}


def declared(environment: Environment, path: str) -> Any:
    """Return what the file says at a dotted path, or something false."""
    found: Any = environment
    for key in path.split("."):
        found = getattr(found, key, None)
    return found


def not_covered(environment: Environment) -> list[str]:
    """Return what the environment's file does not declare and a run therefore does not check."""
    found = [word for path, word in COVERAGE.items() if not declared(environment, path)]
    found += environment.uncovered
    if environment.sign_in is not None and not environment.sign_in.writes:
        found.append("writes")
    return found if environment.backend.database == "none" or touches_database(environment) else [*found, "database"]


def touches_database(environment: Environment) -> bool:
    """Return whether a gating check that the file declares depends on the database: else a stopped one stays green."""
    backend, sign_in = environment.backend, environment.sign_in
    if sign_in is not None and "database" in sign_in.touches and not environment.missing:
        return True
    gating = [each for each in backend.endpoints if each.severity == "gate"]
    readers = (backend.health, backend.monitoring, *gating)
    return any("database" in each.touches for each in readers if each is not None)
