"""Reads the addresses that stand under a name: options of HTTP clients, settings, and properties that are assigned."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from smokegate.observation.javascript.api_names import (
    ABSOLUTE,
    CLIENT,
    GIVEN,
    SPECIFIED,
    UNSET,
    Found,
    names_api,
)
from smokegate.observation.javascript.called_paths import CalledPaths
from smokegate.observation.javascript.clients import intercepted, maker_of, owner_of, sets
from smokegate.observation.javascript.evaluate import Evaluator
from smokegate.observation.javascript.function_places import runs_at_once
from smokegate.observation.javascript.members import member
from smokegate.observation.javascript.opaque import without_address
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import STRING, unescaped
from smokegate.observation.javascript.values import Literal, Undefined, Unknown, Value, options_of
from smokegate.observation.model import HOLE

BESIDE = {"url": "exchanges", "uri": "(?:cache|link|credentials|fetchOptions)", "endpoint": "defaultAuthMode"}
"""Options that are an address where another one is there: of urql, Apollo Client and Amplify."""
COOKIES = ("withCredentials", "credentials")
"""What has cookies sent to other origins: of XMLHttpRequest and axios, and of fetch."""
MOST_PLACES = 8
"""So many places that set an option of the same name are looked at: a client is set up in one go."""


class Options:
    """Reads one entry after the other.

    Args:
        evaluator: knows the page.
        paths: learns whether clients have a base.
    """

    def __init__(self, evaluator: Evaluator, paths: CalledPaths) -> None:
        self._evaluator = evaluator
        self._paths = paths

    def entry(self, script: Script, key: str, at: int) -> Iterator[Found]:
        """Yield the address that stands under a key of an object, or is assigned to a property."""
        client = key.lower() in CLIENT
        if key == "useValue" and at < len(script.tokens.starts):
            for each in self.given(script, at):
                yield Found(script.url, each.value, "setting", "?", alone=False)
        elif key in GIVEN and at < len(script.tokens.starts):
            yield from self.given(script, at)
        if _is_pattern(script, at) or (not client and not names_api(key)):
            return
        self._paths.prefixed |= key.lower() == "prefixurl"
        how = "constant" if self._is_default(script, at) else "client" if client else "setting"
        for value, alone in self._evaluator.each_value(script, at):
            if (isinstance(value, str) and (ABSOLUTE.match(value) or UNSET.match(value))) or (
                isinstance(value, str) and value.strip(HOLE) and (client or value.startswith("/") or "_" in value)
            ):
                sole = alone and not (client and self._is_replaced(script, key, at))
                yield Found(script.url, value, how, "?", alone=sole, cookies=client and self._keeps_cookies(script, at))
            elif (nothing := self._nothing(script, key, at, value)) is not None:
                # A client with a `basePath` falls back to the address in its specification, which may be the right one.
                sole, name = alone and key != "basePath", value.name if isinstance(value, Undefined) else ""
                yield Found(script.url, nothing, how, "?", setting=name, alone=sole)
            elif key.lower() in {"baseurl", "prefixurl"}:
                hidden = isinstance(value, Unknown) or (isinstance(value, str) and value.startswith(HOLE))
                option = script.tokens.word(script.tokens.inside[at] - 1) == "("
                self._paths.hidden_base |= hidden and option
                self._paths.given_later |= hidden and _is_given_later(script, at)

    def _nothing(self, script: Script, key: str, at: int, value: Value) -> str | None:
        """Return what a client calls whose option is nothing, by its name or by its library's source; else None."""
        wants, opened = _wants_address(script, key, at), script.tokens.inside[at] - 1
        if isinstance(value, Undefined) and value.word == "undefined":
            given = script.tokens.word(opened) == "("
            return value.word if wants else without_address(self._evaluator, script, opened, key) if given else None
        return "" if wants and value in ("", Undefined(word="null")) else None

    def with_cookies(self, script: Script, options: int | None) -> bool:
        """Return whether what begins at a token are options by which cookies are sent to other origins, too."""
        if options is None:
            return False
        value = self._evaluator.value(script, options)
        if not isinstance(value, Literal) or not any(each in value.source for each in ("redentials", "...")):
            return False  # what other objects are given is not these
        of_fetch, of_xhr = (member(self._evaluator, value, each) for each in ("credentials", "withCredentials"))
        return "include" in options_of(of_fetch) or of_xhr is True

    def _keeps_cookies(self, script: Script, at: int) -> bool:
        """Return whether the client that has this address sends cookies: by an option beside it or elsewhere."""
        tokens, opened, owner = script.tokens, script.tokens.inside[at], owner_of(script, at)
        made = not tokens.is_punctuation(at - 1, "=") and tokens.word(opened) == "{"
        if made and self.with_cookies(script, opened):
            return True
        maker = maker_of(script, opened) if made else ""
        return self.sets_cookies(script, owner, at) or self.sets_cookies(script, maker, at, before=at)

    def sets_cookies(self, script: Script, owner: str, at: int, before: int | None = None) -> bool:
        """Return whether a script has what a name means at a token send cookies: `x.withCredentials = true`.

        With `before`, by the defaults that clients get which are made there: `axios.defaults.withCredentials = true`.
        """
        tokens = script.tokens
        places = [each for key in COOKIES for each in script.properties.get(key, [])[-MOST_PLACES:]] if owner else []
        for each in places:
            if not tokens.is_punctuation(each - 1, "=") or owner != (
                intercepted(script, each) or owner_of(script, each)
            ):
                continue
            default = before is None or (each < before and tokens.word(each - 4) == "defaults")
            if default and self._is_same(script, owner, each, at):
                return self._evaluator.value(script, each) in (True, "include")
        return False

    def _is_same(self, script: Script, name: str, one: int, other: int) -> bool:
        """Return whether a name means the same at two tokens."""
        before = script.work
        same = script.visible(name, one) == script.visible(name, other)
        self._evaluator.world.steps += script.work - before + len(script.definitions.get(name, ()))
        return same

    def _is_replaced(self, script: Script, key: str, at: int) -> bool:
        """Return whether an address is a default: the generator's of a client, or one that the page replaces."""
        owner = owner_of(script, at)
        if owner in {"", "this"}:
            return owner == "this" and key in SPECIFIED
        world, places = self._evaluator.world, script.properties.get(key, [])
        first = bisect_right(places, at)
        for each in places[first : first + MOST_PLACES]:
            world.steps += 1
            if world.exhausted:
                return False
            if sets(script, each) and owner_of(script, each) == owner:
                return self._is_same(script, owner, each, at)
        return False

    def given(self, script: Script, at: int) -> Iterator[Found]:
        """Yield the address that a function is given under a name: `createClient(settings.url)`."""
        for value, alone in self._evaluator.each_value(script, at):
            if isinstance(value, str) and ABSOLUTE.match(value) and HOLE not in value:
                yield Found(script.url, value, "given", "?", alone=alone)

    def named(self, script: Script, first: int) -> Iterator[Found]:
        """Yield the address that is stored under a name: `constant("API_URL", "https://…")`."""
        name = unescaped(script.tokens.word(first)[1:-1]) if script.tokens.kind(first) == STRING else ""
        second = self._evaluator.second_argument(script, first) if names_api(name) else None
        if second is None:
            return
        for value in options_of(self._evaluator.value(script, second)):
            if isinstance(value, str) and (ABSOLUTE.match(value) or UNSET.match(value)):
                yield Found(script.url, value, "setting", "?", alone=False)
            elif isinstance(value, Undefined) and value.word == "undefined":
                yield Found(script.url, value.word, "setting", "?", setting=name)

    def _is_default(self, script: Script, at: int) -> bool:
        """Return whether an entry belongs to defaults, which the settings that count are spread over."""
        tokens, opened = script.tokens, script.tokens.inside[at]
        name = tokens.word(opened - 2) if tokens.is_punctuation(opened - 1, "=") else ""
        spread = rf"\.\.\.{re.escape(name)}\s*,\s*\.\.\.|Object\.assign\([^;]{{0,40}}[,(]\s*{re.escape(name)}\s*[,)]"
        return bool(name) and re.search(spread, tokens.text) is not None


def _is_pattern(script: Script, at: int) -> bool:
    """Return whether there is no value: `{baseUrl: a = ""}` takes an option apart and says what it is by default."""
    tokens = script.tokens
    return at >= len(tokens.starts) or (tokens.is_punctuation(at + 1, "=") and tokens.is_punctuation(at - 1, ":"))


def _wants_address(script: Script, key: str, at: int) -> bool:
    """Return whether an option is a client's address by its name, or by another option that only its client has."""
    tokens, opened = script.tokens, script.tokens.inside[at]
    if key == "basePath":
        # Of a client that is made as the page loads; frameworks have a path of this name, too.
        return tokens.word(opened) == "{" and tokens.word(opened - 1) == "(" and runs_at_once(script, opened)
    if key == "root":  # of vue-resource: `Vue.http.options.root = …`
        return tokens.is_punctuation(at - 1, "=") and tokens.word(at - 4) == "options"
    if key.lower() in {"baseurl", "prefixurl"} or key not in BESIDE or tokens.word(opened) != "{":
        return key.lower() in {"baseurl", "prefixurl"}
    entries = tokens.text[tokens.starts[opened] : tokens.starts[tokens.closing(opened)]]
    return re.search(rf"[,{{\s]{BESIDE[key]}\s*:", entries) is not None


def _is_given_later(script: Script, at: int) -> bool:
    """Return whether a client that is there gets this as its address: `client.defaults.baseURL = …`."""
    tokens = script.tokens
    return tokens.is_punctuation(at - 1, "=") and tokens.is_punctuation(at - 3, ".") and tokens.word(at - 4) != "this"
