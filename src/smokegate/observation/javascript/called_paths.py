"""Constant paths that scripts pass to calls, relative to the client's base URL, whatever that is."""

from __future__ import annotations

import re

from msgspec import Struct, field

from smokegate.observation.javascript.tokens import ROOT, STRING, Tokens

MAX_PATHS = 400
METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
METHOD_OPTION = re.compile(r"""[{,\s]method\s*:\s*["'`](?:GET|POST|PUT|PATCH|DELETE|get|post|put|patch|delete)["'`]""")
RELATIVE_PATH = re.compile(r"[a-z][a-z0-9]{2,30}(?:/[\w\ufffc-]{1,40}){0,4}")


class CalledPaths(Struct):
    """The paths that one page calls."""

    absolute: dict[str, None] = field(default_factory=dict)
    relative: dict[str, None] = field(default_factory=dict)
    """Paths without a leading slash, as clients with a `prefixUrl` take them."""
    prefixed: bool = False
    """Whether clients take such paths: one has a `prefixUrl`, or sends a body to one."""
    hidden_base: bool = False
    """Whether an HTTP client's base URL is only known at run time."""
    given_later: bool = False
    """Whether a client created without a base URL gets one that is only known at run time."""

    def note(self, path: str, method: str = "") -> None:
        """Add a path that is passed to a call; only clients send a body to one, while maps have a `get`, too."""
        self.prefixed |= method in METHODS_WITH_BODY and RELATIVE_PATH.fullmatch(path) is not None
        if path[:1] == "/" and len(self.absolute) < MAX_PATHS:
            self.absolute[path] = None
        elif RELATIVE_PATH.fullmatch(path) and len(self.relative) < MAX_PATHS:
            self.relative["/" + path] = None

    @property
    def known(self) -> tuple[str, ...]:
        """The constant paths that are called."""
        return (*self.absolute, *(self.relative if self.prefixed else ()))


def path_with_method(tokens: Tokens, at: int) -> str:
    """Return the path next to a `method` option, as generated clients write it."""
    opened = tokens.parent[at] if at < len(tokens.starts) else ROOT
    if tokens.kind(at) != STRING or opened == ROOT or tokens.word(opened) != "{":
        return ""
    start, end = tokens.starts[at], tokens.ends[at]
    before, after = tokens.text[max(tokens.starts[opened], start - 200) : start], tokens.text[end : end + 200]
    found = METHOD_OPTION.search(before + after.partition("}")[0])
    return tokens.string(at) if found else ""


def is_query(tokens: Tokens, index: int) -> bool:
    """Return whether a path is the query of an RTK Query endpoint: `query: (id) => "/items"`."""
    first = tokens.pair.get(index - 2, index - 2)
    named = tokens.is_punctuation(first - 1, ":") and tokens.word(first - 2) == "query"
    return tokens.is_punctuation(index - 1, "=>") and named
