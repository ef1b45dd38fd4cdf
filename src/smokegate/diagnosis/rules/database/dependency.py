"""Something else than its database that the app needs does not answer it: a cache, a queue, another service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.database_texts import spoken
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import ANSWERED, Level, Rule, Signs, Step

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

LOOK: Step = (
    "On the server, in `{directory}`: `{compose} ps`: is it up? Then its log.",
    "Check it where it runs: is it up, and may the app connect to it?",
)


def judge(case: Case) -> Signs | None:
    """A broken answer holds a client's words about something that is no database."""
    broken = [each for each in case.backend if is_broken(case, each)]
    texts = [each for each in spoken(broken) if each.place.subject != "database"]
    if not texts:
        return None
    subject = texts[0].place.subject
    where = "its store (a cache, a queue or a broker)" if subject == "store" else subject
    return Signs(
        tuple(each.line for each in texts[:3]),
        tuple(each.exchange.name for each in texts),
        Confidence.LIKELY,
        names={"called": where},
    )


RULES = (
    Rule(
        code="app.dependency-unreachable",
        title="The app at {host} cannot use {called}, on which it depends",
        level=Level.DATABASE,
        owner=Owner.CONFIGURATION,
        symptom="What needs it ends in 500 or 503; the text names Redis, a broker, or the address of another service.",
        reads=("the bodies of broken answers: what clients of caches, queues and services write",),
        judge=judge,
        steps=(
            LOOK,
            "Compare the app's variable for its address with where it is; in compose the host is the service's name.",
            "If a password is refused, compare the app's with the one that it was made with.",
        ),
        competing=(
            "a service that is stopped or restarting",
            "a wrong address or password in the app's configuration",
            "a network that does not let the app through",
        ),
        after=ANSWERED,
        unless=("app.database-unreachable", "app.database-not-initialised"),
        silences=("app.error", "app.unhealthy", "app.promise-broken"),
    ),
)
