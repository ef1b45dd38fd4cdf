"""Which checks an environment gets, in which order they run, and what their requests are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

import pytest

from smokegate.plugin import fixtures
from smokegate.plugin.check import Check, check_of
from smokegate.plugin.fixtures import Case
from smokegate.plugin.run_key import RUN
from smokegate.plugin.suite_location import suite_directory

if TYPE_CHECKING:
    from smokegate.observation.plan.step import Group
    from smokegate.plugin.session import Run

FIXTURE = "deployment"


def check_in(item: pytest.Item | pytest.Metafunc) -> Check:
    """Return what a test states as a check."""
    return check_of(getattr(item, "function", item))


def uses_deployment(item: pytest.Item) -> bool:
    """Whether a test uses our `deployment`, and not a fixture of the same name that is someone else's."""
    if FIXTURE not in getattr(item, "fixturenames", ()):
        return False
    found = item._fixtureinfo.name2fixturedefs.get(FIXTURE, ())  # type: ignore[attr-defined] # noqa: SLF001 - pytest has no public way
    return not found or found[-1].func.__module__ == fixtures.__name__


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give a check one case per environment that declares what it needs, and per endpoint if it states that."""
    run = metafunc.config.stash.get(RUN, None)
    if run is None or FIXTURE not in metafunc.fixturenames:
        return
    stated = check_in(metafunc)
    run.codes.add(stated.code)
    cases: list[Case] = []
    for environment in run.environments:
        if not stated.applies_to(environment):
            continue
        if not stated.per_endpoint:
            cases.append(Case(environment.name))
            continue
        for index, endpoint in enumerate(environment.backend.endpoints):
            if stated.applies_to_endpoint(endpoint):
                cases.append(Case(environment.name, index, endpoint.label))
    metafunc.parametrize(FIXTURE, cases, ids=[case.id for case in cases], scope="session", indirect=True)


def case_of(item: pytest.Item | pytest.Collector) -> Case | None:
    """Return which case a test is, None where it is about no environment."""
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get(FIXTURE) if callspec else None
    return case if isinstance(case, Case) else None


def environment_of(item: pytest.Item | pytest.Collector) -> str | None:
    """Return the environment that a test is about, None where it is about none."""
    case = case_of(item)
    return case.environment if case else None


def is_empty(item: pytest.Item | pytest.Collector) -> bool:
    """Whether this is the case that pytest makes of an empty list of environments.

    What is not declared is not collected.
    """
    callspec = getattr(item, "callspec", None)
    return callspec is not None and FIXTURE in callspec.params and case_of(item) is None


def environment_in(nodeid: str, names: Iterable[str]) -> str | None:
    """Return which environment a test id names.

    The longest name counts, since `local-trading` begins like `local`.
    """
    case = nodeid.partition("[")[2]
    longest_first = sorted(names, key=len, reverse=True)
    return next((n for n in longest_first if case == f"{n}]" or case.startswith(f"{n}-")), None)


def plan(run: Run, collected: Sequence[pytest.Item], selected: list[pytest.Item], *, leaves_out: bool = False) -> None:
    """Record which checks the run will execute, so that none can get lost, and put prerequisites first.

    Args:
        run: whose plan it is.
        collected: every test that was collected.
        selected: those of them that will be executed.
        leaves_out: whether files were ignored, or could not be collected.
    """
    for item in collected:
        name = environment_of(item)
        if name is not None:
            stated = check_in(item)
            run.checks.setdefault(stated.code, stated)
    for item in selected:
        name = environment_of(item)
        if name in run.planned:
            run.planned[name][item.nodeid] = check_in(item).code
    there, chosen = Counter(map(environment_of, collected)), Counter(map(environment_of, selected))
    missing = {file.name for file in suite_directory().glob("test_*.py")} - run.modules
    if missing or run.selected_by_id or leaves_out:
        run.codes.clear()
    for name in run.planned:
        run.partial[name] = _partial(len(missing), chosen[name], there[name], singly=run.selected_by_id)
    selected[:] = in_order(selected)


def _partial(missing: int, chosen: int, there: int, *, singly: bool) -> str:
    """Return why not all checks of an environment are in the run, empty where all are."""
    if missing:
        return f"partial run: {missing} of the suite's files were not run"
    if chosen < there:
        return f"partial run: only {chosen} of {there} checks were selected"
    return "partial run: only single tests were selected" if singly else ""


def in_order(items: Sequence[pytest.Item]) -> list[pytest.Item]:
    """Return the tests with each check after its prerequisites, otherwise in the order in which they were."""
    of_code: dict[tuple[str | None, str], list[pytest.Item]] = {}
    for item in items:
        of_code.setdefault((environment_of(item), check_in(item).code), []).append(item)
    ordered: dict[pytest.Item, None] = {}
    begun: set[pytest.Item] = set()

    def add(item: pytest.Item) -> None:
        if item in begun:  # done, or a circle
            return
        begun.add(item)
        name = environment_of(item)
        for code in check_in(item).after if name is not None else ():
            for before in of_code.get((name, code), ()):
                add(before)
        ordered[item] = None

    for item in items:
        add(item)
    return list(ordered)


def groups_of(items: Iterable[pytest.Item]) -> dict[str, Collection[Group]]:
    """Return which groups of requests the selected checks read, per environment."""
    found: dict[str, set[Group]] = {}
    for item in items:
        name = environment_of(item)
        if name is not None:
            found.setdefault(name, set()).update(check_in(item).reads or ())
    return dict(found)


def deselect_unasked(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect, and count, the checks of a run that names no environment."""
    unasked = [item for item in items if uses_deployment(item)]
    if unasked:
        config.hook.pytest_deselected(items=unasked)
        items[:] = [item for item in items if item not in set(unasked)]


def leaves_out(session: pytest.Session) -> bool:
    """Whether files were left out by `--ignore`, or because they could not be collected."""
    option = session.config.option
    return bool(option.ignore or option.ignore_glob or session.testsfailed)


def selected_by_id(config: pytest.Config) -> bool:
    """Whether single tests were named on the command line, or only those that failed last are run."""
    failed_last = getattr(config.option, "lf", False) and getattr(config, "cache", None) is not None
    return any("::" in str(each) for each in config.args) or (
        failed_last and bool(config.cache.get("cache/lastfailed", {}))
    )
