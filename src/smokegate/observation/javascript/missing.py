"""What shows that the build left an address out: what a script throws, and what clients are given in its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.observation.javascript import validated
from smokegate.observation.javascript.api_names import Found, names_api
from smokegate.observation.javascript.function_places import called_at_once, runs_at_once
from smokegate.observation.javascript.opaque import called_in_place, without_address
from smokegate.observation.javascript.refusing import keeps_nothing, refused, throws
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import PIECE, STRING, WORD
from smokegate.observation.javascript.values import UNDEFINED, Undefined

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

SETTING = re.compile(r"[A-Z][A-Z0-9]{1,20}(?:_[A-Z0-9]{1,20}){1,6}")
SETS_ADDRESS = re.compile(
    r"(?:(?:set|with)_?)?(?:(?:api|base|root|server)_?)?(?:ur[il]|endpoint)|set_?base_?path", re.IGNORECASE
)
"""Methods that give a client its address: `wretch().url(…)`."""


class Missing:
    """Finds where an address is wanted and nothing is given.

    Args:
        evaluator: knows the page.
    """

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator

    def to_call(self, script: Script, index: int) -> Iterator[Found]:
        """Yield what is missing to the call of a name."""
        yield from self._refused(script, index)
        if script.tokens.word(index) == "parse":
            for name in validated.missing(self._evaluator, script, index):
                yield Found(script.url, UNDEFINED.word, "built", "?", setting=name)

    def thrown(self, script: Script, index: int) -> Iterator[Found]:
        """Yield the setting that a module misses that throws as it loads, by no condition: the build decided it."""
        tokens = script.tokens
        at = called_at_once(script, index)
        begins = not index or at != index or tokens.is_punctuation(index - 1, ";", "}")
        if not begins or not runs_at_once(script, at):
            return
        said = " ".join(tokens.word(each) for each in range(index, index + 12) if tokens.kind(each) in {STRING, PIECE})
        name = next((each for each in SETTING.findall(said) if names_api(each)), "")
        if name:
            yield Found(script.url, "undefined", "built", "?", setting=name)

    def _refused(self, script: Script, index: int) -> Iterator[Found]:
        """Yield the nothing that a client is made with as the page loads, and that it refuses: it wants an address."""
        tokens, before = script.tokens, index - 2 if script.tokens.word(index - 1) == "new" else index - 1
        quoted = tokens.kind(index + 2) == STRING or (tokens.word(index + 2) == "`" and not tokens.word(index + 3))
        is_value = tokens.kind(index + 2) == WORD or tokens.word(index + 3) == "}" or quoted
        begins = tokens.is_punctuation(before, "=", ",", ";", "(", ".", "}") or before < 0
        if not is_value or not begins or not runs_at_once(script, index):
            return
        value = self._evaluator.value(script, index + 2)
        if not isinstance(value, Undefined) and value != "":
            return
        unset = value if isinstance(value, Undefined) else UNDEFINED
        calls = without_address(self._evaluator, script, index + 1) if unset == value else None
        if calls is not None:
            yield Found(script.url, calls, "client", "?", setting=unset.name)
        elif refused(self._evaluator, script, index, empty=value == ""):
            yield Found(script.url, unset.word, "client", "?", setting=unset.name)
        elif tokens.word(index - 1) == ".":
            if SETS_ADDRESS.fullmatch(tokens.word(index)):
                yield Found(script.url, "" if value == "" else unset.word, "client", "?", setting=unset.name)
        elif keeps_nothing(self._evaluator, script, index, value):
            yield Found(script.url, "", "client", "?", setting=unset.name)

    def left_out(self, script: Script, opened: int) -> Iterator[Found]:
        """Yield what is called by a client whose address the build left out: `hc(void 0)`, `(e => …)(void 0)`."""
        calls, at = without_address(self._evaluator, script, opened), called_in_place(script, opened)
        if calls is None and at is not None and runs_at_once(script, opened) and throws(self._evaluator, script, at):
            calls = UNDEFINED.word
        if calls is not None:
            yield Found(script.url, calls, "client", "?")

    def url(self, script: Script, at: int) -> Iterator[Found]:
        """Yield what `new URL` of a setting that is not set shows: it throws where the page needs the address."""
        value = self._evaluator.value(script, at)
        if (
            not isinstance(value, Undefined)
            or value.word != "undefined"
            or self._evaluator.second_argument(script, at) is not None
        ):
            return
        # A library's own parts are put together when it runs: that one of them seems to lack a part is no setting.
        if not value.name or value.name.isupper() or names_api(value.name):
            yield Found(script.url, "undefined", "built", "?", setting=value.name)
