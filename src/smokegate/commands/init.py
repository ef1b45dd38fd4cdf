"""`smokegate init [URL]`: a team's first environment file, and what else its repository needs."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

from smokegate.commands.new import REFUSED, options, write
from smokegate.exit_codes import CommandError
from smokegate.project import REPOSITORY, VERSION, page

FILE = Path(".github/workflows/smoke.yml")
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
CACHE = "actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0"
TEXT = Path(__file__).with_name("workflow.yml")
ACCOUNT = "        env:\n"
"""What begins the last lines, which only an account needs."""
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
        raise CommandError("expected the deployment's address: smokegate init https://shop.example.com", REFUSED)
    path = write(arguments, arguments.name, url)
    if arguments.workflow:
        signs_in = "\n[sign_in]" in path.read_text(encoding="utf-8")
        sys.stdout.write(f"{write_workflow(path.stem, page('docs/gate.md'), signs_in=signs_in)}\n")
    sys.stdout.write(NEXT.format(extending=page("docs/extending.md"), name=path.stem))
    return 0


def workflow(name: str, docs: str, *, signs_in: bool) -> str:
    """Return the workflow for one environment; with the secrets of a standing account where it signs in."""
    action = f"{urlsplit(REPOSITORY).path.strip('/')}@v{VERSION}"
    text = TEXT.read_text("utf-8")
    text = text if signs_in else text.partition(ACCOUNT)[0]
    upper = name.upper().replace("-", "_")
    values = {"NAME": name, "UPPER": upper, "DOCS": docs, "CHECKOUT": CHECKOUT, "CACHE": CACHE, "ACTION": action}
    return re.sub(
        r"\b(?:NAME|DOCS|CHECKOUT|CACHE|ACTION)\b|(?<=SMOKE_)UPPER(?=_)", lambda found: values[found[0]], text
    )


def write_workflow(name: str, docs: str, *, signs_in: bool) -> str:
    """Write the workflow into the repository of this folder; returns a line that says what was done.

    A file that is there is left alone: it may be the team's own.
    """
    if not Path(".git").exists():
        return f"No workflow is written: this folder is not a repository. Gate deploys in GitHub Actions: {docs}"
    if FILE.exists():
        return f"{FILE} is there already and is left alone. What belongs into it: {docs}"
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(workflow(name, docs, signs_in=signs_in), encoding="utf-8")
    return f"{FILE} is written: a job that gates each deployment of {name}"
