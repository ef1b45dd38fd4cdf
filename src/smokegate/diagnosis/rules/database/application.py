"""The database does not answer the app, or answers and has no tables."""

from __future__ import annotations

import re

from msgspec.structs import replace

from smokegate.diagnosis.broken import GIVE_TOKEN, has_token, is_broken
from smokegate.diagnosis.database_texts import Found, Spoken, found, spoken, spoken_in_success
from smokegate.diagnosis.rule import REACHED, Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import body, seen, seen_whole
from smokegate.observation.evidence.health_parts import database_words, lines_of_trouble, plain
from smokegate.observation.evidence.health_vocabulary import DATABASE_KEY
from smokegate.observation.exchange import Exchange

SAYS_DOWN = re.compile(
    r"\"(?:db|database|db_status|postgres|postgresql)\"\s*:"
    r"\s*\"(?:down|disconnected|unreachable|unavailable|error)\""
)
"""An app's own word for it, in a check of its own."""
KEPT = ("the response meets every expectation",)
"""What speaks against a cause that is found where no check fails."""


def unreachable(case: Case) -> Signs | None:
    """A driver's text proves it; an app's own word, or a bare 500 on the first login, less surely."""
    broken = [each for each in case.backend if is_broken(case, each)]
    texts = [each for each in spoken(broken) if each.place.subject == "database" and not each.is_of_schema]
    texts = [each for each in texts if not _is_about_the_account(case, each)]
    if texts:
        return _driver(case, texts)
    if any(has_token(case, name) for name in GIVE_TOKEN):
        return None  # an account was created or looked up: the database answers, whatever a check says of it
    words = [*found(SAYS_DOWN, broken), *_reported(broken)]
    if words:
        return Signs(
            tuple(dict.fromkeys(each.line for each in words))[:3],
            tuple(dict.fromkeys(each.exchange.name for each in words)),
            Confidence.LIKELY,
            against=_healthy(case),
        )
    return _touching(case) or _bare(case) or _kept(case)


def _reported(broken: list[Exchange]) -> list[Found]:
    """Return where a broken report of health says that its database is away."""
    words = []
    for each in broken:
        answer = each.answer
        if answer is None:
            continue
        reported = database_words(answer.body.json) if answer.body.is_json else lines_of_trouble(answer.body.start)
        for where, said in list(reported)[:1]:
            if answer.body.is_json or DATABASE_KEY.fullmatch(plain(where.removeprefix("line "))):
                words.append(Found(each, str(said), seen(each, f"{where.partition(' ')[2]} is `{said}`", body(answer))))
    return words


def _driver(case: Case, texts: list[Spoken]) -> Signs:
    """What the driver says is certain, unless something else that touches the database is answered."""
    up, place = _touches_and_answers(case), texts[0].place
    return Signs(
        tuple(each.line for each in texts[:3]),
        tuple(each.exchange.name for each in texts),
        Confidence.LIKELY if up or place.likely or place.says == "pool" or _refuses(texts[0]) else Confidence.CERTAIN,
        against=up,
        variant=place.says,
    )


def _is_about_the_account(case: Case, text: Spoken) -> bool:
    """Whether a refused sign-in says, in a database's words, that the user's own password is wrong.

    Some applications sign their users in to the database. Where it works elsewhere, its refusal is about this user.
    """
    return text.place.says == "login" and _refuses(text) and bool(_touches_and_answers(case))


def _refuses(text: Spoken) -> bool:
    return getattr(text.exchange.answer, "status", None) in {401, 403}


def _kept(case: Case) -> Signs | None:
    """A driver speaks in an answer that breaks no promise: worth a warning."""
    texts = [e for e in spoken_in_success(case) if e.place.subject == "database" and not e.is_of_schema]
    if not texts:
        return None
    signs = _driver(case, texts)
    return replace(signs, confidence=Confidence.LIKELY, advisory=True, against=KEPT)


def _touches_and_answers(case: Case) -> tuple[str, ...]:
    """Return what speaks against it: something that is said to touch the database, and is answered as promised."""
    sound = [
        each
        for each in case.exchanges
        if "database" in getattr(case.promise(each.name), "touches", ()) and case.sound(each.name)
    ]
    return tuple(f"{seen(each)}, and is said to touch the database" for each in sound[:1])


def _touching(case: Case) -> Signs | None:
    """Judge by elimination: all that is declared to touch the database ends in 5xx, and nothing else does."""
    if _touches_and_answers(case):
        return None
    failed = [
        each
        for each in case.backend
        if (answer := each.answer) and answer.status >= 500 and is_broken(case, each) and _from_app(case, each.name)
    ]
    touching = [each for each in failed if "database" in getattr(case.promise(each.name), "touches", ())]
    if not touching or len(touching) < len(failed) or not case.sound("health") or case.app("health") is None:
        return None
    if any(_explains_itself(each) for each in touching):
        return None
    return Signs(
        (*map(seen_whole, touching[:3]), *_healthy(case)),
        tuple(each.name for each in touching),
        Confidence.LIKELY,
        variant="all-that-touches-it",
    )


def _explains_itself(exchange: Exchange) -> bool:
    """Return whether an error says what it is about: then nothing is left to guess."""
    from smokegate.knowledge.own_words import explains_itself  # noqa: PLC0415 -- a green run reads none of it

    return exchange.answer is not None and (
        explains_itself(exchange.answer.body.start) or any(e.place.subject != "something" for e in spoken([exchange]))
    )


def _from_app(case: Case, name: str) -> bool:
    """Return whether the app gave the answer, or an nginx that puts its own message over the app's 503."""
    edge = case.edge(name)
    return edge is None or edge.code == "nginx.upstream-unavailable"


def _bare(case: Case) -> Signs | None:
    """Judge by a bare 500 of the first login, or of registering where another login ends in one, too."""
    answered = case.answered("login first", "register", "wrong password")
    hits = [each for each, answer in answered if answer.status == 500]
    if not hits or (len(hits) < 2 and hits[0].name != "login first") or not case.sound("health"):
        return None
    if any(_explains_itself(each) for each in hits) or _touches_and_answers(case):
        return None  # it says so itself; or what else touches the database works, so the login has a reason of its own
    return Signs(
        (*map(seen_whole, hits), *_healthy(case)),
        tuple(each.name for each in hits),
        Confidence.LIKELY,
        variant="bare-login",
    )


def _healthy(case: Case) -> tuple[str, ...]:
    exchange = case.exchange("health")
    return (f"{seen(exchange)}, which need not touch the database",) if exchange and case.sound("health") else ()


EXPLAINS = (
    "nginx.upstream-unavailable",
    "app.error",
    "app.unhealthy",
    "app.promise-broken",
    "app.debug-on",
    "sign-in.register-failed",
    "sign-in.account-lost",
    "monitoring",
)

RULES = (Rule("app.database-unreachable", Level.DATABASE, unreachable, after=REACHED, silences=EXPLAINS),)
