"""The plugin as `smokegate run` loads it: next to any other plugin, with option names that nothing else uses.

PYTEST_DONT_REWRITE: our own command may have imported this module before pytest could.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest

from smokegate.plugin.options import check_paths

pytest_plugins = ("smokegate.plugin",)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Have pytest name the command that the user typed where an option is wrong."""
    parser.prog = "smokegate run NAME"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Without paths load no conftest above `tests/smoke`.

    What lies above is written for the project's other tests, and may need plugins that are not loaded here.
    """
    known = early_config.known_args_namespace
    known.confcutdir = str(early_config.rootpath) if known.file_or_dir else check_paths(early_config)[-1]
    return (yield)
