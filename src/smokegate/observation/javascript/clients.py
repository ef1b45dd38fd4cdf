"""Which client an address is an option of, by the name that the script gives it."""

from __future__ import annotations

from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import NOWHERE, WORD

DEEPEST = 4
"""So many brackets of calls around an option: `client = createClient(createConfig({ baseUrl: … }))`."""
LONGEST = 8
"""So many names lead to an option: `a.b.c.defaults.baseURL`."""


def sets(script: Script, at: int) -> bool:
    """Return whether a value is given to a client that is there: `c.defaults.baseURL = …`, `c.setConfig({ … })`."""
    tokens, opened = script.tokens, script.tokens.inside[at]
    if tokens.is_punctuation(at - 1, "="):
        return True
    method = opened != NOWHERE and tokens.is_punctuation(opened - 1, "(") and tokens.is_punctuation(opened - 3, ".")
    return method and tokens.word(opened - 2).startswith("set")


def set_on(script: Script, at: int) -> int | None:
    """Return the name whose property a value is set to: `a.b = …`, or `Object.assign(a, { b: … })`."""
    tokens = script.tokens
    if tokens.is_punctuation(at - 1, "="):
        return at - 4 if tokens.is_punctuation(at - 3, ".") else None
    call = tokens.inside[tokens.inside[at]] if tokens.inside[at] != NOWHERE else NOWHERE
    assigns = call != NOWHERE and tokens.is_punctuation(call, "(") and tokens.word(call - 1) == "assign"
    return call + 1 if assigns and tokens.kind(call + 1) == WORD and tokens.is_punctuation(call + 2, ",") else None


def owner_of(script: Script, at: int) -> str:
    """Return the name of the client that has a value for an option, empty where it has none."""
    tokens, position = script.tokens, at
    if tokens.is_punctuation(at - 1, "="):
        return _first(script, at - 2)[1]
    for _ in range(DEEPEST):
        position = tokens.inside[position]
        if position == NOWHERE:
            return ""
        if tokens.is_punctuation(position - 1, "="):
            return tokens.word(position - 2)
        before, name = _first(script, position - 1)
        if tokens.is_punctuation(before, "="):
            return tokens.word(before - 1)
        if tokens.is_punctuation(position, "(") and tokens.word(position - 1).startswith("set"):
            return name
    return ""


def maker_of(script: Script, opened: int) -> str:
    """Return the first name of what is given these options: of `axios.create({ … })` it is `axios`."""
    return _first(script, opened - 2)[1] if script.tokens.is_punctuation(opened - 1, "(") else ""


def intercepted(script: Script, at: int) -> str:
    """Return the name of the client within whose `c.interceptors.request.use(…)` a token stands."""
    tokens, position = script.tokens, at
    for _ in range(DEEPEST):
        position = tokens.inside[position]
        if position == NOWHERE:
            break
        if tokens.word(position - 1) == "use" and tokens.word(position - 5) == "interceptors":
            return _first(script, position - 1)[1]
    return ""


def _first(script: Script, last: int) -> tuple[int, str]:
    """Return what stands before the names that end at a token, and the first of them: of `a.b.c` it is `a`."""
    tokens, first = script.tokens, last
    for _ in range(LONGEST):
        if not tokens.is_punctuation(first - 1, ".") or tokens.kind(first - 2) != WORD:
            break
        first -= 2
    return first - 1, tokens.word(first)
