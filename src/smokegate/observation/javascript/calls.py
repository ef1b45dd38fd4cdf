"""Finds the addresses in a page's scripts: of requests, of HTTP clients, and in settings."""

from __future__ import annotations

from collections.abc import Iterator

from smokegate.observation.evidence.addresses import UNFILLED, WITHOUT_SCHEME
from smokegate.observation.javascript import missing_addresses
from smokegate.observation.javascript.address_names import is_address_argument
from smokegate.observation.javascript.api_names import (
    ABSOLUTE,
    CONNECTIONS,
    NOT_REQUESTS,
    REQUESTS,
    UNSET,
    VERBS,
    Found,
    names_api,
)
from smokegate.observation.javascript.called_paths import CalledPaths, is_query, path_with_method
from smokegate.observation.javascript.callers import requested_values
from smokegate.observation.javascript.evaluate import Evaluator
from smokegate.observation.javascript.known_clients import present_clients
from smokegate.observation.javascript.members import member
from smokegate.observation.javascript.options import Options
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import PUNCTUATION, STRING, TEMPLATE, WORD, Tokens, unescaped
from smokegate.observation.javascript.values import Undefined, Unknown, is_unset
from smokegate.observation.model import DYNAMIC

NAMED_SETTING = frozenset({"constant", "value", "provide"})
"""Methods that register a setting: `module.constant("API_URL", …)`."""
BEFORE_KEY = {":": ("{", ","), "=": (".", "?.")}
"""Tokens before a name that is assigned: in `a.url ? a.url : b` the colon assigns nothing."""


BEFORE_TEXT = frozenset({"(", ",", "=>", "=", ":", "[", "return"})
"""Tokens before a concatenation."""


class Calls:
    """Extracts addresses script by script."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.paths = CalledPaths()
        self._options = Options(evaluator, self.paths)
        self._verbs = {each: each.upper() for each in VERBS}
        # They take relative paths, as only calls that send a body do otherwise.
        self._verbs |= {each.method: "POST" for each in evaluator.once(present_clients) if each.method}

    def of(self, script: Script) -> list[Found]:
        """Return what a script calls, except where expressions are nested too deep."""
        tokens, found = script.tokens, list[Found]()
        for index in range(len(tokens)):
            kind = tokens.kinds[index]
            try:
                if kind == WORD:
                    after = tokens.ends[index]
                    following = tokens.text[after : after + 1]
                    if following in "(:=+? \n\t":
                        found += self._word(script, index)
                elif kind == STRING:
                    found += self._string(script, index)
                elif kind == PUNCTUATION and tokens.text[tokens.starts[index]] == "`":
                    found += self._template(script, index)
            except RecursionError:
                continue
        return found

    def _word(self, script: Script, index: int) -> Iterator[Found]:
        tokens, word = script.tokens, script.tokens.word(index)
        following = tokens.word(index + 1)
        if following == "?." and tokens.word(index + 2) == "(":
            following, index = "(", index + 1
        if following == "(" and tokens.word(index - 1) != "function":
            yield from self._call(script, index, word)
            yield from missing_addresses.in_call(self._evaluator, script, index)
        elif word == "throw":
            yield from missing_addresses.in_throw(script, index)
        elif word == "void" and tokens.is_punctuation(index - 1, "(") and tokens.word(index + 1) == "0":
            yield from missing_addresses.in_argument(self._evaluator, script, index - 1)
        elif tokens.is_punctuation(index - 1, *BEFORE_KEY.get(following, ())):
            if word == "path" and (path := path_with_method(tokens, index + 2)):
                self.paths.note(path)
            yield from self._options.entry(script, word, index + 2)
        elif following == "+" and tokens.word(index - 1) in BEFORE_TEXT:
            yield from self._built(script, index)

    def _call(self, script: Script, index: int, word: str) -> Iterator[Found]:
        tokens, before, first = script.tokens, script.tokens.word(index - 1), index + 2
        if before == "new" and word == "URL" and tokens.closing(index + 1) > first:
            yield from missing_addresses.in_url(self._evaluator, script, first)
        elif word in REQUESTS or (before == "new" and word in CONNECTIONS):
            yield from self._request(script, first, self._method(script, first))
        elif word == "open" and before in {".", "?."}:
            yield from self._opened(script, index)
        elif before == "." and word in self._verbs:
            yield from self._verb(script, first, self._verbs[word])
        elif before == "." and word in NAMED_SETTING:
            yield from self._options.named(script, first)
        elif before == "new" and tokens.kind(first) == STRING and names_api(tokens.string(first)):
            yield from missing_addresses.in_token(self._evaluator, script, first)
        elif tokens.kind(first) == STRING and ABSOLUTE.match(tokens.word(first), 1):
            value = self._evaluator.value(script, first)
            if isinstance(value, str):
                yield Found(script.url, value, "built")
        elif word not in NOT_REQUESTS and is_address_argument(self._evaluator, script, first):
            yield from self._options.given(script, first)

    def _opened(self, script: Script, index: int) -> Iterator[Found]:
        """Yield the address of an XMLHttpRequest: `x.open("GET", "/items")`."""
        verb, second = self._evaluator.value(script, index + 2), self._evaluator.second_argument(script, index + 2)
        verb = "?" if isinstance(verb, Unknown) else verb
        if second is not None and isinstance(verb, str) and (verb == "?" or verb.isalpha()):
            cookies = self._options.enables_cookies(script, script.tokens.word(index - 2), index)
            yield from self._request(script, second, verb.upper(), cookies=cookies)

    def _request(self, script: Script, at: int, method: str, *, cookies: bool = False) -> Iterator[Found]:
        cookies = cookies or self._options.send_cookies(script, self._evaluator.second_argument(script, at))
        for value, alone in requested_values(self._evaluator, script, at):
            if isinstance(value, str) and value.strip(DYNAMIC):
                yield Found(script.url, value, "request", method, alone=alone, cookies=cookies)
            elif isinstance(value, Undefined) and value.name:
                yield Found(script.url, value.word, "request", method, setting=value.name, alone=alone)

    def _verb(self, script: Script, first: int, method: str) -> Iterator[Found]:
        for value, alone in self._evaluator.possible_values(script, first):
            if isinstance(value, str) and _is_whole(value):
                cookies = self._options.send_cookies(script, self._evaluator.second_argument(script, first))
                yield Found(script.url, value, "request", method, alone=alone, cookies=cookies)
            elif isinstance(value, str):
                self.paths.note(value, method)

    def _method(self, script: Script, first: int) -> str:
        options = self._evaluator.second_argument(script, first)
        if options is None:
            return "GET"
        method = member(self._evaluator, self._evaluator.value(script, options), "method")
        if isinstance(method, str) and method.isalpha():
            return method.upper()
        return "GET" if isinstance(method, Undefined) else "?"

    def _built(self, script: Script, at: int) -> Iterator[Found]:
        """Yield a concatenated address, whatever it is used for."""
        for value, alone in self._evaluator.possible_values(script, at):
            if isinstance(value, str) and (ABSOLUTE.match(value) or (UNSET.match(value) and "/" in value)):
                yield Found(script.url, value, "built", "?", alone=alone)

    def _string(self, script: Script, index: int) -> Iterator[Found]:
        tokens = script.tokens
        start = tokens.starts[index] + 1
        head = tokens.text[start : start + 8]
        if tokens.is_punctuation(index + 1, ":") and tokens.is_punctuation(index - 1, "{", ","):
            yield from self._options.entry(script, tokens.string(index), index + 2)
        elif head[:1] == "/" and (tokens.is_punctuation(index - 1, "(", ",") or is_query(tokens, index)):
            self._path(script, index, tokens.word(index)[1:-1])
        elif ABSOLUTE.match(head):
            if tokens.is_punctuation(index - 1, "(") and not tokens.is_punctuation(index - 2, ")", "}"):
                return  # an argument, handled at the call
            if tokens.is_punctuation(index + 1, "+"):
                yield from self._built(script, index)
            else:
                yield Found(script.url, tokens.string(index), _stands_as(tokens, index), "?")
        elif tokens.is_punctuation(index + 1, ".") and tokens.word(index + 2) == "concat":
            yield from self._built(script, index)
        elif UNSET.match(tokens.word(index), 1) and "/" in tokens.word(index):
            yield Found(script.url, tokens.string(index), "constant", "?")

    def _path(self, script: Script, index: int, path: str) -> None:
        around = script.tokens.parent[index]
        if (script.tokens.word(around) == "(" or is_query(script.tokens, index)) and path[1:2].isalnum():
            self.paths.note(unescaped(path))

    def _template(self, script: Script, index: int) -> Iterator[Found]:
        tokens = script.tokens
        end = tokens.closing(index)
        if end <= index + 2 or tokens.kind(index + 1) != TEMPLATE:
            return  # without an expression only a tagged one is a template
        piece = tokens.word(index + 1)
        if piece[:1] == "/" and (tokens.is_punctuation(index - 1, "(", ",") or is_query(tokens, index)):
            self._path(script, index, piece + DYNAMIC)
        elif ABSOLUTE.match(piece) or UNSET.match(piece):
            yield from self._built(script, index)
        elif not piece:
            yield from self._built(script, index)
            first = self._evaluator.value(script, index + 3)
            if is_unset(first) and names_api(first.name):
                # Whatever sends it, it begins with the API's address: the build left the setting's name.
                yield Found(script.url, first.word + DYNAMIC, "built", "?", setting=first.name)


def _is_whole(value: str) -> bool:
    """Return whether an argument of `.get(…)` is an address or should have been one, and no path below a base."""
    meant = "/" in value and (UNFILLED.match(value) or WITHOUT_SCHEME.match(value))
    return bool(ABSOLUTE.match(value) or UNSET.match(value) or meant)


def _stands_as(tokens: Tokens, index: int) -> str:
    """Return "built" for a text that is passed on, "constant" for one that is a value, "mention" for any other."""
    if tokens.is_punctuation(index - 1, "("):
        return "built"
    return "constant" if tokens.is_punctuation(index - 1, "=", ":", "||", "??", "?", "+") else "mention"
