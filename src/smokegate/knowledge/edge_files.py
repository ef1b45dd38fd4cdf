"""Reads `edges/*.toml`: one file for each platform or proxy that can answer instead of the application.

A file:

    name = "Caddy"                      # as it stands in titles
    link = "https://…"                  # its own words about these answers
    [steps]                             # what to do there, by what a sign says; `any` for all others
    app-away = ["…"]
    [[sign]]                            # the first one that fits counts
    says = "app-away"                   # one of `SAYS`
    status = [502]                      # left out: any
    headers = { server = '^Caddy$' }    # every one must match (a pattern, any case); '' is: is there
    absent = ["via"]                    # none of these is there
    scheme = "https"                    # of the address that was requested; left out: any
    body = '^$'                         # a pattern, any case
    likely = true                       # fits, and another answer could look the same
    weak = true                         # the application itself may well answer so on one path
    files = true                        # files that it may not read, or that are missing, give the same page
    heals = false                       # waiting does not heal it (default: as `SAYS` has it)
    title = "…"                         # in place of the cause's own title; with {edge} and {target}
    cause = "render.no-server"          # a cause with a rule of its own, in place of `edge.` and what it says
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache, cached_property
from importlib.resources import files

from msgspec import Struct, convert, field

SAYS = {
    "nothing-here": True,
    "no-route": True,
    "app-away": True,
    "app-slow": True,
    "app-starting": True,
    "broke-off": True,
    "suspended": False,
    "rate-limited": True,
    "kept-out": False,
    "too-large": False,
    "function-crashed": True,
    "out-of-resources": True,
    "tls-to-app": True,
    "name-of-app": True,
    "app-error": True,
    "platform-error": True,
    "own-page": True,
    "garbled": True,
}
"""What an edge can report about the application behind it, and whether waiting can fix it."""


class Sign(Struct, frozen=True, dict=True, forbid_unknown_fields=True):
    """One answer of an edge: how to recognise it, and its meaning."""

    says: str
    status: frozenset[int] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    scheme: str = ""
    body: str | None = None
    likely: bool = False
    weak: bool = False
    files: bool = False
    heals: bool | None = None
    title: str | None = None
    cause: str | None = None

    def __post_init__(self) -> None:
        if self.says not in SAYS:
            raise ValueError(f"says = {self.says!r}, which is none of {', '.join(SAYS)}")

    @property
    def code(self) -> str:
        """The code of the cause in the diagnosis."""
        return self.cause or f"edge.{self.says}"

    @property
    def waits(self) -> bool:
        """Whether waiting can fix it."""
        return SAYS[self.says] if self.heals is None else self.heals

    @cached_property
    def fields(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        """The headers with their patterns."""
        return tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in self.headers.items())

    @cached_property
    def text(self) -> re.Pattern[str] | None:
        """The pattern of the body."""
        return None if self.body is None else re.compile(self.body, re.IGNORECASE)


class EdgeFile(Struct, frozen=True):
    """One platform or proxy."""

    name: str
    signs: tuple[Sign, ...] = field(name="sign")
    link: str = ""
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def steps_for(self, says: str) -> tuple[str, ...]:
        """Return the steps for a sign's meaning; empty if the file has none."""
        return self.steps.get(says, self.steps.get("any", ()))


@cache
def edge_files() -> tuple[EdgeFile, ...]:
    """Return every file, sorted by name.

    Raises:
        ValueError: a file does not have the format above; the message names it.
    """
    folder = files("smokegate.knowledge") / "edges"
    found = (each for each in folder.iterdir() if each.name.endswith(".toml"))
    return tuple(_file(each.name, each.read_text(encoding="utf-8")) for each in sorted(found, key=lambda e: e.name))


def _file(name: str, text: str) -> EdgeFile:
    try:
        return convert(tomllib.loads(text), EdgeFile)
    except ValueError as error:
        raise ValueError(f"smokegate/knowledge/edges/{name}: {error}") from error
