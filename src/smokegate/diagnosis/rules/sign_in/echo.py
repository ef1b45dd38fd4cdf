"""An answer of the sign-in API repeats the password that it was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from smokegate.diagnosis.rule import Case, Level, Rule, Signs
from smokegate.diagnosis.wording import body, seen
from smokegate.observation.exchange import Exchange
from smokegate.observation.plan.sign_in.names import JOURNEY_NAMES

ECHOES = ("password", "passwd", "pwd", "input")
"""Keys under which a password comes back."""


def judge(case: Case) -> Signs | None:
    """A JSON answer of the journey holds the password that was sent."""
    for exchange in map(case.exchange, JOURNEY_NAMES):
        answer = exchange.answer if exchange else None
        if exchange is None or answer is None:
            continue
        key = echoed_key(exchange)
        if key is not None:
            line = seen(exchange, f"the value of `{key}` is the password that was sent", body(answer))
            return Signs((line,), (exchange.name,))
    return None


def echoed_key(exchange: Exchange) -> str | None:
    """Return the key of an answer's JSON under which the password that was sent comes back, None where none does."""
    answer, body = exchange.answer, exchange.request.body
    if answer is None or not answer.body.is_json or not body:
        return None
    sent = passwords(body)
    pairs = _pairs(answer.body.json)
    found = (key for key, value in pairs if key.lower() in ECHOES and isinstance(value, str) and value in sent)
    return next(found, None)


def passwords(body: str) -> set[str]:
    """Return the passwords in the body of a request, JSON or a form."""
    try:
        pairs = [*_pairs(json.loads(body))]
    except ValueError:
        pairs = list(parse_qsl(body))
    return {value for key, value in pairs if key.lower() in ECHOES and isinstance(value, str)}


def _pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, each in value.items():
            yield str(key), each
            yield from _pairs(each)
    elif isinstance(value, list):
        for each in value:
            yield from _pairs(each)


RULES = (
    Rule("sign-in.echo", Level.SIGN_IN, judge, unless=("app.database-unreachable", "app.database-not-initialised")),
)
