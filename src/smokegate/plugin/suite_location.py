"""Where the suite's files are: in the installed package, or in the checkout of an editable install.

`tests/smoke` is their only source. The wheel carries it as `smokegate.suite`; an editable install has no such
folder, because a build's mapping of files is not applied to it, so there the checkout's own folder is used.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1]
INSTALLED = PACKAGE / "suite"
CHECKOUT = PACKAGE.parents[1] / "tests" / "smoke"
SHOWN = "smokegate"
"""The folder that the ids of the suite's tests begin with, wherever the suite is."""


class SuiteNotFoundError(Exception):
    """The installation carries no suite; the text says where it was looked for and what to do."""


@cache
def suite_directory() -> Path:
    """Return the folder that holds the suite's tests.

    Raises:
        SuiteNotFoundError: neither the package nor a checkout around it has one.
    """
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


def module_of_the_suite(path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Return a module of the suite with the id that it has in every installation, None for any other module."""
    if not is_in_suite(path):
        return None
    module: pytest.Module = pytest.Module.from_parent(parent, path=path, nodeid=f"{SHOWN}/{path.name}")
    return module
