"""pytest-html is loaded only where its page is requested: its import costs a fifth of a short run.

Our own page needs none of it. Where a run is not about deployments, nothing is changed.
"""

from __future__ import annotations

import os
import shlex
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise

import pytest

PLUGIN = "html"
ASKS = ("--html", "--self-contained-html", "--css")
"""Options that only a run that wants pytest-html's page has."""
LOADS = ("html", "pytest_html", "pytest_html.plugin")
"""Names with which `-p` loads it."""
HOOKS = "pytest_html.hooks"


def leave_out(pluginmanager: pytest.PytestPluginManager, option: str, default: str) -> None:
    """Keep pytest-html from being loaded where a run checks deployments and does not request its page.

    Such a run has the option that names an environment, or a configuration file that names a default one.
    """
    config = pluginmanager.get_plugin("pytestconfig")
    if not isinstance(config, pytest.Config) or pluginmanager.has_plugin(PLUGIN):
        return
    words = [
        *map(str, config.getini("addopts")),
        *shlex.split(os.environ.get("PYTEST_ADDOPTS", "")),
        *map(str, config.invocation_params.args),
    ]
    about_deployments = bool(default) or any(_names(word, option) for word in words)
    if about_deployments and not is_requested(words):
        pluginmanager.set_blocked(PLUGIN)


def is_requested(words: list[str]) -> bool:
    """Whether a command line asks for pytest-html's page, or loads it by name."""
    loaded = [after for word, after in pairwise(words) if word == "-p"]
    loaded += [word.removeprefix("-p") for word in words if word.startswith("-p")]
    return any(_names(word, option) for word in words for option in ASKS) or any(each in LOADS for each in loaded)


def keep_hooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Let a conftest that implements pytest-html's hooks work without it: they are then known, and never called."""
    if pluginmanager.is_blocked(PLUGIN) and find_spec(HOOKS.partition(".")[0]) is not None:
        pluginmanager.add_hookspecs(import_module(HOOKS))


def _names(word: str, option: str) -> bool:
    return word == option or word.startswith(f"{option}=")
