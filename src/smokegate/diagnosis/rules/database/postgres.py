"""A service can not use its PostgreSQL, and its driver says why."""

from __future__ import annotations

from dataclasses import dataclass

from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.rule import Level, Rule, Step
from smokegate.diagnosis.server_rule_helpers import EDGE, by_reason

COMPARE: Step = "Compare `DATABASE_URL` of {service} with what the database was made with (`.env` in `{directory}`)."
APPLY: Step = "After changing a variable: `{compose} up -d {service}`; a restart alone does not read a changed file."
READS = ("the log of a service in trouble: what psycopg, psycopg2 and asyncpg write",)


@dataclass(frozen=True)
class Row:
    """One thing that a driver says, and what to do about it."""

    code: str
    title: str
    symptom: str
    steps: tuple[Step, ...]
    competing: tuple[str, ...]


ROWS = (
    Row(
        "postgres.auth-failed",
        "The database refuses the password of {service}",
        "The service does not start; its log says 'password authentication failed for user'.",
        (
            COMPARE,
            (
                "A database keeps the password that it was first made with: changing `POSTGRES_PASSWORD`"
                " later does nothing."
            ),
            APPLY,
        ),
        (
            "a password that was changed in one place only",
            "a user that does not exist: PostgreSQL says the same",
        ),
    ),
    Row(
        "postgres.no-database",
        "The database that {service} asks for does not exist",
        "The service does not start; its log says 'database … does not exist'.",
        (COMPARE, "List what there is: `{compose} exec {database} psql -U postgres -l`.", APPLY),
        ("a name with a typing error", "a volume that was made for another name, or made anew"),
    ),
    Row(
        "postgres.too-many-clients",
        "The database has no connection left for {service}",
        "Requests fail from time to time, then all of them; the log says 'sorry, too many clients already'.",
        (
            (
                "See who holds them: `{compose} exec {database} psql -U postgres -c 'select usename, state,"
                " count(*) from pg_stat_activity group by 1, 2'`."
            ),
            "Restart what leaks them: `{compose} restart {service}`.",
            "Make pools times workers smaller than `max_connections`, before raising that.",
        ),
        ("connections that are not given back", "pools that are larger than the database allows"),
    ),
    Row(
        "postgres.unknown-host",
        "{service} looks for its database under a name that does not resolve",
        ("The service does not start; its log says 'could not translate host name' or 'Name or service not known'."),
        (
            COMPARE,
            ("In a compose network the host is the service's name; it resolves only while that container runs."),
            APPLY,
        ),
        (
            "a name with a typing error",
            "a database in another network",
            "a database whose container is not running",
        ),
    ),
    Row(
        "postgres.refused",
        "Nothing listens where {service} looks for its database",
        "The service does not start; its log says 'Connection refused' for the database's address.",
        (
            COMPARE,
            "`localhost` in a container is the container itself: the host must be the service's name.",
            "Query the database: `{compose} exec {database} pg_isready`.",
            APPLY,
        ),
        ("a wrong host or port in `DATABASE_URL`", "a database that is not ready yet"),
    ),
)

RULES = tuple(
    Rule(
        code=row.code,
        title=row.title,
        level=Level.SERVER,
        owner=Owner.CONFIGURATION,
        symptom=row.symptom,
        reads=READS,
        judge=by_reason(row.code),
        steps=row.steps,
        competing=row.competing,
        silences=EDGE,
    )
    for row in ROWS
)
