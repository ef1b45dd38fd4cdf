"""The pytest plugin, enabled with `-p smokegate`: what every test run gets; `hooks` has what a run of ours does.

PYTEST_DONT_REWRITE: our own command may have imported this module before pytest could.
Nothing heavy is imported here: a test run without `--env` pays for this file and the options alone.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from smokegate.plugin import compatible_page as _compatible_page
from smokegate.plugin import options as _options
from smokegate.plugin import suite_location as _suite_location
from smokegate.plugin.run_key import EMBEDDED, LENT, RUN


@contextmanager
def _starting() -> Generator[None]:
    """Report an error of ours in one line while there is no run yet that could record it."""
    try:
        yield
    except pytest.UsageError:
        raise
    except Exception as error:
        from smokegate.plugin import hook_guard

        raise hook_guard.startup_error(error) from error


@_starting()
def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add `--env` and its companions."""
    _suite_location.leave_unrewritten(pluginmanager)
    _options.add_options(parser, pluginmanager)
    if sys.stdout is None or sys.stderr is None:
        from smokegate import standard_streams

        standard_streams.ensure()


@pytest.hookimpl(tryfirst=True)
@_starting()
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Load the environments, and have the suite collected where no paths are named."""
    _compatible_page.keep_hooks(early_config.pluginmanager)
    known = early_config.known_args_namespace
    embedded, lent = map(early_config.pluginmanager.get_plugin, (EMBEDDED, LENT))
    settings = embedded.settings if embedded is not None else _options.settings(early_config, known)
    if settings is None or known.help or known.version:
        return
    from smokegate.plugin import begin

    if settings.explicit and not known.file_or_dir:
        paths = _options.check_paths(early_config)
        args[:0] = paths  # not at the end: a bare `--wait` there would take the first one for its value
        known.file_or_dir = paths
    begin.start(early_config, settings, embedded, lent and lent.pool, sys.modules[__name__])


@pytest.hookimpl(wrapper=True, specname="pytest_load_initial_conftests")
def pytest_misspelt_options(early_config: pytest.Config, args: list[str]) -> Generator[None, Any, Any]:
    """Say "did you mean" of an option, once every plugin and conftest has defined its own."""
    result = yield
    _options.refuse_misspelt_options(early_config, args)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the fixture, the report files and the way in which work is spread."""
    from smokegate.plugin import fixtures

    config.pluginmanager.register(fixtures, "smokegate-fixtures")
    run = config.stash.get(RUN, None)
    if run is not None and not run.settings.rehearse:
        from smokegate.plugin import begin

        begin.register(config, run)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Name the suite's modules the same wherever they are installed: `smokegate/test_health.py`."""
    return _suite_location.module_of_the_suite(module_path, parent)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, Any, Any]:
    """Deselect the suite where no environment is named."""
    result = yield
    if RUN not in config.stash:
        from smokegate.plugin import collect

        collect.deselect_unasked(config, items)
    return result
