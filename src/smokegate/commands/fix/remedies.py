"""What may be done about which cause, and why nothing may be done about the others.

The decisions are data, `knowledge/remedies.toml`; a test holds that every cause of the catalogue is decided.
"""

from __future__ import annotations

import tomllib
from enum import Enum
from functools import cache
from importlib.resources import files

from msgspec import Struct


class Kind(Enum):
    """What can be done, from the gentlest on."""

    RELOAD = "reload"
    START = "start"
    RESTART = "restart"
    REBUILD = "rebuild"
    ALL = "restart all"
    RESUME = "resume"
    DEPLOY = "deploy"
    ROLLBACK = "roll back"


class Target(Enum):
    """What it is done to."""

    TROUBLED = "the services in trouble"
    BACKEND = "the backend, and services that are stopped"
    DATABASE = "the database if it is in trouble, else the backend"
    PROXY = "the web server in front"
    PLATFORM = "the service on the platform"


class Remedy(Struct, frozen=True):
    """What to try, in this order."""

    target: Target
    kinds: tuple[Kind, ...]


class Refusal(Struct, frozen=True):
    """Why nothing is tried."""

    reason: str


@cache
def remedies() -> dict[str, Remedy | Refusal]:
    """Return the decision on each cause or family of causes: `knowledge/remedies.toml`."""
    table = tomllib.loads((files("smokegate.knowledge") / "remedies.toml").read_text(encoding="utf-8"))

    def kinds(given: str | list[str]) -> tuple[Kind, ...]:
        return tuple(Kind(each) for each in (table["kinds"][given] if isinstance(given, str) else given))

    found: dict[str, Remedy | Refusal] = {
        code: Remedy(Target[row["target"].upper()], kinds(row["kinds"])) for code, row in table["remedies"].items()
    }
    for code, reason in table["refusals"].items():
        found[code] = Refusal(table["reasons"][reason[1:]] if reason.startswith("@") else reason)
    return found


JUDGEMENT = "a person must decide whether this is intended"
ON_PLATFORM = {Kind.RESTART: (Kind.RESTART, Kind.ROLLBACK)}
"""What replaces a restart where the platform runs the services, not a compose project."""


def remedy_of(code: str, *, platform: bool = False) -> Remedy | Refusal:
    """Return what may be done about a cause; a cause without a row is refused.

    `platform`: the platform runs the services, so that actions go through its API.
    """
    found = remedies().get(code) or remedies().get(code.partition(".")[0])
    if platform and isinstance(found, Remedy) and found.target is not Target.PLATFORM:
        kinds = tuple(each for kind in found.kinds for each in ON_PLATFORM.get(kind, ()))
        return Remedy(Target.PLATFORM, kinds) if kinds else remedies()["render"]
    return found or Refusal(f"no remedy is known for {code}; {JUDGEMENT}")
