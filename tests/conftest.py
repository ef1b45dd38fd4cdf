"""Which tests stay together on one worker of pytest-xdist, because they share something that is dear to start.

pytest-xdist's own mark for this, `xdist_group`, has no effect since pytest 9.2: it works by changing a test's id.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

#: Folders and files whose tests share a rehearsal, an engine, a browser or one long look.
TOGETHER = ("tests/faults/", "tests/containers/", "tests/browser/", "tests/hostile/test_servers.py")
#: Folders whose files share what they start; other tests are given to whichever worker is free.
BY_FILE = ("tests/unit/", "tests/packaging/")
#: Folders whose tests drive real browsers, engines, proxies and servers. One that fails is tried once more and counted
#: as "rerun" in the summary: on a starved machine one in some thousands fails, and each of them is to be looked at.
REAL = ("tests/faults/", "tests/containers/", "tests/browser/", "tests/hostile/", "tests/edges/", "tests/plugin/")
#: Tests of real proxies: those of one proxy share its process, and their ids begin with its name.
PROXIES = "tests/edges/"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let what drives real processes be tried once more where pytest-rerunfailures is there to say so."""
    if config.pluginmanager.hasplugin("rerunfailures"):
        for item in items:
            if item.nodeid.startswith(REAL):
                item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Give out whole groups of tests, the largest first, where `--dist=loadgroup` asks for groups."""
    if config.getoption("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only where tests run in parallel

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    return Groups(config, log)


def group(nodeid: str) -> str:
    """Return the group that a test belongs to, by its id."""
    file = nodeid.split("::", 1)[0]
    if file.startswith(PROXIES):
        return nodeid.partition("[")[2].partition("-")[0] or file
    shared = next((each for each in TOGETHER if file.startswith(each)), None)
    return shared or (file if file.startswith(BY_FILE) else nodeid)
