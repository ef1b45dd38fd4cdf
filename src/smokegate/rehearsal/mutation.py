"""One way to break what a deployment answers, and the ways to break a value that something is promised of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from smokegate.environment.expectations import JsonExpectation, Rule
from smokegate.observation.evidence.json_rules import MISSING, broken, lookup
from smokegate.rehearsal.exchanges import ProxyRequest, Recorded, Site, Wire, page

Change = Callable[[Recorded, ProxyRequest], Recorded | Wire]
STRANGER = page(200, "Welcome to nginx!")
LONGEST = 10.0
"""Seconds that a rehearsal holds an answer back at most, to see a latency budget broken."""
OVER = 1.2
"""Seconds over a budget: more than what the suite takes for noise and measures again."""
STRANGE = "smokegate-broke-this"


def as_it_is(answer: Recorded, _: ProxyRequest) -> Recorded:
    """Change nothing."""
    return answer


class Mutation(Struct, frozen=True):
    """Some answers of a deployment, broken: `steps` names which, none stands for all of the site."""

    name: str
    promise: str
    """What it breaks, as the environment file calls it."""
    title: str
    steps: tuple[str, ...] = ()
    site: Site | None = "backend"
    change: Change = as_it_is
    every: int = 1
    """Only every so-manieth answer of a step is broken, the second one first."""
    delay: float = 0.0
    """Seconds for which the answer is held back."""
    overrides: tuple[str, ...] = ()
    """What is put in the place of the environment file's values, as with `--set`."""
    closed: Site | None = None
    """The site whose port no one listens on."""

    def breaks(self, step: str, site: Site, number: int) -> bool:
        """Return whether a step's answer with this number, counted from 0, is one that is broken."""
        mine = step in self.steps if self.steps else site == self.site
        return mine and number % self.every == self.every - 1


def say(status: int, body: Any = None) -> Change:
    """Answer so, a text as it is and all else as JSON."""
    answer = Recorded(status)
    if isinstance(body, str):
        answer = replace(answer, headers=(("content-type", "text/plain"),), body=body.encode())
    elif body is not None:
        answer = answer.saying(body)
    return lambda _answer, _request: answer


def give(answer: Recorded | Wire) -> Change:
    """Answer this, whatever was requested."""
    return lambda _answer, _request: answer


def with_status(status: int) -> Change:
    """Answer the same with another status."""
    return lambda answer, _: replace(answer, status=status)


def with_header(name: str, value: str | None) -> Change:
    """Answer the same with another header, or without it."""
    return lambda answer, _: answer.having(name, value)


def with_json(body: Any) -> Change:
    """Answer the same with another JSON body."""
    return lambda answer, _: answer.saying(body)


def without_text(text: str) -> Change:
    """Answer the same without a text."""
    return lambda answer, _: replace(answer, body=answer.body.replace(text.encode(), b""))


def slow(name: str, where: str, budget: float | None, step: str, what: str = "the answer") -> Iterator[Mutation]:
    """Hold an answer back for longer than its latency budget; nothing where there is none, or one that is too long."""
    if budget is not None and budget <= LONGEST:
        delay = budget + OVER
        patience = (f"backend.timeout={max(10.0, 3 * delay):.0f}s",)
        title = f"{what} takes {delay:.1f} s"
        yield Mutation(f"{name} slow", f"{where}.within", title, (step,), delay=delay, overrides=patience)


def breakers(promise: JsonExpectation, body: Any) -> Iterator[tuple[str, Any]]:
    """Yield what can be said instead of a body so that a promise is broken: how, and the body.

    At most two: another value, and none at all. Nothing where no value breaks the promise.
    """
    value = lookup(body, promise.path)
    for other in _others(promise.rule, value):
        if broken(promise.rule, other) is not None:
            yield f"{promise.key} is {other!r}", put(body, promise.path, other)
            break
    if value is not MISSING and broken(promise.rule, MISSING) is not None:
        yield f"{promise.key} is not there", put(body, promise.path, MISSING)


def _others(rule: Rule, value: Any) -> Iterator[Any]:
    """Yield values near the good one, which find a check that is too loose; stranger ones after them."""
    if isinstance(value, bool):
        yield not value
    if isinstance(value, str):
        yield from (f"{value}-{STRANGE}", STRANGE, "")
    if rule.not_one_of:
        yield from rule.not_one_of
    if rule.at_least is not None:
        yield rule.at_least - 1
    if rule.at_most is not None:
        yield rule.at_most + 1
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield value + 1
    yield from (STRANGE, -1, None, [], {}, True)


def put(body: Any, path: tuple[str, ...], value: Any) -> Any:
    """Return a copy of a JSON body with another value at a path, or without it."""
    whole = deepcopy(body) if isinstance(body, dict) else {}
    here = whole
    for key in path[:-1]:
        if not isinstance(here.get(key), dict):
            here[key] = {}
        here = here[key]
    if value is MISSING:
        here.pop(path[-1], None)
    else:
        here[path[-1]] = value
    return whole
