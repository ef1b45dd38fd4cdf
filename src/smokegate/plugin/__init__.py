"""The pytest plugin, asked for with `-p smokegate`: hooks that call the modules that do the work.

PYTEST_DONT_REWRITE: our own command may have imported this module before pytest could.
Nothing heavy is imported here: a test run that does not ask for smoke tests pays for this file and the
options alone.
"""

from __future__ import annotations

import gc
from collections.abc import Generator
from typing import Any

import pytest

from smokegate.plugin import garbage as _garbage
from smokegate.plugin import options as _options

_MARKERS = (
    'needs(path, ...): what the environment file must declare for this test, such as "sign_in.delete"',
    (
        "advisory(by=None): a broken promise is a warning; "
        'with `by` as the file says there, such as "backend.monitoring.on_stale"'
    ),
)


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add `--env` and its companions."""
    _options.add_options(parser, pluginmanager)
    config = pluginmanager.get_plugin("pytestconfig")
    if isinstance(config, pytest.Config):
        _garbage.pause(config)
        from smokegate.plugin import ahead

        ahead.look_ahead(config, parser)


def _run(config: pytest.Config) -> Any:
    from smokegate.plugin.session import RUN

    return config.stash.get(RUN, None)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Load the environments and start looking before pytest collects.

    The network's time and pytest's own overlap.
    """
    settings = _options.settings(early_config, early_config.known_args_namespace)
    if settings is None or early_config.known_args_namespace.help:
        gc.enable()
        return
    from smokegate.plugin.ahead import POOL
    from smokegate.plugin.session import RUN, begin

    run = begin(settings, early_config.stash.get(POOL, None))
    early_config.stash[RUN] = run
    early_config.add_cleanup(run.close)
    if settings.whole and not settings.rehearse:
        run.start()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Name the markers, the report files and the way in which work is spread."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    run = _run(config)
    if run is None or run.settings.rehearse:
        return
    from smokegate.plugin import fixtures, reporting

    config.pluginmanager.register(fixtures, "smokegate-fixtures")
    config.pluginmanager.register(reporting.Reporting(run), "smokegate-telling")
    if _options.worker_slot() is None:
        reporting.name_reports(config, run)
        if run.settings.workers and config.option.tx:
            from smokegate.plugin import workers

            workers.limit_workers(config, run)
            config.pluginmanager.register(workers.Workers(run), "smokegate-workers")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Rehearse instead of testing, where that was asked for."""
    run = _run(config)
    if run is None or not run.settings.rehearse:
        return None
    from smokegate.plugin import rehearsal

    gc.enable()
    return rehearsal.main(config, run)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every smoke test its environments."""
    if _run(metafunc.config) is not None:
        from smokegate.plugin import collect

        collect.parametrize(metafunc)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Drop what no environment declares."""
    made = yield
    if isinstance(made, list) and _run(collector.config) is not None:
        from smokegate.plugin import collect

        made = [item for item in made if not collect.is_empty(item)]
    return made


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Take note of what the run sets out to do."""
    run = _run(config)
    if run is not None:
        from smokegate.plugin import collect

        collect.plan(run, items)


def pytest_runtestloop(session: pytest.Session) -> None:
    """Look at what the selected tests need, then wait until it is ready.

    Where all tests run, what they need was clear before collection, and looking has begun already.
    """
    run = _run(session.config)
    if run is None or session.config.option.collectonly:
        return
    _garbage.resume()
    from smokegate.plugin import collect, waiting

    if not run.settings.whole:
        run.start(collect.groups_of(session.items))
    waiting.until_ready(session.config, run)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Let a broken promise be told in a person's words instead of a traceback."""
    try:
        return (yield)
    except AssertionError as broken:
        from smokegate.plugin import failure

        told = failure.explain(item, broken)
        if told is None:
            raise
    raise told


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, pytest.TestReport]:
    """Attach the outcome of the promise to pytest's report."""
    report: pytest.TestReport = yield
    if _run(item.config) is not None:
        from smokegate.plugin import outcomes

        outcomes.note(item, call, report)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Call blocked and advisory outcomes by their names."""
    noted = getattr(report, "smokegate", None)
    if noted is None:
        return None
    from smokegate.plugin import outcomes

    return outcomes.LETTERS.get(noted["outcome"])
