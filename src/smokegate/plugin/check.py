"""What stands beside each check: its code, what must hold first, what the file must declare, how much it weighs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from msgspec import Struct

from smokegate.environment.coverage import declared

if TYPE_CHECKING:
    from smokegate.environment.model import Endpoint, Environment
    from smokegate.observation.plan.step import Group

Severity = Literal["gate", "advisory"]
Function = TypeVar("Function", bound=Callable[..., object])

ATTRIBUTE = "smokegate_check"
"""Attribute of a test function that holds its `Check`."""
ENDPOINT = "endpoint"
"""The first word of a need that asks for one case per declared endpoint."""
GROUPS_OF: dict[str, Group] = {
    "backend.health": "health",
    "backend.endpoints": "endpoints",
    ENDPOINT: "endpoints",
    "backend.monitoring": "monitoring",
    "sign_in": "sign_in",
    "frontend": "frontend",
    "version": "version",
    "server": "server",
    "compose": "server",
    "browser": "browser",
    "render": "platform",
}
"""What a check needs of the file → the group of requests that it therefore reads."""


class Check(Struct, frozen=True):
    """One check, as its marker states it: `check` says what each of these means."""

    code: str
    after: tuple[str, ...] = ()
    after_if: str | None = None
    needs: tuple[str, ...] = ()
    severity: Severity = "gate"
    by: str | None = None
    reads: tuple[Group, ...] | None = ()
    """None: not stated, each group is requested when it is first read."""
    once: bool = False

    @property
    def per_endpoint(self) -> bool:
        """Whether there is one case for each declared endpoint."""
        return any(path.split(".")[0] == ENDPOINT for path in self.needs)

    def applies_to(self, environment: Environment) -> bool:
        """Return whether the file declares what the check needs."""
        return all(declared(environment, path) for path in self.needs if path.split(".")[0] != ENDPOINT)

    def applies_to_endpoint(self, endpoint: Endpoint) -> bool:
        """Return whether one declared endpoint has what the check needs of it."""
        keys = [path.partition(".")[2] for path in self.needs if path.startswith(f"{ENDPOINT}.")]
        return all(getattr(endpoint, key) for key in keys)

    def prerequisites(self, environment: Environment) -> tuple[str, ...]:
        """Return the codes that must hold first in this environment."""
        return self.after if self.after_if is None or declared(environment, self.after_if) else ()

    def is_advisory(self, environment: Environment, endpoint: Endpoint | None = None) -> bool:
        """Return whether a failure is only a warning: by the marker, or as the file states."""
        if self.by is not None:
            return bool(declared(environment, self.by) == "advisory")
        return self.severity == "advisory" or (endpoint is not None and endpoint.severity == "advisory")


def check(  # noqa: PLR0913 -- what a check states, all but the first by name
    code: str,
    *,
    after: tuple[str, ...] = (),
    after_if: str | None = None,
    needs: tuple[str, ...] = (),
    severity: Severity = "gate",
    by: str | None = None,
    reads: tuple[Group, ...] | None = None,
    once: bool = False,
) -> Callable[[Function], Function]:
    """Mark a test function as a check.

    Args:
        code: stable across releases and unique, `family.name`, as in `sign-in.login-again`: what history, JUnit and
            prerequisites name it by.
        after: codes of the checks that must hold first. If one of them failed, this one is blocked, not failed.
        after_if: a dotted path of the environment: `after` counts only where it has a true value.
        needs: dotted paths that the environment file must declare, else the check does not exist there;
            `endpoint`, or `endpoint.within`: one case for each declared endpoint (that has this key).
        severity: `advisory`: a failure is a warning.
        by: a dotted path of the file that holds the severity, such as `backend.monitoring.on_stale`.
        reads: the groups of requests that the check reads. Left out, they follow from `needs`; a check that
            needs nothing reads the health check.
        once: `smokegate watch` leaves it out: repeated every minute it would do harm, such as lock an account.
    """
    if reads is None:
        groups = {group for path, group in GROUPS_OF.items() for need in needs if _below(need, path)}
        reads = tuple(sorted(groups)) or ("health",)
    stated = Check(code, after, after_if, needs, severity, by, reads, once)

    def mark(function: Function) -> Function:
        setattr(function, ATTRIBUTE, stated)
        return function

    return mark


def _below(path: str, section: str) -> bool:
    return path == section or path.startswith(f"{section}.")


def check_of(function: Any) -> Check:
    """Return what a test function states, or for a plain one a check named after it that states nothing."""
    stated = getattr(function, ATTRIBUTE, None)
    if isinstance(stated, Check):
        return stated
    module = str(getattr(function, "__module__", "")).rpartition(".")[2].removeprefix("test_")
    name = str(getattr(function, "__name__", function)).removeprefix("test_").replace("_", "-")
    return Check(f"{module or 'own'}.{name}", reads=None)
