"""The read-only view of one environment and its observation that a rule is given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from smokegate.diagnosis.answers import Answers
from smokegate.diagnosis.exchange_names import is_sample, on_frontend
from smokegate.diagnosis.names import names_of
from smokegate.diagnosis.wording import quote
from smokegate.observation.evidence.edge import EdgeAnswer, edge_answer
from smokegate.observation.exchange import Answer, Exchange, NoAnswer

if TYPE_CHECKING:
    from smokegate.diagnosis.outcome import TestOutcome
    from smokegate.observation.transport.causes import WireCause


class Hit(Struct, frozen=True):
    """One outcome of an exchange: the last one, or an earlier attempt that was tried again."""

    exchange: Exchange
    outcome: Answer | NoAnswer
    healed: bool
    """True for an earlier attempt of an exchange that was answered in the end."""
    edge: EdgeAnswer | None = None
    """What the edge says of itself, where it made this answer."""

    @property
    def sign(self) -> str | None:
        """What proves that the edge made this answer: the header as it came, or the body."""
        if self.edge is None or not isinstance(self.outcome, Answer):
            return None
        text = self.outcome.body.start.strip()
        if self.edge.header:
            more = f"; body {quote(text)}" if text and not self.edge.sign.startswith("x-render") else ""
            return f"{quote(self.edge.sign)}{more}"
        return f"{self.edge.sign}: {quote(text)}"


class Case(Answers, frozen=True, dict=True):
    """What a rule judges. Everything that more than one rule asks for is worked out once."""

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
    def memo(self) -> dict[str, Any]:
        """What rules have worked out once for all of them, by a name of their own."""
        return {}

    @cached_property
    def names(self) -> dict[str, str]:
        """The names that titles and steps are filled with."""
        return names_of(self.environment, self.verify)

    @cached_property
    def samples(self) -> tuple[Exchange, ...]:
        """The health exchanges."""
        return self.observation.samples

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

    def hits(self, exchanges: tuple[Exchange, ...] | None = None) -> Iterator[Hit]:
        """Yield every outcome, the last of each exchange first, then the attempts before it."""
        for exchange in self.exchanges if exchanges is None else exchanges:
            yield from self._hits[exchange.name]

    @cached_property
    def _hits(self) -> dict[str, tuple[Hit, ...]]:
        return {each.name: tuple(self._hits_of(each)) for each in self.exchanges}

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
