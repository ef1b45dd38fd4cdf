"""The hooks of a run that checks deployments, which `begin` registers; each calls the module that does the work."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from smokegate.plugin import blocking, collect, outcomes, start_up, suite_location, waiting
from smokegate.plugin.run_key import RUN


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Rehearse instead of testing, where that is requested."""
    run = config.stash[RUN]
    if not run.settings.rehearse:
        return None
    from smokegate.plugin import rehearsal  # noqa: PLC0415 - only where it is requested

    return rehearsal.main(config, run)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Collect the suite's files where the project's `python_files` does not match them and pytest would skip them."""
    if suite_location.is_collected(file_path, parent):
        return None
    made: pytest.Module | None = parent.ihook.pytest_pycollect_makemodule(module_path=file_path, parent=parent)
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Directory | None:
    """Skip the packages that are installed beside the suite."""
    return suite_location.way_to_the_suite(path, parent)


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every check its environments."""
    collect.parametrize(metafunc)


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem() -> Generator[None, Any, Any]:
    """Drop checks that need something which no environment declares."""
    made = yield
    return [item for item in made if not collect.is_empty(item)] if isinstance(made, list) else made


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None, Any, Any]:
    """Record all checks before any is deselected, in order: `--stepwise` leaves out what comes before."""
    run = config.stash[RUN]
    if run.embedded is not None:
        run.embedded.deselect(config, items)
    run.there = items[:] = collect.in_order(items)
    return (yield)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    """Record which checks the run will execute, now that every plugin has selected and sorted."""
    run = session.config.stash[RUN]
    with run.guarded("the plan of the run"):
        run.selected_by_id = collect.selected_by_id(session.config)
        collect.plan(run, run.there, session.items, leaves_out=collect.leaves_out(session))
    run.there = []


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> None:
    """Send the requests that the selected checks need; then wait until the deployment is ready, if requested."""
    run = session.config.stash[RUN]
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
    run = item.config.stash[RUN]
    run.touched.clear()
    run.clients.clear()
    run.item = item


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Block a check whose prerequisite failed, and explain a failed one in place of a traceback."""
    run = item.config.stash[RUN]
    blocking.block(item, run)
    try:
        return (yield)
    except AssertionError as broken:
        from smokegate.plugin import explanation  # noqa: PLC0415 - only where something failed

        explained = None
        with run.guarded("the explanation of a failure"):
            explained = explanation.explain(item, broken)
        if explained is None:
            raise
    raise explained


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, pytest.TestReport]:
    """Attach the check's outcome to pytest's report."""
    report: pytest.TestReport = yield
    with item.config.stash[RUN].guarded("the outcome of a check"):
        outcomes.note(item, call, report)
    return report


def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Call blocked and advisory outcomes by their names."""
    noted = getattr(report, outcomes.ATTRIBUTE, None)
    return None if noted is None else outcomes.LETTERS.get(noted["outcome"])
