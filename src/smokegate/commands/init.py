"""`smokegate init [URL]`: a team's first environment file, and what else its repository needs."""

from __future__ import annotations

import argparse
import sys

from smokegate.commands.new import REFUSED, options, write
from smokegate.commands.workflow import write_workflow
from smokegate.project import page

NEXT = """\

Your own checks go into tests/smoke/, in Python: {extending}
To run them with pytest itself, opt in with one line of pytest's options in pyproject.toml:

    [tool.pytest.ini_options]
    addopts = ["-p", "smokegate"]

and then: pytest --env={name}
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("url", nargs="?", default="", help="the deployment's address, such as https://shop.example.com")
    parser.add_argument("--name", default="", help="the environment's name (default: made from the address)")
    parser.add_argument(
        "--no-workflow", dest="workflow", action="store_false", help="write no .github/workflows/smoke.yml"
    )
    options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the environment file and say what comes next; 2 where nothing was written."""
    url = arguments.url
    if not url and sys.stdin is not None and sys.stdin.isatty():
        sys.stderr.write("The deployment's address: ")
        sys.stderr.flush()
        url = sys.stdin.readline().strip()
    if not url:
        sys.stderr.write("smokegate init: expected the deployment's address: smokegate init https://shop.example.com\n")
        return REFUSED
    path = write(arguments, arguments.name, url, "init")
    if path is None:
        return REFUSED
    if arguments.workflow:
        signs_in = "\n[sign_in]" in path.read_text(encoding="utf-8")
        sys.stdout.write(f"{write_workflow(path.stem, page('docs/gate.md'), signs_in=signs_in)}\n")
    sys.stdout.write(NEXT.format(extending=page("docs/extending.md"), name=path.stem))
    return 0
