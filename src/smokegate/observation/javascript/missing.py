"""Signs that the build lacks an API address: errors that scripts throw, and unset arguments of clients."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.observation.javascript import validated
from smokegate.observation.javascript.api_names import Found, names_api
from smokegate.observation.javascript.function_places import iife_start, runs_on_load
from smokegate.observation.javascript.opaque import iife_function, without_address
from smokegate.observation.javascript.refusing import rejection, stores_empty_address, throws
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import STRING, TEMPLATE, WORD
from smokegate.observation.javascript.values import UNDEFINED, Undefined

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

SETTING = re.compile(r"[A-Z][A-Z0-9]{1,20}(?:_[A-Z0-9]{1,20}){1,6}")
SETS_ADDRESS = re.compile(
    r"(?:(?:set|with)_?)?(?:(?:api|base|root|server)_?)?(?:ur[il]|endpoint)|set_?base_?path", re.IGNORECASE
)
"""Methods that set a client's base URL: `wretch().url(…)`."""


class Missing:
    """Finds where a required address is not set.

    Args:
        evaluator: folds the page's scripts.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def to_call(self, script: Script, index: int) -> Iterator[Found]:
        """Yield the addresses that a call lacks."""
        yield from self._rejected(script, index)
        if script.tokens.word(index) == "parse":
            for name in validated.missing(self._evaluator, script, index):
                yield Found(script.url, UNDEFINED.word, "built", "?", setting=name)

    def in_throw(self, script: Script, index: int) -> Iterator[Found]:
        """Yield the setting named by an unconditional `throw` on load: the build resolved its condition."""
        tokens = script.tokens
        at = iife_start(script, index)
        begins = not index or at != index or tokens.is_punctuation(index - 1, ";", "}")
        if not begins or not runs_on_load(script, at):
            return
        texts = (each for each in range(index, index + 12) if tokens.kind(each) in {STRING, TEMPLATE})
        message = " ".join(map(tokens.word, texts))
        name = next((each for each in SETTING.findall(message) if names_api(each)), "")
        if name:
            yield Found(script.url, "undefined", "built", "?", setting=name)

    def _rejected(self, script: Script, index: int) -> Iterator[Found]:
        """Yield the unset argument that a client created on load rejects, since it requires an address."""
        tokens, before = script.tokens, index - 2 if script.tokens.word(index - 1) == "new" else index - 1
        quoted = tokens.kind(index + 2) == STRING or (tokens.word(index + 2) == "`" and not tokens.word(index + 3))
        is_value = tokens.kind(index + 2) == WORD or tokens.word(index + 3) == "}" or quoted
        begins = tokens.is_punctuation(before, "=", ",", ";", "(", ".", "}") or before < 0
        if not is_value or not begins or not runs_on_load(script, index):
            return
        value = self._evaluator.value(script, index + 2)
        if not isinstance(value, Undefined) and value != "":
            return
        unset = value if isinstance(value, Undefined) else UNDEFINED
        calls = without_address(self._evaluator, script, index + 1) if unset == value else None
        if calls is not None:
            yield Found(script.url, calls, "client", "?", setting=unset.name)
        elif rejection(self._evaluator, script, index, empty=value == ""):
            yield Found(script.url, unset.word, "client", "?", setting=unset.name)
        elif tokens.word(index - 1) == ".":
            if SETS_ADDRESS.fullmatch(tokens.word(index)):
                yield Found(script.url, "" if value == "" else unset.word, "client", "?", setting=unset.name)
        elif stores_empty_address(self._evaluator, script, index, value):
            yield Found(script.url, "", "client", "?", setting=unset.name)

    def undefined_argument(self, script: Script, opened: int) -> Iterator[Found]:
        """Yield what a client calls whose address the build left out: `hc(void 0)`, `(e => …)(void 0)`."""
        calls, at = without_address(self._evaluator, script, opened), iife_function(script, opened)
        if calls is None and at is not None and runs_on_load(script, opened) and throws(self._evaluator, script, at):
            calls = UNDEFINED.word
        if calls is not None:
            yield Found(script.url, calls, "client", "?")

    def url(self, script: Script, at: int) -> Iterator[Found]:
        """Yield the unset setting in `new URL(setting)`, which throws where the page needs the address."""
        value = self._evaluator.value(script, at)
        if (
            not isinstance(value, Undefined)
            or value.word != "undefined"
            or self._evaluator.second_argument(script, at) is not None
        ):
            return
        # An unset value inside a library is set at run time: only a setting's name counts.
        if not value.name or value.name.isupper() or names_api(value.name):
            yield Found(script.url, "undefined", "built", "?", setting=value.name)
