"""The optional parts of the package that an environment needs, and how to install one that is missing."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.environment.model import Environment

#: Extra → the modules that it brings, the first of which is missing where it is not installed.
MODULES = {
    "replica": ("fastapi", "uvicorn", "sqlalchemy", "h11", "jwt", "trustme"),
    "containers": ("testcontainers",),
    "browser": ("playwright",),
    "blueprint": ("ruamel.yaml",),
    "alerts": ("apprise",),
}


def missing_extra(environment: Environment) -> str | None:
    """Return the line that says which extra an environment's replica lacks and how to install it, None for none."""
    if environment.replica is None:
        return None
    missing = not_installed("containers" if environment.replica.kind == "compose" else "replica")
    return None if missing is None else f"{environment.name}: its [replica] section {missing}"


def _is_absent(module: str) -> bool:
    try:
        return find_spec(module) is None
    except ModuleNotFoundError:  # not even the package that it is in
        return True


def not_installed(extra: str) -> str | None:
    """Return the words that say that an extra is needed and how to install it, None where it is installed."""
    absent = next((name for name in MODULES[extra] if _is_absent(name)), None)
    if absent is None:
        return None
    return f"needs the extra `{extra}` ({absent} is not installed): pip install 'smokegate[{extra}]'"
