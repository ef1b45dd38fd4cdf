"""`smokegate new NAME URL`: an environment file made from what the deployment answers, with comments."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

REFUSED = 2
"""The exit code where nothing was written: an argument cannot be used, or no one agreed."""


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", help="the environment's name: letters, digits, dash and underscore")
    parser.add_argument("url", help="its address, such as https://staging.example.com")
    options(parser)


def options(parser: argparse.ArgumentParser) -> None:
    """Add what `new` and `init` have in common."""
    parser.add_argument("--health", default="", metavar="PATH", help="the health check's path, if it is not found")
    parser.add_argument(
        "--environments", type=Path, default=Path("environments"), metavar="DIR", help="directory of environment files"
    )
    parser.add_argument("--yes", action="store_true", help="write without confirmation, also over an existing file")


def run(arguments: argparse.Namespace) -> int:
    """Look at the deployment, show the file and write it; 2 where nothing was written."""
    return REFUSED if write(arguments, arguments.name, arguments.url, "new") is None else 0


def write(arguments: argparse.Namespace, name: str, url: str, command: str) -> Path | None:
    """Discover a deployment and write its environment file; returns where, None where it was not written."""
    from smokegate.commands.discovering import AddressError, address_of, discover_all  # noqa: PLC0415 - start-up time
    from smokegate.commands.environment_text import environment_text, name_for  # noqa: PLC0415 - see above
    from smokegate.observation.transport.pool import Pool  # noqa: PLC0415 - see above

    try:
        address = address_of(url)
        name = name or name_for(address)
        _check(name, arguments.health)
    except AddressError as wrong:
        _refuse(command, str(wrong))
        return None
    with closing(Pool()) as pool:
        (found,) = discover_all(pool, [address], arguments.health)
    path: Path = arguments.environments / f"{name}.toml"
    text = environment_text(found, name)
    for word, lines in (("found", found.found), ("assumed", found.assumed), ("not found", found.missing)):
        for line in lines:
            _say(f"  {word:<10} {line}")
    _say(f"\n{path}:\n")
    for line in text.splitlines():
        _say(f"    {line}")
    sys.stdout.write("\n")
    if not _agreed(arguments, path, answered=found.answered):
        there = "is there already and is not overwritten" if path.exists() else "is not written"
        _refuse(command, f"{path} {there}; --yes writes it without asking")
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    _say(f"{path} is written. Check the deployment: smokegate run {name}")
    return path


def _check(name: str, health: str) -> None:
    """Refuse what cannot be a name or a path.

    Raises:
        AddressError: it cannot.
    """
    from smokegate.commands.discovering import AddressError  # noqa: PLC0415 - see `write`
    from smokegate.commands.environment_text import NAME  # noqa: PLC0415 - see `write`

    if not NAME.fullmatch(name) or name == "all":
        raise AddressError(f"{name!r} cannot be a name: expected letters, digits, dash and underscore, and not `all`")
    if health and not health.startswith("/"):
        raise AddressError(f"--health={health}: expected a path that starts with /")


def _agreed(arguments: argparse.Namespace, path: Path, *, answered: bool) -> bool:
    """Ask before a file is replaced, and before one is written of a deployment that does not answer."""
    if arguments.yes or (answered and not path.exists()):
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    question = f"{path} is there already: replace it?" if path.exists() else "nothing answers there: write the file?"
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _refuse(command: str, text: str) -> None:
    from smokegate.observation.evidence import sink  # noqa: PLC0415 - see `write`

    sys.stderr.write(sink.line(f"smokegate {command}: {text}") + "\n")


def _say(text: str) -> None:
    from smokegate.observation.evidence import sink  # noqa: PLC0415 - see `write`

    sys.stdout.write(sink.shown(text) + "\n")
