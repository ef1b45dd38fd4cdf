"""`smokegate run NAME… [pytest options]`: the suite and a team's own checks, needing no pytest configuration.

It is pytest with a configuration of its own: the folder's `addopts`, `PYTEST_ADDOPTS` and installed plugins belong
to the project's other tests, and could make a healthy deployment red.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from smokegate.exit_codes import USAGE
from smokegate.plugin.compatible_page import is_requested
from smokegate.plugin.options import OPTIONS, PRIVATE, RUN_PLUGIN, private

NAMES = re.compile(r"[A-Za-z0-9][\w,-]*")
CONFIGURATION = Path(__file__).parents[1] / "plugin" / "run.ini"
HELP = """\
usage: smokegate run NAME… [options] [pytest options] [paths]

Check deployments with the suite, and with your own checks in tests/smoke where there are any.
NAME is a file of environments/; several are separated by spaces or commas, `all` means every one of them.

options:
{options}

All other options are pytest's, such as -k EXPRESSION, -x, -v or -n WORKERS. With paths, exactly those are run.
The folder's pytest configuration, PYTEST_ADDOPTS and installed plugins are not used; load a plugin that your own
checks need with -p NAME.

exit codes: 0 go on, 1 the deployment is broken, 6 it could not be judged, 7 the platform's outage;
2 interrupted, 3 an error inside pytest, 4 a file or an option cannot be used, 5 nothing to run
"""


def main(words: Sequence[str]) -> int:
    """Run pytest on the environments that the command line names; returns its exit code."""
    if {"-h", "--help"} & set(words):
        sys.stdout.write(HELP.format(options=_described()))
        return 0
    names, rest = split(words)
    if not names:
        sys.stderr.write(
            "smokegate run: expected the NAME of an environment first, such as `smokegate run staging`; "
            "`smokegate environments` lists them\n"
        )
        return USAGE
    return run_pytest([*_own_options(names, rest), *rest])


def run_pytest(words: Sequence[str], plugins: Sequence[object] = ()) -> int:
    """Run pytest with our configuration and plugin alone; what a project sets for its own tests does not count."""
    for variable in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(variable, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # as a variable it holds for pytest-xdist's workers too
    bare = ("-c", str(CONFIGURATION), "--no-header", "-p", RUN_PLUGIN)
    return int(pytest.main([*bare, *words], plugins=list(plugins)))


def split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the environments' names, and what pytest is given: our options in their private spelling."""
    names: list[str] = []
    rest = list(words)
    while rest and NAMES.fullmatch(rest[0]):
        names.append(rest.pop(0))
    return names, [private(word) for word in rest]


def _own_options(names: Sequence[str], rest: list[str]) -> list[str]:
    plugins = ["xdist", *(["pytest_metadata.plugin", "pytest_html.plugin"] if is_requested(rest) else [])]
    loaded = [word for plugin in plugins for word in ("-p", plugin)]
    named = [f"{PRIVATE}env={name}" for name in names]
    return [f"--rootdir={Path.cwd()}", *loaded, *named]


def _described() -> str:
    lines = []
    for name, attributes in OPTIONS.items():
        if name == "env":
            continue
        value = attributes.get("metavar", "")
        shown = f"--{name}[={value}]" if "const" in attributes else f"--{name}={value}" if value else f"--{name}"
        lines.append(f"  {shown:<28} {attributes['help']}")
    return "\n".join(lines)
