"""Faults that the trading platform's monitoring reports, or should."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan


def cached(plan: Plan, changes: dict[str, Any] | str, age: float = 0.0) -> None:
    """Stop the updater and leave this state behind: the usual one with changes, or a text as it stands."""
    plan.stop_workers()

    def change(app: Any) -> None:
        from smokegate.replica.trading.market import dump, quotes

        payload = changes if isinstance(changes, str) else dump({**quotes(), **changes})
        app.state.market.write(payload, time() - age)

    plan.patch(change)


def updater_never_ran(plan: Plan) -> None:
    """The market updater never ran: there is no last sync, and the state is called healthy."""
    plan.stop_workers()
