"""Finds the client that an option belongs to, by the name that the script gives it."""

from __future__ import annotations

from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import ROOT, WORD

MAX_DEPTH = 4
"""Maximum calls nested around an option: `client = createClient(createConfig({ baseUrl: … }))`."""
MAX_NAMES = 8
"""Maximum names in a member chain: `a.b.c.defaults.baseURL`."""


def configures_client(script: Script, at: int) -> bool:
    """Return whether a value configures an existing client: `c.defaults.baseURL = …`, `c.setConfig({ … })`."""
    tokens, opened = script.tokens, script.tokens.parent[at]
    if tokens.is_punctuation(at - 1, "="):
        return True
    method = opened != ROOT and tokens.is_punctuation(opened - 1, "(") and tokens.is_punctuation(opened - 3, ".")
    return method and tokens.word(opened - 2).startswith("set")


def assignment_target(script: Script, at: int) -> int | None:
    """Return the object whose property is assigned: `a.b = …`, or `Object.assign(a, { b: … })`."""
    tokens = script.tokens
    if tokens.is_punctuation(at - 1, "="):
        return at - 4 if tokens.is_punctuation(at - 3, ".") else None
    call = tokens.parent[tokens.parent[at]] if tokens.parent[at] != ROOT else ROOT
    assigns = call != ROOT and tokens.is_punctuation(call, "(") and tokens.word(call - 1) == "assign"
    return call + 1 if assigns and tokens.kind(call + 1) == WORD and tokens.is_punctuation(call + 2, ",") else None


def client_of(script: Script, at: int) -> str:
    """Return the name of the client that an option belongs to, empty if it has none."""
    tokens = script.tokens
    if tokens.is_punctuation(at - 1, "="):
        return _first_name(script, at - 2)[1]
    for around in tokens.enclosing(at, MAX_DEPTH):
        if tokens.is_punctuation(around - 1, "="):
            return tokens.word(around - 2)
        before, name = _first_name(script, around - 1)
        if tokens.is_punctuation(before, "="):
            return tokens.word(before - 1)
        if tokens.is_punctuation(around, "(") and tokens.word(around - 1).startswith("set"):
            return name
    return ""


def factory_of(script: Script, opened: int) -> str:
    """Return the first name of the function that takes these options: for `axios.create({ … })`, `axios`."""
    return _first_name(script, opened - 2)[1] if script.tokens.is_punctuation(opened - 1, "(") else ""


def intercepted_client(script: Script, at: int) -> str:
    """Return the name of the client whose `c.interceptors.request.use(…)` contains a token."""
    tokens = script.tokens
    uses = (each - 1 for each in tokens.enclosing(at, MAX_DEPTH) if tokens.word(each - 1) == "use")
    return next((_first_name(script, each)[1] for each in uses if tokens.word(each - 4) == "interceptors"), "")


def _first_name(script: Script, last: int) -> tuple[int, str]:
    """Return the token before a member chain, and the chain's first name: `a` for `a.b.c`."""
    tokens, first = script.tokens, last
    for _ in range(MAX_NAMES):
        if not tokens.is_punctuation(first - 1, ".") or tokens.kind(first - 2) != WORD:
            break
        first -= 2
    return first - 1, tokens.word(first)
