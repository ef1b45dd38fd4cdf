"""`smokegate new NAME URL`: an environment file to start from, with comments."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from smokegate.environment.addresses import origin

TEMPLATE = """\
#:schema ./environment.schema.json
# All keys, with their meaning: docs/environments.md
title = {title}

[backend]
url  = {url}
wait = "10m"                     # how long `pytest --env={name} --wait` waits until it is healthy

[backend.health]
path = {health}
# json = {{ status = "healthy" }}  # what its body says

# Any number of further promises. One that touches the database keeps a green run honest:
# [[backend.endpoints]]
# path    = "/api/health/ready"
# touches = ["database"]
# within  = "2s"

# [version]                      # where the deployed commit can be read, for --expect-commit=SHA
# path   = "/version"
# field  = "commit"

# [frontend]
# url = "https://www.example.com"

# [sign_in]                      # signs in with SMOKE_{upper}_EMAIL and SMOKE_{upper}_PASSWORD
# login   = "/api/auth/login"
# account = "/api/auth/me"
"""


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", help="the environment's name: letters, digits, dash and underscore")
    parser.add_argument("url", help="its address, such as https://staging.example.com")
    parser.add_argument(
        "--health", default="/health", metavar="PATH", help="the health check's path (default: /health)"
    )
    parser.add_argument(
        "--environments", type=Path, default=Path("environments"), metavar="DIR", help="where the files are"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write the file; 2 where an argument can not be used or the file is there already."""
    wrong = _wrong(arguments)
    path: Path = arguments.environments / f"{arguments.name}.toml"
    if wrong is None and path.exists():
        wrong = f"{path} is there already; it is not overwritten"
    if wrong is not None:
        print(f"smokegate new: {wrong}", file=sys.stderr)
        return 2
    name: str = arguments.name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        TEMPLATE.format(
            name=name,
            title=_quoted(name.capitalize()),
            url=_quoted(origin(arguments.url)),
            health=_quoted(arguments.health),
            upper=re.sub(r"[^A-Z0-9]", "_", name.upper()),
        ),
        encoding="utf-8",
    )
    print(f"{path} is there. Say in it what the deployment promises, then: pytest --env={name}")
    return 0


def _wrong(arguments: argparse.Namespace) -> str | None:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", arguments.name) or arguments.name == "all":
        allowed = "letters, digits, dash and underscore, and not `all`"
        return f"{arguments.name!r} can not be a name: expected {allowed}"
    try:
        origin(arguments.url)
    except ValueError as mistake:
        return f"{arguments.url!r}: {mistake}"
    if not arguments.health.startswith("/"):
        return f"--health={arguments.health}: expected a path that starts with /"
    return None


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
