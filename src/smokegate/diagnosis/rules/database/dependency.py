"""Something else than its database that the app needs does not answer it: a cache, a queue, another service."""

from __future__ import annotations

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.database_texts import spoken, spoken_in_success
from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs

CALLED = {
    "store": "its store (a cache, a queue or a broker)",
    "something": "something that it connects to (a database, a queue or another service)",
}
"""How what does not answer is called; of everything else the text gives name or address."""


def judge(case: Case) -> Signs | None:
    """A broken answer holds a client's words about something that is no database; in a good one it is a warning."""
    broken = [each for each in case.backend if is_broken(case, each)]
    texts = [each for each in spoken(broken) if each.place.subject != "database"]
    kept = [] if texts else [each for each in spoken_in_success(case) if each.place.subject == "store"]
    texts = texts or kept
    if not texts:
        return None
    subject = texts[0].place.subject
    return Signs(
        tuple(each.line for each in texts[:3]),
        tuple(each.exchange.name for each in texts),
        Confidence.LIKELY,
        names={"called": CALLED.get(subject, subject)},
        advisory=bool(kept),
        against=("the response meets every expectation",) if kept else (),
    )


RULES = (
    Rule(
        "app.dependency-unreachable",
        Level.DATABASE,
        judge,
        unless=("app.database-unreachable", "app.database-not-initialised"),
        silences=("app.error", "app.unhealthy", "app.promise-broken"),
    ),
)
