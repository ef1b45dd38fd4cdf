"""The database does not answer the app, or answers and has no tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import GIVE_TOKEN, has_token, is_broken
from smokegate.diagnosis.database_texts import found
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs, Step
from smokegate.diagnosis.wording import body, seen

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

UNREACHABLE = re.compile(
    r"connection to server at \"[^\"]*\"|could not (?:connect to server|translate host name)|failed to"
    r" resolve host"
    r"|OperationalError\b|password authentication failed for user|sorry, too many clients already"
    r"|database \"[^\"]+\" does not exist|unable to open database file|readonly database"
    r"|Connect call failed|CannotConnectNowError|InterfaceError|the database system is (?:starting"
    r" up|shutting down)"
    r"|Can't connect to (?:MySQL|local MySQL) server|ECONNREFUSED[^\"]*:5432|QueuePool limit",
    re.IGNORECASE,
)
"""What drivers and pools write when they get no connection, or none that serves."""
NO_TABLES = re.compile(
    r"relation \\?\"[^\"]+\" does not exist|no such table\S*|UndefinedTable\w*|Table '[^']+' doesn't exist"
)
SAYS_DOWN = re.compile(
    r"\"(?:db|database|db_status|postgres|postgresql)\"\s*:"
    r"\s*\"(?:down|disconnected|unreachable|unavailable|error)\""
)
"""An app's own word for it, in a check of its own."""
SAYS_FAILED = re.compile(
    r"\"(?:\w*tables?\w*)\"\s*:\s*(?:\"missing\"|false|\[\s*\])|\"missing_tables\"\s*:\s*\[\s*\"[^\]]*\]",
    re.IGNORECASE,
)
LOOK: Step = (
    "On the server, in `{directory}`: `{compose} ps {database}` and `{compose} logs --tail 50 {database}`.",
    (
        "Look at the database in the console of its provider: is it running, suspended, out of disk or out of"
        " connections?"
    ),
)


def unreachable(case: Case) -> Signs | None:
    """A driver's text is certain; an app's own word, or a bare 500 on the first login, is not."""
    broken = [each for each in case.backend if is_broken(case, each)]
    texts = [each for each in found(UNREACHABLE, broken) if not NO_TABLES.search(_text(each.exchange.answer))]
    if texts:
        return Signs(tuple(each.line for each in texts[:3]), tuple(each.exchange.name for each in texts))
    if any(has_token(case, name) for name in GIVE_TOKEN):
        return None  # an account was created or looked up: the database answers, whatever a check says of it
    words = list(found(SAYS_DOWN, broken))
    if words:
        return Signs(
            tuple(each.line for each in words[:3]),
            tuple(each.exchange.name for each in words),
            Confidence.LIKELY,
            against=_healthy(case),
        )
    return _touching(case) or _bare(case)


def _touching(case: Case) -> Signs | None:
    """Tell by elimination: what is declared to touch the database ends in 5xx, and nothing else does."""
    failed = [
        each for each in case.backend if (answer := each.answer) and answer.status >= 500 and is_broken(case, each)
    ]
    touching = [each for each in failed if "database" in getattr(case.promise(each.name), "touches", ())]
    if not touching or len(touching) < len(failed) or not case.sound("health") or case.app("health") is None:
        return None
    return Signs(
        (
            *(seen(each, *([body(each.answer)] if each.answer else [])) for each in touching[:3]),
            *_healthy(case),
        ),
        tuple(each.name for each in touching),
        Confidence.LIKELY,
        competing=(
            "any other error of just these paths: the app's log says which",
            "a proxy that replaces the app's own 503 by its message",
        ),
    )


def _bare(case: Case) -> Signs | None:
    exchange, answer = case.exchange("login first"), case.app("login first")
    if exchange is None or answer is None or answer.status != 500 or not case.sound("health"):
        return None
    sound = (case.promise(each.name) for each in case.backend if case.sound(each.name))
    if any("database" in getattr(each, "touches", ()) for each in sound):
        return None  # what touches the database works: the error is the login's own
    return Signs(
        (seen(exchange, body(answer)), *_healthy(case)),
        ("login first",),
        Confidence.LIKELY,
        competing=("any other error of the login path: its log says which", "a table that is missing"),
    )


def uninitialised(case: Case) -> Signs | None:
    """The database answers that a table is not there, or a check of the app's own says so."""
    broken = [each for each in case.backend if is_broken(case, each)]
    texts = list(found(NO_TABLES, broken))
    words = texts or list(found(SAYS_FAILED, broken))
    if not words:
        return None
    return Signs(
        tuple(each.line for each in words[:3]),
        tuple(each.exchange.name for each in words),
        Confidence.CERTAIN if texts else Confidence.LIKELY,
    )


def _healthy(case: Case) -> tuple[str, ...]:
    exchange = case.exchange("health")
    return (f"{seen(exchange)}, which need not touch the database",) if exchange and case.sound("health") else ()


def _text(answer: object) -> str:
    return getattr(getattr(answer, "body", None), "text", "")


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

RULES = (
    Rule(
        code="app.database-unreachable",
        title="The app at {host} can not use its database",
        level=Level.DATABASE,
        owner=Owner.CONFIGURATION,
        symptom="The health check is green; registering, signing in and everything with data ends in 500.",
        reads=("the bodies of broken answers: drivers' texts, and what the app's own checks say of the database",),
        judge=unreachable,
        steps=(
            LOOK,
            (
                "Compare the app's `DATABASE_URL` with the database's host, port, name, user and password;"
                " the text in the evidence says which one is wrong."
            ),
            (
                (
                    "`{compose} exec {database} pg_isready`; if it does not accept connections: `{compose}"
                    " restart {database}`, then `{compose} restart {service}`."
                ),
                "Start or restart the database, then the app, whose pool may hold dead connections.",
            ),
            (
                "If it says 'too many clients', look for connections that are not given back, before raising"
                " `max_connections`."
            ),
        ),
        competing=(
            "a database that is stopped or restarting",
            "a wrong host, name, user or password in `DATABASE_URL`",
            "all connections in use",
            "a disk that is full or not mounted",
        ),
        after=REACHED,
        silences=EXPLAINS,
    ),
    Rule(
        code="app.database-not-initialised",
        title="The database of {host} has no tables",
        level=Level.DATABASE,
        owner=Owner.CONFIGURATION,
        symptom=(
            "The health check is green; everything with data ends in 500, and the text says that a table does"
            " not exist."
        ),
        reads=("the bodies of broken answers: what databases say of a table that is not there",),
        judge=uninitialised,
        steps=(
            LOOK,
            (
                "Check that the app points at the database that was meant (`DATABASE_URL`): a fresh or an"
                " empty one has no tables."
            ),
            (
                "Run the migrations, or let the app initialise the database on its first run: restart it and"
                " read its log."
            ),
            "If tables were there before, stop writing and look at backups first.",
        ),
        competing=(
            "migrations that were not run",
            "another, empty database in `DATABASE_URL`",
            "tables that were dropped",
        ),
        after=REACHED,
        unless=("app.database-unreachable",),
        silences=EXPLAINS,
    ),
)
