"""Faults that the trading platform's monitoring reports, or should."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, Any

from smokegate.replica.catalogue import fault
from smokegate.replica.faults import checks
from smokegate.replica.faults.shaping import instead

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan

_SUMMARY = "/api/monitoring/summary"
_HOUR = 3600.0


def _cached(plan: Plan, changes: dict[str, Any] | str, age: float = 0.0) -> None:
    """Stop the updater and leave this state behind: the usual one with changes, or a text as it stands."""
    for worker in plan.workers:
        worker.state = "absent"

    def change(app: Any) -> None:
        from smokegate.replica.trading.market import dump, quotes

        payload = changes if isinstance(changes, str) else dump({**quotes(), **changes})
        app.state.market.write(payload, time() - age)

    plan.patch(change)


@fault("trading", where="app", cause="monitoring.error", caught_by=checks.MONITORING_GIVES_A_KNOWN_STATUS)
def monitoring_error(plan: Plan) -> None:
    """The cached state is malformed: the summary answers 200 and says error inside."""
    _cached(plan, '{"balances": [{"asset": "BTC", "amo')


@fault("trading", where="app", cause="monitoring.error", caught_by=checks.MONITORING_GIVES_A_KNOWN_STATUS)
def monitoring_error_of_keys(plan: Plan) -> None:
    """The cached state lacks a part: the summary answers 200 and says error inside."""
    _cached(plan, '{"balances": []}')


@fault(
    "trading",
    where="app",
    cause=("app.error", "monitoring.error"),
    caught_by=checks.MONITORING_GIVES_A_KNOWN_STATUS,
)
def monitoring_fails(plan: Plan) -> None:
    """The summary ends in an unhandled error."""
    instead(plan, _SUMMARY, 500, "Internal Server Error")


@fault("trading", where="app", cause="app.promise-broken", caught_by=checks.MONITORING_GIVES_A_KNOWN_STATUS)
def monitoring_missing(plan: Plan) -> None:
    """The summary is not there."""
    instead(plan, _SUMMARY, 404, {"detail": "Not Found"})


@fault(
    "trading",
    where="app",
    cause=("app.promise-broken", "monitoring.error"),
    caught_by=checks.MONITORING_GIVES_A_KNOWN_STATUS,
)
def monitoring_without_status(plan: Plan) -> None:
    """The summary answers 200 without a backend_health."""
    instead(plan, _SUMMARY, 200, {"uptime_seconds": 12.0})


@fault(
    "trading",
    where="app",
    cause=("app.promise-broken", "monitoring.error"),
    caught_by=checks.MONITORING_GIVES_A_KNOWN_STATUS,
)
def monitoring_status_unknown(plan: Plan) -> None:
    """The summary gives a status that is not one of the documented ones."""
    instead(plan, _SUMMARY, 200, {"backend_health": "sideways", "last_sync_seconds": 1.0})


@fault(
    "trading",
    where="app",
    cause="monitoring.stale",
    caught_by=(checks.ENDPOINT_ANSWERS_AS_DECLARED, checks.MONITORING_DATA_IS_FRESH),
)
def updater_stopped(plan: Plan) -> None:
    """The market updater stopped an hour ago: the state is old and still called healthy."""
    _cached(plan, {}, age=_HOUR)


@fault(
    "trading",
    where="app",
    cause="monitoring.stale",
    caught_by=(checks.ENDPOINT_ANSWERS_AS_DECLARED, checks.MONITORING_DATA_IS_FRESH),
)
def updater_never_ran(plan: Plan) -> None:
    """The market updater never ran: there is no last sync, and the state is called healthy."""
    for worker in plan.workers:
        worker.state = "absent"


@fault(
    "trading",
    where="app",
    cause="monitoring.degraded",
    caught_by=checks.MONITORING_IS_NOT_DEGRADED,
    verdict="WARN",
)
def degraded(plan: Plan) -> None:
    """The cached state is partial: the summary says degraded."""
    _cached(plan, {"partial": True})


@fault(
    "trading",
    where="app",
    cause="monitoring.unhealthy",
    caught_by=checks.MONITORING_IS_NOT_UNHEALTHY,
    verdict="WARN",
)
def trading_unhealthy(plan: Plan) -> None:
    """The cached state lists errors: the summary says unhealthy."""
    _cached(plan, {"errors": ["exchange API key was rejected"]})


@fault("trading", where="app", cause="monitoring.stale", caught_by=checks.MONITORING_DATA_IS_FRESH)
def clock_ahead(plan: Plan) -> None:
    """The updater's clock is two hours ahead: the data claims to be from the future, and never grows old."""
    _cached(plan, {}, age=-2 * _HOUR)
