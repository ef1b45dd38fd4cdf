"""Which smoke tests an environment gets: those whose capabilities its file declares."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

import pytest

from smokegate.environment.coverage import declared
from smokegate.plugin.session import RUN, Run

if TYPE_CHECKING:
    from smokegate.observation.observer import Group

#: Fixture → what the file must declare for a test that uses it, and the group of probes that it reads.
CAPABILITIES: dict[str, tuple[str, Group]] = {
    "health": ("backend", "health"),
    "samples": ("backend", "health"),
    "endpoint": ("backend.endpoints", "endpoints"),
    "monitoring": ("backend.monitoring", "monitoring"),
    "sign_in": ("sign_in", "sign_in"),
    "page": ("frontend", "frontend"),
    "version": ("version", "version"),
    "server": ("server", "server"),
    "compose": ("compose", "server"),
}


def needs(function: pytest.Function | pytest.Metafunc) -> list[str]:
    """Return the dotted paths that the file must declare for a test, by its fixtures and `needs` markers."""
    definition = function.definition if isinstance(function, pytest.Metafunc) else function
    of_fixtures = [CAPABILITIES[name][0] for name in function.fixturenames if name in CAPABILITIES]
    of_markers = [path for marker in definition.iter_markers("needs") for path in marker.args]
    return [*of_fixtures, *of_markers]


def parametrize(metafunc: pytest.Metafunc) -> None:
    """Give a test one case per environment that declares what it needs, and per endpoint if it asks."""
    run = metafunc.config.stash.get(RUN, None)
    if run is None or "environment_name" not in metafunc.fixturenames:
        return
    wanted = needs(metafunc)
    able = [e for e in run.environments if all(declared(e, p) for p in wanted if not p.startswith("endpoint."))]
    if "endpoint" not in metafunc.fixturenames:
        metafunc.parametrize("environment_name", [e.name for e in able], scope="session", indirect=True)
        return
    cases = [
        pytest.param(e.name, index, id=f"{e.name}-{endpoint.label}")
        for e in able
        for index, endpoint in enumerate(e.backend.endpoints)
        if all(getattr(endpoint, p.removeprefix("endpoint.")) for p in wanted if p.startswith("endpoint."))
    ]
    metafunc.parametrize(("environment_name", "endpoint_index"), cases, scope="session", indirect=["environment_name"])


def plan(run: Run, items: Iterable[pytest.Item]) -> None:
    """Take note of the tests that the run sets out to do, so that none can get lost."""
    for item in items:
        name = environment_of(item)
        if name in run.planned:
            run.planned[name].add(item.nodeid)


def is_empty(item: pytest.Item | pytest.Collector) -> bool:
    """Whether this is the case that pytest makes of an empty list of environments.

    What is not declared is not collected.
    """
    callspec = getattr(item, "callspec", None)
    return callspec is not None and "environment_name" in callspec.params and environment_of(item) is None


def environment_of(item: pytest.Item | pytest.Collector) -> str | None:
    """Return the environment that a test is about, None where it is about none."""
    callspec = getattr(item, "callspec", None)
    name = callspec.params.get("environment_name") if callspec else None
    return name if isinstance(name, str) else None


def environment_in(nodeid: str, names: Iterable[str]) -> str | None:
    """Return which environment a test id names.

    The longest name counts, since `local-trading` begins like `local`.
    """
    case = nodeid.partition("[")[2]
    longest_first = sorted(names, key=len, reverse=True)
    return next((n for n in longest_first if case == f"{n}]" or case.startswith(f"{n}-")), None)


def groups_of(items: Iterable[pytest.Item]) -> dict[str, Collection[Group]]:
    """Return which groups of probes the selected tests need, per environment."""
    found: dict[str, set[Group]] = {}
    for item in items:
        name = environment_of(item)
        if name is not None:
            wanted = {CAPABILITIES[f][1] for f in getattr(item, "fixturenames", ()) if f in CAPABILITIES}
            found.setdefault(name, {"health"}).update(wanted)
    return dict(found)
