"""The pytest plugin, enabled with `-p smokegate`: hooks that call the modules that do the work.

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


def pytest_addoption(parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
    """Add `--env` and its companions."""
    with _starting():
        _suite_location.leave_unrewritten(pluginmanager)
        _options.add_options(parser, pluginmanager)
        if sys.stdout is None or sys.stderr is None:
            from smokegate import standard_streams

            standard_streams.ensure()


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


def _run(config: pytest.Config) -> Any:
    from smokegate.plugin.run_key import RUN

    return config.stash.get(RUN, None)


def _given(config: pytest.Config) -> tuple[Any, Any]:
    """Return the settings and the connection pool that a smokegate command passed to this run, or None for each."""
    if "smokegate.plugin.embedded" not in sys.modules:
        return None, None
    from smokegate.plugin.embedded import Embedded, Lent

    return Embedded.of(config), Lent.of(config)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Load the environments, and have the suite collected where no paths are named."""
    with _starting():
        _begin(early_config, args)


def _begin(early_config: pytest.Config, args: list[str]) -> None:
    _compatible_page.keep_hooks(early_config.pluginmanager)
    known = early_config.known_args_namespace
    embedded, pool = _given(early_config)
    settings = embedded.settings if embedded is not None else _options.settings(early_config, known)
    if settings is None or known.help or known.version:
        return
    from smokegate.plugin import begin

    if settings.explicit and not known.file_or_dir:
        paths = _options.check_paths(early_config)
        args[:0] = paths  # not at the end: a bare `--wait` there would take the first one for its value
        known.file_or_dir = paths
    begin.start(early_config, settings, embedded, pool, sys.modules[__name__])


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
    run = _run(config)
    if run is None or run.settings.rehearse:
        return
    from smokegate.plugin import begin

    begin.register(config, run)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Rehearse instead of testing, where that is requested."""
    run = _run(config)
    if run is None or not run.settings.rehearse:
        return None
    from smokegate.plugin import rehearsal

    return rehearsal.main(config, run)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Collect the suite's files where the project's `python_files` does not match them and pytest would skip them."""
    from smokegate.plugin import suite_location

    if _run(parent.config) is None or suite_location.is_collected(file_path, parent):
        return None
    made: pytest.Module | None = parent.ihook.pytest_pycollect_makemodule(module_path=file_path, parent=parent)
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Directory | None:
    """Skip the packages that are installed beside the suite."""
    from smokegate.plugin import suite_location

    return None if _run(parent.config) is None else suite_location.way_to_the_suite(path, parent)


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Name the suite's modules the same wherever they are installed: `smokegate/test_health.py`."""
    from smokegate.plugin import suite_location

    return suite_location.module_of_the_suite(module_path, parent)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every check its environments."""
    if _run(metafunc.config) is not None:
        from smokegate.plugin import collect

        collect.parametrize(metafunc)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Drop checks that need something which no environment declares."""
    made = yield
    if isinstance(made, list) and _run(collector.config) is not None:
        from smokegate.plugin import collect

        made = [item for item in made if not collect.is_empty(item)]
    return made


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, Any, Any]:
    """Record all checks before any is deselected; deselect the suite where no environment is named."""
    run = _run(config)
    if run is not None and run.embedded is not None:
        run.embedded.deselect(config, items)
    from smokegate.plugin import collect

    if run is not None:
        run.there = items[:] = collect.in_order(items)  # now already: `--stepwise` leaves out what comes before
    result = yield
    if run is None:
        collect.deselect_unasked(config, items)
    return result


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Record which checks the run will execute, now that every plugin has selected and sorted."""
    run = _run(session.config)
    if run is not None:
        from smokegate.plugin import collect

        with run.guarded("the plan of the run"):
            run.named_singly = collect.named_singly(session.config)
            collect.plan(run, run.there, session.items)
        run.there = []


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Send the requests that the selected checks need; then wait until the deployment is ready, if requested."""
    run = _run(session.config)
    if run is None:
        return
    from smokegate.plugin import collect, start_up, waiting

    start_up.over(session.config)
    if not run.settings.observes:
        return
    if getattr(session.config.option, "tx", None):  # the workers send the requests
        waiting.begin(session.config, run)
        return
    with run.guarded("the start of the requests"):
        run.start(collect.groups_of(session.items))
        waiting.begin(session.config, run)
        waiting.until_ready(run)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Forget what the test before has read and sent."""
    run = _run(item.config)
    if run is not None:
        run.touched.clear()
        run.clients.clear()
        run.item = item


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Block a check whose prerequisite failed, and explain a failed one in place of a traceback."""
    run = _run(item.config)
    if run is not None:
        from smokegate.plugin import blocking

        blocking.block(item, run)
    try:
        return (yield)
    except AssertionError as broken:
        from smokegate.plugin import failure

        explained = None
        if run is not None:
            with run.guarded("the explanation of a failure"):
                explained = failure.explain(item, broken)
        if explained is None:
            raise
    raise explained


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, pytest.TestReport]:
    """Attach the check's outcome to pytest's report."""
    report: pytest.TestReport = yield
    run = _run(item.config)
    if run is not None:
        from smokegate.plugin import outcomes

        with run.guarded("the outcome of a check"):
            outcomes.note(item, call, report)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Call blocked and advisory outcomes by their names."""
    noted = getattr(report, "smokegate", None)
    if noted is None:
        return None
    from smokegate.plugin import outcomes

    return outcomes.LETTERS.get(noted["outcome"])
