"""The market state that the updater caches in the database and the backend reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from time import time
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    delete,
    insert,
    select,
    text,
)

metadata = MetaData()
market_state = Table(
    "market_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("payload", Text, nullable=False),
    Column("synced_at", Float, nullable=False),
)
_ONLY = 1


@dataclass(frozen=True)
class Snapshot:
    """One cached state: `payload` is JSON as it was written, `synced_at` is in seconds since 1970."""

    payload: str
    synced_at: float


class Market:
    """The cached state. Every method raises SQLAlchemy's errors as they come."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def initialise(self) -> None:
        """Create the tables that are not there."""
        metadata.create_all(self.engine)

    def ping(self) -> None:
        """Query the database for anything at all."""
        with self.engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def read(self) -> Snapshot | None:
        """The cached state; None before the first one is written."""
        with self.engine.connect() as connection:
            row = connection.execute(select(market_state).where(market_state.c.id == _ONLY)).first()
        return Snapshot(row.payload, row.synced_at) if row else None

    def write(self, payload: str, synced_at: float | None = None) -> None:
        """Replace the cached state, as of now unless an age is given."""
        when = time() if synced_at is None else synced_at
        with self.engine.begin() as connection:
            connection.execute(delete(market_state).where(market_state.c.id == _ONLY))
            connection.execute(insert(market_state).values(id=_ONLY, payload=payload, synced_at=when))


def open_market(database_url: str) -> Market:
    """Connect (at the first query) to the database of a SQLAlchemy URL."""
    return Market(create_engine(database_url, pool_pre_ping=True))


def quotes() -> dict[str, Any]:
    """A made-up but complete state of the market: there is no real one here."""
    return {
        "balances": [{"asset": "BTC", "amount": 0.5}, {"asset": "USDT", "amount": 1200.0}],
        "open_orders": [],
        "errors": [],
        "partial": False,
    }


def dump(state: dict[str, Any]) -> str:
    """A state as it is cached."""
    return json.dumps(state)
