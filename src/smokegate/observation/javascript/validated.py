"""Settings that a schema validates on load and the build did not set."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.observation.javascript.api_names import names_api
from smokegate.observation.javascript.extents import skip
from smokegate.observation.javascript.function_places import runs_on_load
from smokegate.observation.javascript.literals import entries
from smokegate.observation.javascript.members import member
from smokegate.observation.javascript.scopes import Definition, Script
from smokegate.observation.javascript.values import UNDEFINED, Literal, Undefined

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

MAX_HEAD = 8
"""Maximum tokens before a schema's entries: `z.object({`."""
OPTIONAL = re.compile(r"optional|nullish|nullable|default|catch|fallback|prefault|union|any\b|unknown")
"""Schema methods that make a setting optional; minifiers keep zod's method names."""


def missing(evaluator: Evaluator, script: Script, index: int) -> Iterator[str]:
    """Yield the required address settings missing from the argument of `schema.parse({ … })` on load."""
    tokens = script.tokens
    schema = _schema(script, index - 2)
    if schema is not None and tokens.is_punctuation(index - 1, ".") and runs_on_load(script, index):
        given = evaluator.value(script, index + 2)
        if isinstance(given, Literal):
            yield from _missing(evaluator, Literal(script, schema), given)


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


def _missing(evaluator: Evaluator, schema: Literal, given: Literal) -> Iterator[str]:
    tokens = schema.script.tokens
    for at in entries(schema):
        evaluator.world.steps += 1
        if evaluator.world.exhausted:
            return
        key = tokens.word(at).strip("\"'`")
        if not key.isupper() or not names_api(key):
            continue
        last = skip(evaluator.world, tokens, at + 2)
        declaration = tokens.text[tokens.starts[at] : tokens.ends[min(last, len(tokens)) - 1]]
        found = member(evaluator, given, key)
        if isinstance(found, Undefined) and found.word == UNDEFINED.word and not OPTIONAL.search(declaration):
            yield key
