"""What the exchanges of one run came to: each with its answer, what was promised of it, and who made it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from smokegate.diagnosis.exchange_names import host_of, is_sample
from smokegate.observation.evidence.assertions import Unmet, unmet
from smokegate.observation.evidence.edge import EdgeAnswer, edge_answer, is_marked
from smokegate.observation.evidence.json_rules import MISSING, lookup
from smokegate.observation.exchange import Answer, Exchange, NoAnswer
from smokegate.observation.plan.backend import endpoint_name
from smokegate.observation.plan.sign_in.names import (
    JOURNEY_NAMES,
    KEPT,
    LEFT_CLEAN_UP,
    LEFT_LOGIN,
    LOGIN,
    LOGIN_FIRST,
    REGISTER,
)
from smokegate.observation.plan.step import ACCOUNT_PREFLIGHT, FROM_HERE, PREFLIGHT

if TYPE_CHECKING:
    from smokegate.environment.model import Environment, Expectation
    from smokegate.observation.model import Observation

MAY_REFUSE = frozenset({*JOURNEY_NAMES, "clean up", "api on frontend", PREFLIGHT, ACCOUNT_PREFLIGHT})
"""Exchanges that the application may refuse, or not know: such an answer is its own unless it is marked."""
SIGNING_IN = frozenset({REGISTER, LOGIN_FIRST, LOGIN, KEPT})
"""Those among them that only a page of a known edge refuses in the application's place."""
REFUSING = frozenset({400, 401, 403, 404, 405, 409, 410, 422})


class Answers(Struct, frozen=True, dict=True):
    """The exchanges of one environment, by their names. What is asked for more than once is worked out once."""

    environment: Environment
    observation: Observation

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every exchange once: `version` may be another name of the health check."""
        return tuple({e.name: e for e in self.observation.exchanges.values()}.values())

    def exchange(self, name: str) -> Exchange | None:
        """Return an exchange by its name."""
        return self.observation.exchanges.get(name)

    def answer(self, name: str) -> Answer | None:
        """Return the answer of an exchange, None where there is none."""
        exchange = self.exchange(name)
        return exchange.answer if exchange else None

    def wire(self, name: str) -> NoAnswer | None:
        """Return why an exchange that was sent has no answer."""
        exchange = self.exchange(name)
        return exchange.no_answer if exchange else None

    @cached_property
    def _edges(self) -> dict[str, EdgeAnswer | None]:
        """What the edge says of itself in each answer, judged by this answer alone."""
        answered = ((name, self.answer(name)) for name in self.observation.exchanges)
        return {name: _made_by_edge(name, answer, self.promise(name)) for name, answer in answered if answer}

    def edge(self, name: str) -> EdgeAnswer | None:
        """Return what the edge says of itself where it made the answer, in the light of all others.

        A bare "not found" is not an edge's where the application answers other paths of this host.
        """
        edge = self._edges.get(name)
        return None if edge is not None and edge.weak and self._answers_elsewhere(name) else edge

    def _answers_elsewhere(self, name: str) -> bool:
        exchange = self.exchange(name)
        host = host_of(exchange.request.url) if exchange else ""
        return any(
            each.answer is not None and each.answer.status < 400 and self._edges.get(each.name) is None
            for each in self.exchanges
            if each.name != name and host_of(each.request.url) == host
        )

    def app(self, name: str) -> Answer | None:
        """Return the answer where the application gave it, as far as can be judged."""
        answer = self.answer(name)
        return answer if answer and self.edge(name) is None else None

    def answered(self, *names: str) -> Iterator[tuple[Exchange, Answer]]:
        """Yield those of these exchanges to which the application gave an answer, with that."""
        for exchange in filter(None, map(self.exchange, names)):
            if (answer := self.app(exchange.name)) is not None:
                yield exchange, answer

    def promise(self, name: str) -> Expectation | None:
        """Return what was promised of a health exchange or an endpoint."""
        if is_sample(name):
            return self.environment.backend.health
        first, _, number = name.rpartition(" ")
        return self._promises.get(name) or (self._promises.get(first) if number.isdecimal() else None)

    def budget(self, name: str) -> float | None:
        """Return the seconds that an answer may take, where the file says so: each sample, each step of signing in."""
        sign_in, monitoring = self.environment.sign_in, self.environment.backend.monitoring
        if name in JOURNEY_NAMES:
            return sign_in.within if sign_in else None
        if name == "monitoring":
            return monitoring.within if monitoring else None
        promise = self.promise(name)
        return promise.within if promise else None

    @cached_property
    def _promises(self) -> dict[str, Expectation]:
        return {endpoint_name(each): each for each in reversed(self.environment.backend.endpoints)}

    def unmet_of(self, name: str) -> tuple[Unmet, ...]:
        """Return what an answer does not keep of its promise; nothing where there is no answer."""
        return self._unmet.get(name, ())

    @cached_property
    def _unmet(self) -> dict[str, tuple[Unmet, ...]]:
        found = ((name, self.promise(name), self.answer(name)) for name in self.observation.exchanges)
        return {name: unmet(promise, answer) for name, promise, answer in found if promise and answer}

    def sound(self, name: str) -> bool:
        """Return whether an exchange was answered as expected."""
        return self.answer(name) is not None and not self.unmet_of(name)

    def field(self, name: str, key: str) -> Any:
        """Return a value of an answer's JSON body by its dotted key, None where there is none."""
        answer = self.answer(name)
        if answer is None or not answer.body.is_json:
            return None
        value = lookup(answer.body.json, tuple(key.split(".")))
        return None if value is MISSING else value


def _made_by_edge(name: str, answer: Answer, promise: Expectation | None) -> EdgeAnswer | None:
    """Return what the edge says of itself in the answer of an exchange, None where the application gave it."""
    may_refuse = name in MAY_REFUSE or name.startswith(("called on ", FROM_HERE, LEFT_LOGIN, LEFT_CLEAN_UP))
    refusal = may_refuse and answer.status in REFUSING and not is_marked(answer)
    if refusal and (name not in SIGNING_IN or answer.body.is_json):
        return None
    edge = edge_answer(answer, promise)
    return None if refusal and edge and not edge.certain else edge
