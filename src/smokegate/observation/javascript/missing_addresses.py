"""Signs that the build lacks an API address: errors thrown on load, clients' unset arguments, incomplete settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from smokegate.observation.evidence.addresses import UNFILLED, UNSET, WITHOUT_SCHEME
from smokegate.observation.javascript.api_names import Found, names_api
from smokegate.observation.javascript.function_places import iife_start, runs_on_load
from smokegate.observation.javascript.known_clients import iife_function, without_address
from smokegate.observation.javascript.members import member
from smokegate.observation.javascript.required_addresses import rejection, stores_empty_address, thrown
from smokegate.observation.javascript.scopes import Definition, Script
from smokegate.observation.javascript.tokens import STRING, TEMPLATE, WORD
from smokegate.observation.javascript.values import UNDEFINED, Literal, Undefined, is_unset

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

SETTING = re.compile(r"[A-Z][A-Z0-9]{1,20}(?:_[A-Z0-9]{1,20}){1,6}")
SETS_ADDRESS = re.compile(
    r"(?:(?:set|with)_?)?(?:(?:api|base|root|server)_?)?(?:ur[il]|endpoint)|set_?base_?path", re.IGNORECASE
)
"""Methods that set a client's base URL: `wretch().url(…)`."""
MAX_PROVIDERS = 200
MAX_HEAD = 8
"""Maximum tokens before a schema's entries: `z.object({`."""
OPTIONAL = re.compile(r"optional|nullish|nullable|default|catch|fallback|prefault|union|any\b|unknown")
"""Schema methods that make a setting optional; minifiers keep zod's method names."""


def in_call(evaluator: Evaluator, script: Script, index: int) -> Iterator[Found]:
    """Yield the addresses that a call lacks."""
    yield from _rejected(evaluator, script, index)
    if script.tokens.word(index) == "parse":
        for name in _not_given(evaluator, script, index):
            yield Found(script.url, UNDEFINED.word, "built", "?", setting=name)


def in_throw(script: Script, index: int) -> Iterator[Found]:
    """Yield the setting named by an unconditional `throw` on load: the build resolved its condition."""
    tokens, at = script.tokens, iife_start(script, index)
    begins = not index or at != index or tokens.is_punctuation(index - 1, ";", "}")
    if not begins or not runs_on_load(script, at):
        return
    texts = (each for each in range(index, index + 12) if tokens.kind(each) in {STRING, TEMPLATE})
    message = " ".join(map(tokens.word, texts))
    name = next((each for each in SETTING.findall(message) if names_api(each)), "")
    if name:
        yield Found(script.url, UNDEFINED.word, "built", "?", setting=name)


def _rejected(evaluator: Evaluator, script: Script, index: int) -> Iterator[Found]:
    """Yield the unset argument that a client created on load rejects, since it requires an address."""
    tokens, before = script.tokens, index - 2 if script.tokens.word(index - 1) == "new" else index - 1
    is_value = tokens.kind(index + 2) in {WORD, STRING} or tokens.word(index + 3) == "}"
    begins = tokens.is_punctuation(before, "=", ",", ";", "(", ".", "}") or before < 0
    if not is_value or not begins or not runs_on_load(script, index):
        return
    value = evaluator.value(script, index + 2)
    if isinstance(value, str) and any(each.match(value) for each in (UNFILLED, UNSET, WITHOUT_SCHEME)):
        if without_address(evaluator, script, index + 1) is not None or rejection(evaluator, script, index, empty=True):
            yield Found(script.url, value, "client", "?")
        return
    if not isinstance(value, Undefined) and value != "":
        return
    unset = value if isinstance(value, Undefined) else UNDEFINED
    calls = without_address(evaluator, script, index + 1) if unset == value else None
    if calls is None and rejection(evaluator, script, index, empty=value == ""):
        calls = unset.word
    elif calls is None and tokens.word(index - 1) == ".":
        calls = ("" if value == "" else unset.word) if SETS_ADDRESS.fullmatch(tokens.word(index)) else None
    elif calls is None and stores_empty_address(evaluator, script, index, value):
        calls = ""
    if calls is not None:
        yield Found(script.url, calls, "client", "?", setting=unset.name)


def in_argument(evaluator: Evaluator, script: Script, opened: int) -> Iterator[Found]:
    """Yield what a client calls whose address the build left out: `hc(void 0)`, `(e => …)(void 0)`."""
    calls, at = without_address(evaluator, script, opened), iife_function(script, opened)
    if calls is None and at is not None and runs_on_load(script, opened) and thrown(evaluator, script, at):
        calls = UNDEFINED.word
    if calls is not None:
        yield Found(script.url, calls, "client", "?")


def in_url(evaluator: Evaluator, script: Script, at: int) -> Iterator[Found]:
    """Yield the unset setting in `new URL(setting)`, which throws where the page needs the address."""
    value = evaluator.value(script, at)
    if not is_unset(value) or evaluator.second_argument(script, at) is not None:
        return
    # An unset value inside a library is set at run time: only a setting's name counts.
    if not value.name or value.name.isupper() or names_api(value.name):
        yield Found(script.url, value.word, "built", "?", setting=value.name)


def in_token(evaluator: Evaluator, script: Script, first: int) -> Iterator[Found]:
    """Yield the unset address that a token of Angular's injector makes, unless a provider replaces it.

    `new InjectionToken("API_URL", {factory: () => settings.apiUrl})`
    """
    tokens, second = script.tokens, evaluator.second_argument(script, first)
    made = evaluator.value(script, second) if second is not None else UNDEFINED
    factory = member(evaluator, made, "factory") if isinstance(made, Literal) else made
    if not isinstance(factory, Literal) or not is_unset(evaluator.return_value(factory, [])):
        return
    for module, at in islice(evaluator.context.assigned("provide"), MAX_PROVIDERS):
        places = evaluator.context.functions_named(module, at)
        if module.tokens.is_punctuation(at + 1, ".") or any(m is script and first - 8 < e < first for m, e in places):
            return
    # As of a client, the page's own host may be right: what uses the token may fall back to it.
    yield Found(script.url, UNDEFINED.word, "client", "?", setting=tokens.string(first))


def _not_given(evaluator: Evaluator, script: Script, index: int) -> Iterator[str]:
    """Yield the required address settings missing from the argument of `schema.parse({ … })` on load."""
    tokens, schema = script.tokens, _schema(script, index - 2)
    if schema is None or not tokens.is_punctuation(index - 1, ".") or not runs_on_load(script, index):
        return
    given = evaluator.value(script, index + 2)
    for at in tokens.entries(schema) if isinstance(given, Literal) else ():
        evaluator.context.steps += 1
        if evaluator.context.exhausted:
            return
        key = tokens.key(at)
        if not key.isupper() or not names_api(key):
            continue
        last = evaluator.context.skip(tokens, at + 2)
        declaration = tokens.text[tokens.starts[at] : tokens.ends[min(last, len(tokens)) - 1]]
        found = member(evaluator, given, key)
        if is_unset(found) and not OPTIONAL.search(declaration):
            yield key


def _schema(script: Script, last: int) -> int | None:
    """Return the start of the entries of the schema that ends at a token: `z.object({ … })`, or a name."""
    tokens, opened = script.tokens, script.tokens.pair.get(last, last)
    if opened == last:
        found = script.visible(tokens.word(last), last)
        first = found.value if isinstance(found, Definition) and found.value is not None else len(tokens)
        opened = next((each for each in range(first, first + MAX_HEAD) if tokens.is_punctuation(each, "(")), last)
        # `(0, z.object)({ … })`: the second bracket.
        opened = tokens.closing(opened) + 1 if opened == first else opened
    return opened + 1 if tokens.is_punctuation(opened, "(") and tokens.is_punctuation(opened + 1, "{") else None
