"""The constant paths that scripts pass to calls: they lie below whatever base the client has."""

from __future__ import annotations

import re

from msgspec import Struct, field

from smokegate.observation.javascript.tokens import NOWHERE, STRING, Tokens, unescaped

MOST = 400
SENDS = frozenset({"POST", "PUT", "PATCH"})
STATED = re.compile(r"""[{,\s]method\s*:\s*["'`](?:GET|POST|PUT|PATCH|DELETE|get|post|put|patch|delete)["'`]""")
RELATIVE = re.compile(r"[a-z][a-z0-9]{2,30}(?:/[\w\ufffc-]{1,40}){0,4}")


class CalledPaths(Struct):
    """The paths of one page's calls."""

    absolute: dict[str, None] = field(default_factory=dict)
    relative: dict[str, None] = field(default_factory=dict)
    """Those without a slash at their beginning, as clients with a `prefixUrl` are given them."""
    prefixed: bool = False
    """Whether clients are given such paths: one has a `prefixUrl`, or sends something to one."""
    hidden_base: bool = False
    """Whether an HTTP client is given a base that is only known when the page runs."""
    given_later: bool = False
    """Whether a client that was made without a base is given one that is only known when the page runs."""

    def note(self, path: str, method: str = "") -> None:
        """Take a path that is passed to a call; only clients send something to one, while maps have a `get`, too."""
        self.prefixed |= method in SENDS and RELATIVE.fullmatch(path) is not None
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
    start, end = tokens.starts[at], tokens.ends[at]
    before, after = tokens.text[max(tokens.starts[opened], start - 200) : start], tokens.text[end : end + 200]
    found = STATED.search(before + after.partition("}")[0])
    return unescaped(tokens.word(at)[1:-1]) if found else ""


def is_query(tokens: Tokens, index: int) -> bool:
    """Return whether a path is what an endpoint of RTK Query requests: `query: (id) => "/items"`."""
    first = tokens.pair.get(index - 2, index - 2)
    named = tokens.is_punctuation(first - 1, ":") and tokens.word(first - 2) == "query"
    return tokens.is_punctuation(index - 1, "=>") and named
