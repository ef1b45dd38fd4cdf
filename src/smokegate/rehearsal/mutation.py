"""One way to break what a deployment answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from smokegate.rehearsal.exchanges import ProxyRequest, Recorded, Site, Wire, page

Change = Callable[[Recorded, ProxyRequest], Recorded | Wire]
STRANGER = page(200, "Welcome to nginx!")
LONGEST = 10.0
"""Seconds that a rehearsal holds an answer back at most, to see a latency budget broken."""
OVER = 1.2
"""Seconds over a budget: more than what the suite takes for noise and measures again."""


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
