"""Which tests stay together on one worker of pytest-xdist, because they share something that is dear to start.

pytest-xdist's own mark for this, `xdist_group`, has no effect since pytest 9.2: it works by changing a test's id.
"""

from __future__ import annotations

import inspect
import os
import signal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

#: Folders and files whose tests share a rehearsal, a stack of containers or a browser: the longest first.
TOGETHER = (
    "tests/faults/",
    "tests/containers/test_stack.py",
    "tests/containers/test_fix.py",
    "tests/browser/",
    "tests/hostile/test_servers.py",
    "tests/containers/",
)
#: Folders whose files share what they start; other tests are given to whichever worker is free.
BY_FILE = ("tests/unit/", "tests/packaging/")
#: Folders whose tests drive real browsers, engines, proxies and servers. One that fails is tried once more and counted
#: as "rerun" in the summary: on a starved machine one in some thousands fails, and each of them is to be looked at.
REAL = (
    "tests/faults/",
    "tests/containers/",
    "tests/browser/",
    "tests/hostile/",
    "tests/edges/",
    "tests/field/",
    "tests/plugin/",
    "tests/packaging/",
    "tests/unit/commands/",
    "tests/unit/observation/",
    "tests/unit/replica/",
    "tests/unit/server/",
)
FAILED = pytest.StashKey[bool]()
"""Whether a test has failed that may be tried once more."""
#: Tests of real proxies: those of one proxy share its process, and their ids begin with its name.
PROXIES = "tests/edges/"


# A shell has its background jobs ignore what Ctrl-C sends, and so would every process that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let what drives real processes be tried once more where pytest-rerunfailures is there to say so.

    On a worker what takes long in one piece comes first, and what can be given out singly fills the rest.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: rank(item.nodeid))
    if config.pluginmanager.hasplugin("rerunfailures"):
        for item in items:
            if item.nodeid.startswith(REAL):
                item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Forget the results that a failed test has read from fixtures of its module: tried again, it would read the same.

    What such a fixture returns is a result; what it yields runs on, and so does what was made of a result.
    """
    skipped = call.excinfo is not None and isinstance(call.excinfo.value, pytest.skip.Exception)
    if call.excinfo is not None and not skipped and item.get_closest_marker("flaky"):
        item.stash[FAILED] = True
    if call.when == "teardown" and item.stash.get(FAILED, False):
        item.stash[FAILED] = False
        for fixtures in item._fixtureinfo.name2fixturedefs.values():  # type: ignore[attr-defined]
            for each in fixtures:
                if each.scope != "function" and not inspect.isgeneratorfunction(each.func):
                    each.cached_result = None  # as pytest-rerunfailures does with a fixture that failed
                    each._finalizers.clear()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Give out whole groups of tests, in the order of `rank`, where `--dist=loadgroup` asks for groups."""
    if config.getoption("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - only where tests run in parallel

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group(nodeid)

    config.option.loadscopereorder = False
    return Groups(config, log)


def group(nodeid: str) -> str:
    """Return the group that a test belongs to, by its id."""
    file = nodeid.split("::", 1)[0]
    if file.startswith(PROXIES):
        return nodeid.partition("[")[2].partition("-")[0] or file
    shared = next((each for each in TOGETHER if file.startswith(each)), None)
    return shared or (file if file.startswith(BY_FILE) else nodeid)


def rank(nodeid: str) -> int:
    """Return when a test's group is given out: what is shared in its order, then whole files, then single tests."""
    shared = next((index for index, each in enumerate(TOGETHER) if nodeid.startswith(each)), None)
    if shared is not None:
        return shared
    return len(TOGETHER) + (0 if nodeid.startswith(PROXIES) else 1 if nodeid.startswith(BY_FILE) else 2)
