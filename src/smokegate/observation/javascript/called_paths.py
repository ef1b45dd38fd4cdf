"""The constant paths that scripts pass to calls: they lie below whatever base the client has."""

from __future__ import annotations

import re

from msgspec import Struct, field

from smokegate.observation.javascript.tokens import NOWHERE, STRING, Tokens, unescaped

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


def stated_with_method(tokens: Tokens, at: int) -> str:
    """Return the path that stands beside the method with which it is called, as generated clients have it."""
    opened = tokens.inside[at] if at < len(tokens.starts) else NOWHERE
    if tokens.kind(at) != STRING or opened == NOWHERE or tokens.word(opened) != "{":
        return ""
    entries = tokens.text[tokens.starts[at] : tokens.ends[at] + 200]
    found = re.search(r"""[,\s]method\s*:\s*["'`][A-Z]""", entries.partition("}")[0])
    return unescaped(tokens.word(at)[1:-1]) if found else ""


def is_query(tokens: Tokens, index: int) -> bool:
    """Return whether a path is what an endpoint of RTK Query requests: `query: (id) => "/items"`."""
    first = tokens.pair.get(index - 2, index - 2)
    named = tokens.is_punctuation(first - 1, ":") and tokens.word(first - 2) == "query"
    return tokens.is_punctuation(index - 1, "=>") and named
