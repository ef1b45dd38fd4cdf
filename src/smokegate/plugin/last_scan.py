"""The end of a run: what pytest's writers could not write takes nothing else with it, and every file is scanned."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from smokegate.plugin.reporting import Reporting


@contextlib.contextmanager
def kept_unless_replaced(file: Path | None) -> Generator[None, Any, Any]:
    """Keep the old file if rewriting it fails half-way: pytest's writer truncates it first."""
    if file is None or not file.is_file():
        yield
        return
    before = file.with_name(f".{file.name}.before")
    with contextlib.suppress(OSError):
        file.replace(before)
    try:
        yield
    except BaseException:
        with contextlib.suppress(OSError):
            before.replace(file)
        raise
    with contextlib.suppress(OSError):
        before.unlink() if file.exists() else before.replace(file)


class LastScan:
    """Looks for secrets in every file of the run when all are written, before the verdict is shown."""

    def __init__(self, reporting: Reporting) -> None:
        self._reporting = reporting

    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """Scan after the writers, which run inside this."""
        option = session.config.option
        xml = Path(option.xmlpath) if getattr(option, "xmlpath", None) else None
        try:
            with kept_unless_replaced(xml):
                result = yield
        except Exception as error:  # noqa: BLE001 - a report that cannot be written changes no verdict
            if self._reporting.output is not None:
                self._reporting.output.problem(f"not written: a report of pytest: {error}")
            result = None
        files = [getattr(option, name, None) for name in ("htmlpath", "xmlpath", "log_file")]
        if session.config.pluginmanager.hasplugin("logging"):  # `-p no:logging` leaves its settings undefined
            files.append(session.config.getini("log_file"))
        if self._reporting.output is not None:
            self._reporting.output.withhold([Path(file) for file in files if file])
        return result
