"""What the trading backend says of itself, blind spots included."""

from __future__ import annotations

import json
from time import time
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from smokegate.replica.trading.market import Market, Snapshot

_STALE_SECONDS = 300


def summary(market: Market, started: float) -> dict[str, Any]:
    """The body of `/api/monitoring/summary`, always with status 200.

    As in the real backend an unreachable database only means "no cached state", which counts as healthy; and
    what goes wrong while the summary is made is reported inside it.
    """
    try:
        snapshot = market.read()
    except SQLAlchemyError:
        snapshot = None
    try:
        return _summary(snapshot, started)
    except Exception as error:  # noqa: BLE001 -- the real endpoint turns every failure into a 200 as well
        return {**_body("error", None, started), "errors": [f"{type(error).__name__}: {error}"]}


def _summary(snapshot: Snapshot | None, started: float) -> dict[str, Any]:
    if snapshot is None:
        return _body("healthy", None, started)
    state = json.loads(snapshot.payload)
    health = "unhealthy" if state["errors"] else "degraded" if state["partial"] else "healthy"
    age = round(time() - snapshot.synced_at, 3)
    return {
        **_body(health, age, started),
        "balances": len(state["balances"]),
        "open_orders": len(state["open_orders"]),
        "errors": state["errors"],
    }


def _body(health: str, last_sync: float | None, started: float) -> dict[str, Any]:
    return {
        "backend_health": health,
        "last_sync_seconds": last_sync,
        "uptime_seconds": round(time() - started, 3),
        "active_alerts": 0,
        "balances": 0,
        "open_orders": 0,
        "errors": [],
    }


def system(market: Market) -> tuple[int, dict[str, Any]]:
    """Status and body of `/api/health/system`: 503 without database, a 200 that says FAIL without tables."""
    try:
        market.ping()
    except SQLAlchemyError:
        return 503, {"global_status": "FAIL", "db_status": "down", "market_updater": {"status": "UNKNOWN"}}
    try:
        snapshot = market.read()
    except SQLAlchemyError as error:
        return 200, {
            "global_status": "FAIL",
            "db_status": "up",
            "market_updater": {"status": "FAIL", "error": str(error)},
        }
    age = None if snapshot is None else round(time() - snapshot.synced_at, 3)
    passing = age is not None and age < _STALE_SECONDS
    updater = {"status": "PASS" if passing else "FAIL", "last_heartbeat_seconds": age}
    return 200, {"global_status": "PASS" if passing else "FAIL", "db_status": "up", "market_updater": updater}
