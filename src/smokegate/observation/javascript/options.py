"""Reads addresses by name: options of HTTP clients, settings, and assigned properties."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from smokegate.observation.javascript.api_names import (
    ABSOLUTE,
    AMBIGUOUS_OPTIONS,
    CLIENT_OPTIONS,
    GENERATED_BASES,
    UNSET,
    Found,
    names_api,
)
from smokegate.observation.javascript.called_paths import CalledPaths
from smokegate.observation.javascript.clients import client_of, configures_client, factory_of, intercepted_client
from smokegate.observation.javascript.evaluate import Evaluator
from smokegate.observation.javascript.function_places import runs_on_load
from smokegate.observation.javascript.known_clients import without_address
from smokegate.observation.javascript.members import member
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import STRING
from smokegate.observation.javascript.values import Literal, Undefined, Unknown, Value, is_unset, options_of
from smokegate.observation.model import DYNAMIC

COMPANIONS = {"url": "exchanges", "uri": "(?:cache|link|credentials|fetchOptions)", "endpoint": "defaultAuthMode"}
"""Options that are an address only beside another one: of urql, Apollo Client and Amplify."""
COOKIES = ("withCredentials", "credentials")
"""Options that send cookies to other origins: of XMLHttpRequest and axios, and of fetch."""
MAX_ASSIGNMENTS = 8
"""Maximum assignments of one option that are checked: a client is configured in one place."""


class Options:
    """Reads options and settings one by one; `paths` records whether clients have a base URL."""

    def __init__(self, evaluator: Evaluator, paths: CalledPaths) -> None:
        self._evaluator = evaluator
        self._paths = paths

    def entry(self, script: Script, key: str, at: int) -> Iterator[Found]:
        """Yield the address under a key of an object, or assigned to a property."""
        client = key.lower() in CLIENT_OPTIONS
        if key == "useValue" and at < len(script.tokens.starts):
            for each in self.given(script, at):
                yield Found(script.url, each.value, "setting", "?", alone=False)
        elif key in AMBIGUOUS_OPTIONS and at < len(script.tokens.starts):
            yield from self.given(script, at)
        if _is_pattern(script, at) or (not client and not names_api(key)):
            return
        self._paths.prefixed |= key.lower() == "prefixurl"
        how = "constant" if self._is_default(script, at) else "client" if client else "setting"
        for value, alone in self._evaluator.possible_values(script, at):
            if isinstance(value, str) and (
                ABSOLUTE.match(value)
                or UNSET.match(value)
                or (value.strip(DYNAMIC) and (client or value.startswith("/") or "_" in value))
            ):
                sole = alone and not (client and self._is_replaced(script, key, at))
                yield Found(script.url, value, how, "?", alone=sole, cookies=client and self._sends_cookies(script, at))
            elif (unset := self._address_if_unset(script, key, at, value)) is not None:
                # A client without a `basePath` uses its specification's address, which may be right.
                sole, name = alone and key != "basePath", value.name if isinstance(value, Undefined) else ""
                yield Found(script.url, unset, how, "?", setting=name, alone=sole)
            elif key.lower() in {"baseurl", "prefixurl"}:
                hidden = isinstance(value, Unknown) or (isinstance(value, str) and value.startswith(DYNAMIC))
                option = script.tokens.word(script.tokens.parent[at] - 1) == "("
                self._paths.hidden_base |= hidden and option
                self._paths.given_later |= hidden and _is_given_later(script, at)

    def _address_if_unset(self, script: Script, key: str, at: int, value: Value) -> str | None:
        """Return what a client calls if its option is unset, by its name or its library's source; else None."""
        wants, opened = _wants_address(script, key, at), script.tokens.parent[at] - 1
        if is_unset(value):
            given = script.tokens.word(opened) == "("
            return value.word if wants else without_address(self._evaluator, script, opened, key) if given else None
        return "" if wants and value in ("", Undefined(word="null")) else None

    def send_cookies(self, script: Script, options: int | None) -> bool:
        """Return whether the options at a token send cookies to other origins."""
        if options is None:
            return False
        value = self._evaluator.value(script, options)
        if not isinstance(value, Literal) or not any(each in value.source for each in ("redentials", "...")):
            return False  # unrelated objects are not evaluated
        of_fetch, of_xhr = (member(self._evaluator, value, each) for each in ("credentials", "withCredentials"))
        return "include" in options_of(of_fetch) or of_xhr is True

    def _sends_cookies(self, script: Script, at: int) -> bool:
        """Return whether the client with this address sends cookies: by an option beside it or elsewhere."""
        tokens, opened, owner = script.tokens, script.tokens.parent[at], client_of(script, at)
        made = not tokens.is_punctuation(at - 1, "=") and tokens.word(opened) == "{"
        if made and self.send_cookies(script, opened):
            return True
        maker = factory_of(script, opened) if made else ""
        return self.enables_cookies(script, owner, at) or self.enables_cookies(script, maker, at, before=at)

    def enables_cookies(self, script: Script, owner: str, at: int, before: int | None = None) -> bool:
        """Return whether a script makes a client send cookies: `x.withCredentials = true`.

        With `before`, only defaults set earlier count: `axios.defaults.withCredentials = true`.
        """
        tokens = script.tokens
        keys = COOKIES if owner else ()
        places = [each for key in keys for each in script.properties.get(key, [])[-MAX_ASSIGNMENTS:]]
        for each in places:
            if not tokens.is_punctuation(each - 1, "=") or owner != (
                intercepted_client(script, each) or client_of(script, each)
            ):
                continue
            default = before is None or (each < before and tokens.word(each - 4) == "defaults")
            if default and self._is_same_definition(script, owner, each, at):
                return self._evaluator.value(script, each) in (True, "include")
        return False

    def _is_same_definition(self, script: Script, name: str, first_use: int, second_use: int) -> bool:
        context = self._evaluator.context
        context.steps += len(script.definitions.get(name, ()))
        return context.visible(script, name, first_use) == context.visible(script, name, second_use)

    def _is_replaced(self, script: Script, key: str, at: int) -> bool:
        """Return whether an address is a default: of a generated client, or one that the page replaces."""
        owner = client_of(script, at)
        if owner in {"", "this"}:
            return owner == "this" and key in GENERATED_BASES
        context, places = self._evaluator.context, script.properties.get(key, [])
        first = bisect_right(places, at)
        for each in places[first : first + MAX_ASSIGNMENTS]:
            context.steps += 1
            if context.exhausted:
                return False
            if configures_client(script, each) and client_of(script, each) == owner:
                return self._is_same_definition(script, owner, each, at)
        return False

    def given(self, script: Script, at: int) -> Iterator[Found]:
        """Yield the absolute address that a function takes as an argument: `createClient(settings.url)`."""
        for value, alone in self._evaluator.possible_values(script, at):
            if isinstance(value, str) and ABSOLUTE.match(value) and DYNAMIC not in value:
                yield Found(script.url, value, "given", "?", alone=alone)

    def named(self, script: Script, first: int) -> Iterator[Found]:
        """Yield the address registered under a name: `constant("API_URL", "https://…")`."""
        name = script.tokens.string(first) if script.tokens.kind(first) == STRING else ""
        second = self._evaluator.second_argument(script, first) if names_api(name) else None
        if second is None:
            return
        for value in options_of(self._evaluator.value(script, second)):
            if isinstance(value, str) and (ABSOLUTE.match(value) or UNSET.match(value)):
                yield Found(script.url, value, "setting", "?", alone=False)
            elif is_unset(value):
                yield Found(script.url, value.word, "setting", "?", setting=name)

    def _is_default(self, script: Script, at: int) -> bool:
        """Return whether an entry belongs to defaults that other settings are spread over."""
        tokens, opened = script.tokens, script.tokens.parent[at]
        name = tokens.word(opened - 2) if tokens.is_punctuation(opened - 1, "=") else ""
        spread = rf"\.\.\.{re.escape(name)}\s*,\s*\.\.\.|Object\.assign\([^;]{{0,40}}[,(]\s*{re.escape(name)}\s*[,)]"
        return bool(name) and re.search(spread, tokens.text) is not None


def _is_pattern(script: Script, at: int) -> bool:
    """Return whether this is a destructuring pattern with a default: `{baseUrl: a = ""}`."""
    tokens = script.tokens
    return at >= len(tokens.starts) or (tokens.is_punctuation(at + 1, "=") and tokens.is_punctuation(at - 1, ":"))


def _wants_address(script: Script, key: str, at: int) -> bool:
    """Return whether an option is a client's address by its name, or by an option beside it."""
    tokens, opened = script.tokens, script.tokens.parent[at]
    if key == "basePath":
        # Only of a client created on load; frameworks have a `basePath`, too.
        return tokens.word(opened) == "{" and tokens.word(opened - 1) == "(" and runs_on_load(script, opened)
    if key == "root":  # of vue-resource: `Vue.http.options.root = …`
        return tokens.is_punctuation(at - 1, "=") and tokens.word(at - 4) == "options"
    if key.lower() in {"baseurl", "prefixurl"} or key not in COMPANIONS or tokens.word(opened) != "{":
        return key.lower() in {"baseurl", "prefixurl"}
    entries = tokens.text[tokens.starts[opened] : tokens.starts[tokens.closing(opened)]]
    return re.search(rf"[,{{\s]{COMPANIONS[key]}\s*:", entries) is not None


def _is_given_later(script: Script, at: int) -> bool:
    """Return whether this sets an existing client's address: `client.defaults.baseURL = …`."""
    tokens = script.tokens
    return tokens.is_punctuation(at - 1, "=") and tokens.is_punctuation(at - 3, ".") and tokens.word(at - 4) != "this"
