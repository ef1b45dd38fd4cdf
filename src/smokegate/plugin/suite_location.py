"""Where the suite's files are: in the installed package, or in the checkout of an editable install.

`tests/smoke` is their only source. The wheel carries it as `smokegate.suite`; an editable install has no such
folder, because a build's mapping of files is not applied to it, so there the checkout's own folder is used.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest
from _pytest.pathlib import fnmatch_ex  # how pytest compares, which has no public name

from smokegate.diagnosis.outcome import SUITE
from smokegate.plugin.run_key import RUN

PACKAGE = Path(__file__).resolve().parents[1]
INSTALLED = PACKAGE / "suite"
CHECKOUT = PACKAGE.parents[1] / "tests" / "smoke"
SHOWN = SUITE.rstrip("/")
"""The folder that the ids of the suite's tests begin with, wherever the suite is."""


class SuiteNotFoundError(Exception):
    """The installation carries no suite; the text says where it was looked for and what to do."""


@cache
def suite_directory() -> Path:
    """Return the folder that holds the suite's tests, in the package or in a checkout around it."""
    for folder in (INSTALLED, CHECKOUT):
        if (folder / "__init__.py").is_file():
            return folder
    raise SuiteNotFoundError(
        f"this installation of smokegate carries no suite: expected {INSTALLED} or {CHECKOUT}; "
        "install it again: pip install --force-reinstall smokegate"
    )


def is_in_suite(path: Path) -> bool:
    """Whether a file is one of the suite's, and not a team's own."""
    try:
        return path.parent == suite_directory()
    except SuiteNotFoundError:
        return False


def shown_ids(words: list[str], here: Path) -> list[str]:
    """Return test ids as the run shows them: those of files of the suite by the suite's own name."""
    found = []
    for word in words:
        path, separator, rest = word.partition("::")
        file = here / path
        found.append(f"{SHOWN}/{file.name}{separator}{rest}" if path and is_in_suite(file) else word)
    return found


def is_collected(path: Path, parent: pytest.Collector) -> bool:
    """Whether the plugin leaves a file alone: pytest collects it itself, or it is not a test file of the suite."""
    if not is_in_suite(path) or not path.name.startswith("test_"):
        return True
    patterns = parent.config.getini("python_files")
    return parent.session.isinitpath(path) or any(fnmatch_ex(pattern, path) for pattern in patterns)


class SuiteModule(pytest.Module):
    """A module of the suite: which functions are tests is not for the project's `python_functions` to say."""

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Note that this file takes part: pytest makes a module of each file beside a named one, and collects few."""
        run = self.config.stash.get(RUN, None)
        if run is not None:
            run.modules.add(self.path.name)
        return super().collect()

    def funcnamefilter(self, name: str) -> bool:
        """Whether a function is a test by its name."""
        return name.startswith("test_")

    def classnamefilter(self, name: str) -> bool:  # noqa: ARG002 - pytest gives it
        """The suite has no classes of tests."""
        return False


def module_of_the_suite(path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Return a module of the suite with the id that it has in every installation, None for any other module."""
    if not is_in_suite(path):
        return None
    module: pytest.Module = SuiteModule.from_parent(parent, path=path, nodeid=f"{SHOWN}/{path.name}")
    return module


class WayToSuite(pytest.Directory):
    """A directory in which the suite is installed, and with it every other package: only what was named is collected.

    pytest asks its plugins about each entry, and makes a node of each package: of hundreds where a virtual environment
    is in the project.
    """

    def collect(self) -> Iterable[pytest.Item | pytest.Collector]:
        """Yield what was named, and the directories that lead to it."""
        for path in sorted(self.path.iterdir()):
            if not self.session.isinitpath(path, with_parents=True):
                continue
            if not path.is_dir():
                yield from self.ihook.pytest_collect_file(file_path=path, parent=self)
            elif (found := self.ihook.pytest_collect_directory(path=path, parent=self)) is not None:
                yield found


def way_to_the_suite(path: Path, parent: pytest.Collector) -> pytest.Directory | None:
    """Return a directory above the installed suite, None for any other, and for one that was named itself."""
    if path not in {PACKAGE, PACKAGE.parent} or not INSTALLED.is_dir() or parent.session.isinitpath(path):
        return None
    way: pytest.Directory = WayToSuite.from_parent(parent, path=path)
    return way


def leave_unrewritten(pluginmanager: pytest.PytestPluginManager) -> None:
    """Take back that pytest marks all modules of a package named with `-p` for the rewriting of assertions.

    The suite's modules are test files, which are rewritten in any case; in all others rewriting costs start-up time.
    """
    hook = pluginmanager.rewrite_hook
    marked = getattr(hook, "_must_rewrite", None)  # there is no public way to take a name back
    if isinstance(marked, set):
        marked -= {name for name in marked if name.partition(".")[0] == "smokegate"}
        getattr(hook, "_marked_for_rewrite_cache", {}).clear()
