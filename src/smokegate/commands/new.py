"""`smokegate new NAME URL`: an environment file made from what the deployment answers, with comments."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from pathlib import Path

from smokegate.commands.arguments import add_environments, add_health
from smokegate.exit_codes import CommandError

REFUSED = 2
"""The exit code where nothing was written: an argument cannot be used, or no one agreed."""


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("name", help="the environment's name: letters, digits, dash and underscore")
    parser.add_argument("url", help="its address, such as https://staging.example.com")
    options(parser)


def options(parser: argparse.ArgumentParser) -> None:
    """Add what `new` and `init` have in common."""
    add_health(parser)
    add_environments(parser)
    parser.add_argument("--yes", action="store_true", help="write without confirmation, also over an existing file")


def run(arguments: argparse.Namespace) -> int:
    """Look at the deployment, show the file and write it; 2 where nothing was written."""
    write(arguments, arguments.name, arguments.url)
    return 0


def write(arguments: argparse.Namespace, name: str, url: str) -> Path:
    """Discover a deployment and write its environment file; returns where. Ends with 2 where it was not written."""
    from smokegate.commands import discovery  # noqa: PLC0415 - start-up time
    from smokegate.observation.evidence import sink  # noqa: PLC0415 - see above
    from smokegate.observation.transport.pool import Pool  # noqa: PLC0415 - see above

    def say(text: str) -> None:
        sys.stdout.write(sink.shown(text) + "\n")

    try:
        address = discovery.address_of(url)
        name = name or discovery.name_for(address)
        if not discovery.NAME.fullmatch(name) or name == "all":
            expected = "expected letters, digits, dash and underscore, and not `all`"
            raise CommandError(f"{name!r} cannot be a name: {expected}")  # noqa: TRY301 - one way out
        with closing(Pool()) as pool:
            (found,) = discovery.discover_all(pool, [address], arguments.health, discovery.template)
    except CommandError as wrong:
        raise CommandError(sink.line(str(wrong)), REFUSED) from None
    path: Path = arguments.environments / f"{name}.toml"
    text = discovery.environment_text(found, name)
    for line in (*discovery.found_lines(found), f"\n{path}:\n", *(f"    {line}" for line in text.splitlines())):
        say(line)
    sys.stdout.write("\n")
    if not _agreed(arguments, path, answered=found.answered):
        there = "is there already and is not overwritten" if path.exists() else "is not written"
        raise CommandError(sink.line(f"{path} {there}; --yes writes it without asking"), REFUSED)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    say(f"{path} is written. Check the deployment: smokegate run {name}")
    return path


def _agreed(arguments: argparse.Namespace, path: Path, *, answered: bool) -> bool:
    """Ask before a file is replaced, and before one is written of a deployment that does not answer."""
    if arguments.yes or (answered and not path.exists()):
        return True
    from smokegate.report.console import Console  # noqa: PLC0415 - only a question needs it

    question = f"{path} is there already: replace it?" if path.exists() else "nothing answers there: write the file?"
    return Console().can_ask and Console().ask(question)
