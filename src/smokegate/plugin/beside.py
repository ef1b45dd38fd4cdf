"""The plugin as `smokegate run` loads it: beside anything, with options whose names nothing else uses.

PYTEST_DONT_REWRITE: our own command may have imported this module before pytest could.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from smokegate.plugin.suite_location import suite_directory

pytest_plugins = ("smokegate.plugin",)
OWN = Path("tests/smoke")
"""Where a team's own checks are."""


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config, args: list[str]) -> None:
    """Without paths run the suite and the team's own checks, and of its conftest files only theirs.

    What lies above `tests/smoke` is written for the project's other tests and may need plugins that are not loaded.
    """
    known = early_config.known_args_namespace
    if known.file_or_dir or known.help:
        known.confcutdir = str(early_config.rootpath)
        return
    own = early_config.rootpath / OWN
    suite = suite_directory()
    paths = [suite, own] if own.is_dir() and own.resolve() != suite else [suite]
    known.confcutdir = str(paths[-1])
    known.file_or_dir = [str(path) for path in paths]
    args += known.file_or_dir
