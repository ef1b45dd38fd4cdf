"""The constant paths that scripts pass to calls: they lie below whatever base the client has."""

from __future__ import annotations

import re

from msgspec import Struct, field

MOST = 400
RELATIVE = re.compile(r"[a-z][a-z0-9]{2,30}(?:/[\w\ufffc-]{1,40}){0,4}")


class CalledPaths(Struct):
    """The paths of one page's calls."""

    absolute: dict[str, None] = field(default_factory=dict)
    relative: dict[str, None] = field(default_factory=dict)
    """Those without a slash at their beginning, as clients with a `prefixUrl` are given them."""
    prefixed: bool = False
    """Whether a client has a `prefixUrl`."""
    hidden_base: bool = False
    """Whether an HTTP client is given a base that is only known when the page runs."""
    given_later: bool = False
    """Whether a client that was made without a base is given one that is only known when the page runs."""

    def note(self, path: str) -> None:
        """Take a path that is passed to a call."""
        if path[:1] == "/" and len(self.absolute) < MOST:
            self.absolute[path] = None
        elif RELATIVE.fullmatch(path) and len(self.relative) < MOST:
            self.relative["/" + path] = None

    @property
    def known(self) -> tuple[str, ...]:
        """The paths that are called, as far as they are constant."""
        return (*self.absolute, *(self.relative if self.prefixed else ()))
