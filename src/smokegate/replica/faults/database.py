"""Faults of the database, behind applications whose health paths do not ask it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Self

from smokegate.replica.catalogue import APPS, fault
from smokegate.replica.faults import checks

if TYPE_CHECKING:
    from collections.abc import Callable

    from smokegate.replica.plan import Patch, Plan

_REFUSED = (
    'connection to server at "10.203.4.17", port 5432 failed: Connection refused\n'
    "\tIs the server running on that host and accepting TCP/IP connections?\n"
)
_LOGIN_REFUSED = (
    'connection to server at "10.203.4.17", port 5432 failed: '
    'FATAL:  password authentication failed for user "tectonic"\n'
)
_CLIENTS = 'connection to server at "10.203.4.17", port 5432 failed: FATAL:  sorry, too many clients already\n'
_LOOKUP = 'could not translate host name "db.invalid" to address: Name or service not known\n'


def _connecting_by(connect: Callable[[], Any]) -> Patch:
    """Have every connection of an instance to the database made so, from the moment it has started."""

    def change(app: Any) -> None:
        from sqlalchemy import create_engine

        store = app.state.accounts if hasattr(app.state, "accounts") else app.state.market
        store.engine.dispose()
        store.engine = create_engine("sqlite://", creator=connect)

    return change


def _connecting(plan: Plan, connect: Callable[[], Any]) -> None:
    """The same for all instances; nothing else keeps the data up to date."""
    plan.patch(_connecting_by(connect))
    for worker in plan.workers:
        worker.state = "absent"


def _refusing(text: str) -> Callable[[], Any]:
    """Fail as psycopg2 does; SQLAlchemy wraps the error as it would psycopg2's own."""
    driver_error = type("OperationalError", (sqlite3.OperationalError,), {"__module__": "psycopg2"})

    def connect() -> Any:
        raise driver_error(text)

    return connect


def _failing_to_connect(plan: Plan, text: str) -> None:
    _connecting(plan, _refusing(text))


@fault(
    *APPS,
    where="database",
    cause="app.database-unreachable",
    caught_by={
        "tectonic": (checks.ENDPOINT_ANSWERS_AS_DECLARED, checks.REGISTERING_CREATES_AN_ACCOUNT),
        "trading": (checks.ENDPOINT_ANSWERS_AS_DECLARED, checks.MONITORING_DATA_IS_FRESH),
    },
)
def database_stopped(plan: Plan) -> None:
    """The database server is stopped; the health path stays green."""
    _failing_to_connect(plan, _REFUSED)


@fault(
    *APPS,
    where="database",
    cause="app.database-unreachable",
    caught_by={
        "tectonic": (checks.ENDPOINT_ANSWERS_AS_DECLARED, checks.REGISTERING_CREATES_AN_ACCOUNT),
        "trading": (checks.ENDPOINT_ANSWERS_AS_DECLARED, checks.MONITORING_DATA_IS_FRESH),
    },
)
def database_password_wrong(plan: Plan) -> None:
    """The database refuses the application's password."""
    _failing_to_connect(plan, _LOGIN_REFUSED)


@fault(
    "tectonic",
    where="database",
    cause="app.database-unreachable",
    caught_by=(checks.ENDPOINT_ANSWERS_AS_DECLARED, checks.REGISTERING_CREATES_AN_ACCOUNT),
)
def database_name_unknown(plan: Plan) -> None:
    """The database's hostname does not resolve from the application."""
    _failing_to_connect(plan, _LOOKUP)


@fault(
    "tectonic",
    where="database",
    cause="app.database-unreachable",
    caught_by=(checks.ENDPOINT_ANSWERS_AS_DECLARED, checks.REGISTERING_CREATES_AN_ACCOUNT),
)
def database_full_of_clients(plan: Plan) -> None:
    """The database has no connection left for the application."""
    _failing_to_connect(plan, _CLIENTS)


@fault(
    "tectonic",
    where="database",
    cause="app.database-unreachable",
    caught_by=(checks.ENDPOINT_ANSWERS_AS_DECLARED, checks.REGISTERING_CREATES_AN_ACCOUNT),
)
def database_file_gone(plan: Plan) -> None:
    """The directory of the SQLite file is gone: its disk was not mounted."""
    _connecting(plan, lambda: sqlite3.connect(plan.directory / "not-mounted" / "app.db"))


@fault(
    "tectonic",
    where="database",
    cause=("sign-in.register-failed", "app.database-unreachable"),
    caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT,
)
def database_read_only(plan: Plan) -> None:
    """The database can be read but not written."""
    file = plan.directory / "database" / "app.db"
    _connecting(plan, lambda: sqlite3.connect(f"file:{file}?mode=ro", uri=True, check_same_thread=False))


@fault(
    *APPS,
    where="database",
    cause="app.database-not-initialised",
    caught_by={
        "tectonic": checks.REGISTERING_CREATES_AN_ACCOUNT,
        "trading": (checks.ENDPOINT_ANSWERS_AS_DECLARED, checks.MONITORING_DATA_IS_FRESH),
    },
)
def tables_gone(plan: Plan) -> None:
    """The database answers and has no tables."""

    def change(app: Any) -> None:
        from sqlalchemy import MetaData

        store = app.state.accounts if hasattr(app.state, "accounts") else app.state.market
        there = MetaData()
        there.reflect(store.engine)
        there.drop_all(store.engine)

    plan.patch(change)
    for worker in plan.workers:
        worker.state = "absent"


@fault(
    "tectonic",
    where="database",
    cause="app.database-not-initialised",
    caught_by=checks.REGISTERING_CREATES_AN_ACCOUNT,
)
def tables_gone_in_postgresql(plan: Plan) -> None:
    """The database answers and has no tables, in PostgreSQL's words."""
    driver_error = type("UndefinedTable", (sqlite3.OperationalError,), {"__module__": "psycopg2.errors"})

    class Cursor(sqlite3.Cursor):
        def execute(self, sql: str, parameters: Any = (), /) -> Self:
            if "users" in sql:
                raise driver_error('relation "users" does not exist\nLINE 2: FROM users \n             ^\n')
            super().execute(sql, parameters)
            return self

    class Connection(sqlite3.Connection):
        def cursor(self, *_: Any, **__: Any) -> Any:
            return super().cursor(Cursor)

    _connecting(plan, lambda: sqlite3.connect(":memory:", factory=Connection, check_same_thread=False))


@fault(
    "tectonic",
    where="database",
    cause=("app.database-unreachable", "app.partial-outage"),
    caught_by=f"{checks.ENDPOINT_IS_STEADY}|{checks.ENDPOINT_ANSWERS_AS_DECLARED}",
)
def half_without_database(plan: Plan) -> None:
    """One of two instances cannot reach the database, and the edge keeps each connection at one instance."""
    plan.second_instance().patches.append(_connecting_by(_refusing(_REFUSED)))
    plan.options["per_connection"] = True
