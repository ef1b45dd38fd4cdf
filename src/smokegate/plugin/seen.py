"""What a smoke test holds in its hands: an exchange that answers, fails or blocks when it is asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from _pytest.outcomes import Failed, Skipped

from smokegate.diagnosis.chain import ON_THE_WAY, blocked_by
from smokegate.observation.evidence.assertions import MISSING, lookup, unmet
from smokegate.observation.model import Answer, Exchange, NoAnswer, NotSent, Observation
from smokegate.observation.plan.step import Group
from smokegate.observation.transport.causes import Stage

if TYPE_CHECKING:
    from smokegate.environment.model import Expectation
    from smokegate.observation.observer import Observer


class Broken(AssertionError):  # noqa: N818 - a promise is broken: a finding, not an error of a program
    """A promise is broken: what was expected, what came instead, and where."""

    def __init__(self, expected: str, actual: str, exchange: Exchange | None = None) -> None:
        super().__init__(f"expected {expected}, got {actual}")
        self.expected = expected
        self.actual = actual
        self.exchange = exchange


class CheckFailure(Failed):
    """What a broken promise becomes once it is explained: a text for a person, without a traceback."""

    def __init__(self, text: str, summary: str) -> None:
        super().__init__(text, pytrace=False)
        self.summary = summary
        """The same in one line."""


class Blocked(Skipped):
    """Nothing can be said of this promise, because another symptom is in its way."""

    def __init__(self, symptom: str = "", *, summary: str = "") -> None:
        self.summary = summary or f"blocked by {symptom}"
        super().__init__(self.summary, _use_item_location=True)


class NotApplicable(Skipped):
    """The promise makes no sense for this deployment: it counts as never asked for.

    Such as a valid certificate over plain http.
    """


class Seen:
    """One exchange as a test sees it: whoever asks it for its answer gets it, fails or is blocked."""

    def __init__(self, exchange: Exchange, blocked: Callable[[str], str | None], itself: str = "") -> None:
        self.exchange = exchange
        self._blocked = blocked
        self._itself = itself

    def __repr__(self) -> str:
        outcome = self.exchange.outcome
        request = self.exchange.request
        came = str(outcome.status) if isinstance(outcome, Answer) else getattr(outcome, "cause", None)
        return f"<{self.exchange.name}: {request.method} {request.url} → {came or 'not asked'}>"

    @property
    def answer(self) -> Answer:
        """The answer.

        Raises:
            Blocked: it was not asked, or its failure follows from an earlier symptom.
            Broken: there is no answer.
        """
        self.unblocked()
        outcome = self.exchange.outcome
        if isinstance(outcome, NoAnswer):
            raise Broken("an HTTP answer", f"none: {outcome.cause.title} ({outcome.detail})", self.exchange)
        assert isinstance(outcome, Answer)
        return outcome

    def unblocked(self) -> None:
        """Make sure that this exchange speaks for itself.

        Raises:
            Blocked: it does not.
        """
        symptom = self._blocked(self.exchange.name)
        if symptom == self._itself:
            return
        if symptom is None and isinstance(self.exchange.outcome, NotSent):
            symptom = self.exchange.outcome.because
        if symptom is not None:
            raise Blocked(symptom)

    def must_pass(self, stage: Stage) -> Answer | None:
        """State that the request came past a stage; returns the answer if one came in the end.

        Raises:
            Blocked: it did not even come to that stage.
            Broken: it ended there.
        """
        outcome = self.exchange.outcome
        if isinstance(outcome, NoAnswer):
            order = list(Stage)
            ended = outcome.cause.stage
            if ended is stage:
                raise Broken(
                    f"to come past the {stage.value}",
                    f"{outcome.cause.title} ({outcome.detail})",
                    self.exchange,
                )
            if order.index(ended) < order.index(stage):
                raise Blocked(ON_THE_WAY[ended])
        return outcome if isinstance(outcome, Answer) else None

    @property
    def status(self) -> int:
        """The HTTP status; raises as `answer` does."""
        return self.answer.status

    @property
    def json(self) -> Any:
        """The JSON body; raises as `answer` does, and `Broken` where the body is no JSON."""
        body = self.answer.body
        if not body.is_json:
            kind = self.answer.headers.get("content-type", "no content type")
            raise Broken("a JSON body", kind, self.exchange)
        return body.json

    def value(self, *path: str) -> Any:
        """Return the value at a path of keys of the JSON body, None where there is none."""
        found = lookup(self.json, path)
        return None if found is MISSING else found

    @property
    def ok(self) -> bool:
        """Whether the answer's status is a success; raises as `answer` does."""
        return 200 <= self.status < 300

    def must(self, holds: object, expected: str, actual: str | None = None) -> None:
        """State what must hold of this exchange.

        Raises:
            Broken: it does not.
        """
        if not holds:
            raise Broken(expected, actual or self.told(), self.exchange)

    def must_keep(self, promise: Expectation) -> None:
        """State that the answer keeps a promise of the environment file; raises as `must` and `answer` do."""
        broken = unmet(promise, self.answer)
        if broken:
            expected = "; ".join(f"{each.what} {each.expected}" for each in broken)
            actual = "; ".join(f"{each.what} {each.actual}" for each in broken)
            raise Broken(expected, actual, self.exchange)

    def must_answer_within(self, budget: float | None) -> None:
        """State that the answer came within its budget (in seconds), measured on a warm connection."""
        self.unblocked()
        took = self.exchange.warm_seconds
        if budget is not None and self.exchange.answer is not None and took is not None and took > budget:
            over = (took / budget - 1) * 100
            raise Broken(
                f"an answer within {budget * 1000:.0f} ms",
                f"{took * 1000:.0f} ms, over by {over:.0f} %",
                self.exchange,
            )

    def told(self) -> str:
        """Return what came, in one line."""
        answer = self.answer
        line = " ".join(answer.body.text.split())
        return f"status {answer.status}, body {line[:160]!r}" if line else f"status {answer.status}, no body"


def see(observer: Observer, name: str, itself: str) -> Seen:
    """Return an exchange as a test sees it; waits for its group and the health check, and for nothing else.

    `itself` is the test that looks (`test_routing.py::test_…`): it is not blocked by the symptom that it is
    there to show.
    """
    environment = observer.environment
    planned = {each for g in get_args(Group) for each in observer.names(g)}
    if name not in planned and environment.missing:
        raise Blocked(summary=f"{' and '.join(environment.missing)} not set: there is nobody to sign in as")
    groups: tuple[Group, ...] = get_args(Group)
    group: Group = next((g for g in groups if name in observer.names(g)), "health")
    asked = {each: observer.exchange(each) for each in (*observer.names("health"), *observer.names(group), name)}
    observation = Observation(environment.name, exchanges=asked)
    return Seen(asked[name], lambda each: blocked_by(observation, each, environment), itself)


@dataclass(frozen=True)
class SignInSeen:
    """The steps of the sign-in journey: `wrong_password` is the exchange `wrong password`."""

    see: Callable[[str], Seen]

    def __getattr__(self, step: str) -> Seen:
        if step.startswith("_"):
            raise AttributeError(step)
        return self.see(step.replace("_", " "))
