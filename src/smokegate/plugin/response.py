"""One exchange as a check sees it: the answer, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from smokegate.environment.model import Expectation
from smokegate.observation.evidence.assertions import unmet
from smokegate.observation.evidence.edge import EdgeAnswer, edge_answer
from smokegate.observation.evidence.html import element
from smokegate.observation.evidence.json_rules import MISSING, lookup
from smokegate.observation.exchange import Answer, Certificate, Exchange, Headers, NoAnswer, NotSent
from smokegate.observation.transport.causes import Stage
from smokegate.plugin.failures import Blocked, ExpectationFailed


class Response:
    """The outcome of a request. Reading the answer fails or blocks the check where there is none.

    Args:
        exchange: the request and its outcome.
        offline: returns whether the runner reaches no host at all; called only where there is no answer.
        declared: what the environment file expects of the answer.
    """

    def __init__(
        self, exchange: Exchange, offline: Callable[[], bool] = lambda: False, declared: Expectation | None = None
    ) -> None:
        self.exchange = exchange
        self.declared = declared
        self._offline = offline

    def __repr__(self) -> str:
        outcome = self.exchange.outcome
        request = self.exchange.request
        result = str(outcome.status) if isinstance(outcome, Answer) else getattr(outcome, "cause", None)
        return f"<{self.exchange.name}: {request.method} {request.url} → {result or 'not sent'}>"

    @property
    def name(self) -> str:
        """The exchange's name in reports: `health`, `endpoint /api/x`, `login`."""
        return self.exchange.name

    @property
    def url(self) -> str:
        """The address that was requested."""
        return self.exchange.request.url

    @property
    def was_sent(self) -> bool:
        """Whether the request was sent at all."""
        return not isinstance(self.exchange.outcome, NotSent)

    @property
    def answered(self) -> Answer | None:
        """The answer, None where there is none; never fails."""
        return self.exchange.answer

    @property
    def no_answer(self) -> NoAnswer | None:
        """Why a request that was sent has no answer; never fails."""
        return self.exchange.no_answer

    @property
    def answer(self) -> Answer:
        """The answer.

        Raises:
            Blocked: the request was not sent, or the runner has no network.
            ExpectationFailed: there is no answer.
        """
        outcome = self.exchange.outcome
        if isinstance(outcome, NotSent):
            raise Blocked(f"{self.name} was not sent: {outcome.because} comes first and failed")
        if isinstance(outcome, NoAnswer):
            if self._offline():
                raise Blocked("the machine that runs the checks has no network")
            raise ExpectationFailed("an HTTP answer", f"none: {outcome.cause.title} ({outcome.detail})", self.exchange)
        return outcome

    @property
    def status(self) -> int:
        """The HTTP status; raises as `answer` does."""
        return self.answer.status

    @property
    def headers(self) -> Headers:
        """The response headers, by names in any case; raises as `answer` does."""
        return self.answer.headers

    @property
    def content_type(self) -> str:
        """The content type, or the words "no content type"; raises as `answer` does."""
        return self.headers.get("content-type", "no content type")

    @property
    def text(self) -> str:
        """The body's text, cut at a limit; raises as `answer` does."""
        return self.answer.body.text

    @property
    def certificate(self) -> Certificate | None:
        """The certificate that answered, None without one; never fails."""
        answer = self.answered
        return answer.certificate if answer else None

    @property
    def json(self) -> Any:
        """The JSON body; raises as `answer` does, and `ExpectationFailed` where the body is not JSON."""
        body = self.answer.body
        if not body.is_json:
            raise ExpectationFailed("a JSON body", self.content_type, self.exchange)
        return body.json

    def form_field(self, name: str) -> str | None:
        """Return what the page's input or `<meta>` element of this name holds, such as a CSRF token."""
        return element(self.text, name, "value") or element(self.text, name, "content")

    def value(self, key: str) -> Any:
        """Return the value at a dotted key of the JSON body, None where there is none."""
        found = lookup(self.json, tuple(key.split(".")))
        return None if found is MISSING else found

    @property
    def ok(self) -> bool:
        """Whether the status is a success; raises as `answer` does."""
        return 200 <= self.status < 300

    @property
    def made_by_edge(self) -> EdgeAnswer | None:
        """What proves that the platform's edge made the answer, None where the application did."""
        return edge_answer(self.answer, self.declared)

    @property
    def as_declared(self) -> bool:
        """Whether there is an answer and it is as the environment file declares; never fails."""
        answer = self.answered
        return answer is not None and (self.declared is None or not unmet(self.declared, answer))

    def expect(self, holds: object, expected: str, actual: str | None = None) -> None:
        """State what must hold of this exchange.

        Raises:
            ExpectationFailed: it does not.
        """
        if not holds:
            raise ExpectationFailed(expected, actual or self.summary, self.exchange)

    def expect_declared(self) -> None:
        """State that the answer is as the environment file declares; raises as `expect` and `answer` do."""
        wrong = unmet(self.declared, self.answer) if self.declared is not None else ()
        self.expect(
            not wrong,
            "; ".join(f"{each.what} {each.expected}" for each in wrong),
            "; ".join(f"{each.what} {each.actual}" for each in wrong),
        )

    def expect_within(self, budget: float | None) -> None:
        """State that the answer came within a budget in seconds, measured on a warm connection."""
        took = self.exchange.warm_seconds
        if budget is not None and self.answer is not None and took is not None:
            over = (took / budget - 1) * 100
            actual = f"{took * 1000:.0f} ms, over by {over:.0f} %"
            self.expect(took <= budget, f"an answer within {budget * 1000:.0f} ms", actual)

    def expect_past(self, stage: Stage) -> None:
        """State that the request got past a stage of the connection.

        Raises:
            Blocked: it ended before that stage.
            ExpectationFailed: it ended there.
        """
        outcome = self.no_answer
        if outcome is None:
            return
        order, ended = list(Stage), outcome.cause.stage
        if order.index(ended) < order.index(stage):
            raise Blocked(f"{self.name} ended at the {ended.value}: {outcome.cause.title}")
        self.expect(ended is not stage, f"to come past the {stage.value}", f"{outcome.cause.title} ({outcome.detail})")

    @property
    def summary(self) -> str:
        """The answer in one line; raises as `answer` does."""
        line = " ".join(self.text.split())
        return f"status {self.status}, body {line[:160]!r}" if line else f"status {self.status}, no body"
