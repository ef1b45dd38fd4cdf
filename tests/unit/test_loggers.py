"""pytest goes over all loggers before each phase of a test, while our threads import libraries that make theirs."""

from __future__ import annotations

import logging

import pytest

from smokegate.plugin.start_up import keep_countable


def test_a_logger_that_is_made_while_pytest_goes_over_them_ends_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain dictionary would end the loop with `dictionary changed size during iteration`."""
    manager = logging.Logger.manager
    monkeypatch.setattr(manager, "loggerDict", dict(manager.loggerDict))
    keep_countable()
    logging.getLogger("smokegate-test.there")

    seen = 0
    for _ in manager.loggerDict.values():
        logging.getLogger(f"smokegate-test.made-{seen}")
        seen += 1

    assert seen > 0
    assert f"smokegate-test.made-{seen - 1}" in manager.loggerDict
