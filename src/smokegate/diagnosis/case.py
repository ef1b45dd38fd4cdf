"""The read-only view of one environment and its observation that a rule is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from smokegate.diagnosis.exchange_names import host_of, is_sample, on_frontend
from smokegate.diagnosis.hit import Hit
from smokegate.diagnosis.names import names_of
from smokegate.observation.evidence.assertions import Unmet, unmet
from smokegate.observation.evidence.edge import EdgeAnswer, edge_answer, is_marked
from smokegate.observation.evidence.json_rules import MISSING, lookup
from smokegate.observation.exchange import Answer, Exchange, NoAnswer
from smokegate.observation.plan.backend import endpoint_name
from smokegate.observation.plan.sign_in.names import JOURNEY_NAMES, KEPT, LOGIN, LOGIN_FIRST, REGISTER
from smokegate.observation.plan.step import ACCOUNT_PREFLIGHT, FROM_HERE, PREFLIGHT

if TYPE_CHECKING:
    from smokegate.diagnosis.outcome import TestOutcome
    from smokegate.environment.model import Environment, Expectation
    from smokegate.observation.model import Observation
    from smokegate.observation.transport.causes import WireCause

OPENERS = ("register", "login first")
"""Those with which the journey begins."""
MAY_REFUSE = frozenset({*JOURNEY_NAMES, "clean up", "api on frontend", PREFLIGHT, ACCOUNT_PREFLIGHT})
"""Exchanges that the application may refuse, or not know: such an answer is its own unless it is marked."""
SIGNING_IN = frozenset({REGISTER, LOGIN_FIRST, LOGIN, KEPT})
"""Those among them that only a page of a known edge refuses in the application's place."""
REFUSING = frozenset({400, 401, 403, 404, 405, 409, 410, 422})


class Case(Struct, frozen=True, dict=True):
    """What a rule judges. Everything that more than one rule asks for is worked out once."""

    environment: Environment
    observation: Observation
    results: tuple[TestOutcome, ...] = ()
    """What the suite found."""
    verify: str = ""
    """The command that checks again, where that is not pytest's."""

    def failures_on(self, name: str) -> tuple[TestOutcome, ...]:
        """Return the checks that failed on an exchange, advisory ones included."""
        return self._failures.get(name, ())

    @cached_property
    def _failures(self) -> dict[str, tuple[TestOutcome, ...]]:
        found: dict[str, tuple[TestOutcome, ...]] = {}
        for each in self.results:
            if each.outcome in {"failed", "advisory"} and each.failed_on:
                found[each.failed_on] = (*found.get(each.failed_on, ()), each)
        return found

    @cached_property
    def _edges(self) -> dict[str, EdgeAnswer | None]:
        return {}

    @cached_property
    def _hits(self) -> dict[str, tuple[Hit, ...]]:
        return {}

    @cached_property
    def _unmet(self) -> dict[str, tuple[Unmet, ...]]:
        return {}

    @cached_property
    def memo(self) -> dict[str, Any]:
        """What rules have worked out once for all of them, by a name of their own."""
        return {}

    @cached_property
    def names(self) -> dict[str, str]:
        """The names that titles and steps are filled with."""
        return names_of(self.environment, self.verify)

    @property
    def host(self) -> str:
        """The backend's host, with its port where the address has one."""
        return self.names["host"]

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

    def edge_alone(self, name: str) -> EdgeAnswer | None:
        """Return what the edge says of itself where it made the answer, judged by this answer alone."""
        if name not in self._edges:
            answer = self.answer(name)
            refusal = (
                answer is not None
                and (name in MAY_REFUSE or name.startswith(("called on ", FROM_HERE)))
                and answer.status in REFUSING
                and not is_marked(answer)
            )
            own = answer is None or (refusal and (name not in SIGNING_IN or answer.body.is_json))
            edge = None if own or answer is None else edge_answer(answer, self.promise(name))
            self._edges[name] = None if refusal and edge and not edge.certain else edge
        return self._edges[name]

    def edge(self, name: str) -> EdgeAnswer | None:
        """Return what the edge says of itself where it made the answer, in the light of all others.

        A bare "not found" is not an edge's where the application answers other paths of this host.
        """
        edge = self.edge_alone(name)
        return None if edge is not None and edge.weak and self._answers_elsewhere(name) else edge

    def _answers_elsewhere(self, name: str) -> bool:
        exchange = self.exchange(name)
        host = host_of(exchange.request.url) if exchange else ""
        return any(
            each.answer is not None and each.answer.status < 400 and self.edge_alone(each.name) is None
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

    @cached_property
    def samples(self) -> tuple[Exchange, ...]:
        """The health exchanges."""
        return self.observation.samples

    @cached_property
    def exchanges(self) -> tuple[Exchange, ...]:
        """Every exchange once: `version` may be another name of the health check."""
        return tuple({e.name: e for e in self.observation.exchanges.values()}.values())

    def is_page(self, exchange: Exchange) -> bool:
        """Return whether an exchange is with the frontend, also as an expectation of the backend's host."""
        page = self.exchange("page")
        return on_frontend(exchange.name) or (page is not None and page.request.url == exchange.request.url)

    @cached_property
    def backend(self) -> tuple[Exchange, ...]:
        """The exchanges with the backend."""
        return tuple(e for e in self.exchanges if not self.is_page(e))

    @cached_property
    def frontend(self) -> tuple[Exchange, ...]:
        """The exchanges with the frontend's host."""
        return tuple(e for e in self.exchanges if self.is_page(e))

    @cached_property
    def opener(self) -> Exchange | None:
        """The exchange that opens the sign-in journey."""
        return next((e for e in map(self.exchange, OPENERS) if e is not None), None)

    def promise(self, name: str) -> Expectation | None:
        """Return what was promised of a health exchange or an endpoint."""
        if is_sample(name):
            return self.environment.backend.health
        first, _, number = name.rpartition(" ")
        return self._promises.get(name) or (self._promises.get(first) if number.isdecimal() else None)

    @cached_property
    def _promises(self) -> dict[str, Expectation]:
        return {endpoint_name(each): each for each in reversed(self.environment.backend.endpoints)}

    def unmet_of(self, name: str) -> tuple[Unmet, ...]:
        """Return what an answer does not keep of its promise; nothing where there is no answer."""
        if name not in self._unmet:
            promise, answer = self.promise(name), self.answer(name)
            self._unmet[name] = unmet(promise, answer) if promise and answer else ()
        return self._unmet[name]

    def sound(self, name: str) -> bool:
        """Return whether an exchange was answered as expected."""
        return self.answer(name) is not None and not self.unmet_of(name)

    def hits(self, exchanges: tuple[Exchange, ...] | None = None) -> Iterator[Hit]:
        """Yield every outcome, the last of each exchange first, then the attempts before it."""
        for exchange in self.exchanges if exchanges is None else exchanges:
            if exchange.name not in self._hits:
                self._hits[exchange.name] = tuple(self._hits_of(exchange))
            yield from self._hits[exchange.name]

    def _hits_of(self, exchange: Exchange) -> Iterator[Hit]:
        outcome = exchange.outcome
        edge = self.edge(exchange.name)
        if isinstance(outcome, Answer | NoAnswer):
            yield Hit(exchange, outcome, healed=False, edge=edge)
        if isinstance(outcome, Answer) and edge is None:
            for attempt in exchange.earlier:
                made = edge_answer(attempt.outcome) if isinstance(attempt.outcome, Answer) else None
                yield Hit(exchange, attempt.outcome, healed=True, edge=made)

    def wires(self, *causes: WireCause) -> tuple[Hit, ...]:
        """Return the outcomes with one of these causes, unless other samples of the check were answered."""
        return tuple(hit for hit, cause in self._unanswered if cause in causes)

    @cached_property
    def _unanswered(self) -> tuple[tuple[Hit, WireCause], ...]:
        answered = any(each.answer for each in self.samples)
        found = [
            (hit, hit.outcome.cause)
            for hit in self.hits(self.backend)
            if isinstance(hit.outcome, NoAnswer) and (hit.healed or not (answered and is_sample(hit.exchange.name)))
        ]
        return tuple(sorted(found, key=lambda row: row[0].healed))

    @cached_property
    def _by_edge(self) -> dict[str, tuple[Hit, ...]]:
        """Every answer that the edge made, by its cause."""
        found: dict[str, list[Hit]] = defaultdict(list)
        for hit in self.hits():
            edge = hit.edge
            if edge is not None:
                found[edge.code].append(hit)
        return {code: tuple(sorted(hits, key=lambda hit: hit.healed)) for code, hits in found.items()}

    def edges(self, code: str, *, everywhere: bool = False) -> tuple[Hit, ...]:
        """Return the answers of the backend's edge for this cause; final ones before those that healed.

        With `everywhere`, also those of the frontend's.
        """
        hits = self._by_edge.get(code, ())
        return tuple(hit for hit in hits if everywhere or not self.is_page(hit.exchange))

    def field(self, name: str, key: str) -> Any:
        """Return a value of an answer's JSON body by its dotted key, None where there is none."""
        answer = self.answer(name)
        if answer is None or not answer.body.is_json:
            return None
        value = lookup(answer.body.json, tuple(key.split(".")))
        return None if value is MISSING else value
