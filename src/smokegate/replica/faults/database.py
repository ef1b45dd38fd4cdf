"""Faults of the database, behind applications whose health paths do not ask it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from smokegate.replica.plan import Patch, Plan

_REFUSED = (
    'connection to server at "10.203.4.17", port 5432 failed: Connection refused\n'
    "\tIs the server running on that host and accepting TCP/IP connections?\n"
)


def _connecting_by(connect: Callable[[], Any]) -> Patch:
    """Have every connection of an instance to the database made so, from the moment it has started."""

    def change(app: Any) -> None:
        from sqlalchemy import create_engine

        store = app.state.store
        store.engine.dispose()
        store.engine = create_engine("sqlite://", creator=connect)

    return change


def _connecting(plan: Plan, connect: Callable[[], Any]) -> None:
    """The same for all instances; nothing else keeps the data up to date."""
    plan.patch(_connecting_by(connect))
    plan.stop_workers()


def _refusing(text: str) -> Callable[[], Any]:
    """Fail as psycopg2 does; SQLAlchemy wraps the error as it would psycopg2's own."""
    driver_error = type("OperationalError", (sqlite3.OperationalError,), {"__module__": "psycopg2"})

    def connect() -> Any:
        raise driver_error(text)

    return connect


def failing_to_connect(plan: Plan, text: str) -> None:
    """Have each attempt to connect to the database end in an error with this text."""
    _connecting(plan, _refusing(text))


def database_file_gone(plan: Plan) -> None:
    """The directory of the SQLite file is gone: its disk was not mounted."""
    _connecting(plan, lambda: sqlite3.connect(plan.directory / "not-mounted" / "app.db"))


def database_read_only(plan: Plan) -> None:
    """The database can be read but not written."""
    file = plan.directory / "database" / "app.db"
    _connecting(plan, lambda: sqlite3.connect(f"file:{file}?mode=ro", uri=True, check_same_thread=False))


def tables_gone(plan: Plan) -> None:
    """The database answers and has no tables."""

    @plan.patch
    def change(app: Any) -> None:
        from sqlalchemy import MetaData

        store = app.state.store
        there = MetaData()
        there.reflect(store.engine)
        there.drop_all(store.engine)

    plan.stop_workers()


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


def half_without_database(plan: Plan) -> None:
    """One of two instances cannot reach the database, and the edge keeps each connection at one instance."""
    plan.second_instance().patches.append(_connecting_by(_refusing(_REFUSED)))
    plan.options["per_connection"] = True
