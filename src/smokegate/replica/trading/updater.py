"""The market updater: a worker that renews the cached market state.

`python -m smokegate.replica.trading.updater` runs it until it is stopped.

Variables: `DATABASE_URL`, as for the backend, and `UPDATE_SECONDS` between two updates (2 without it).
"""

from __future__ import annotations

import os
import sys
from threading import Event
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from smokegate.replica.trading.market import Market, dump, open_market, quotes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def run(variables: Mapping[str, str], started: Callable[[], None] = lambda: None, stop: Event | None = None) -> None:
    """Update until `stop` is set (never, without one). `started` is called once, after the first attempt.

    An update that fails is reported on stderr and tried again in its turn, as long as it takes.
    """
    stop = stop or Event()
    pause = float(variables.get("UPDATE_SECONDS", "2"))
    market = open_market(variables.get("DATABASE_URL") or "sqlite:///./trading.db")
    try:
        _update(market)
        started()
        while not stop.wait(pause):
            _update(market)
    finally:
        market.engine.dispose()


def _update(market: Market) -> None:
    try:
        market.write(dump(quotes()))
    except SQLAlchemyError as error:
        sys.stderr.write(f"market updater: update failed: {error}\n")


if __name__ == "__main__":
    run(os.environ)
