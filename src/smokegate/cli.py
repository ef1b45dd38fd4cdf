"""The `smokegate` command: what goes around test runs; the product itself is `pytest --env=NAME`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

#: Command → what `--help` says of it, in the order in which it shows them.
#: Each is a module under `smokegate.commands`, imported when it is called.
COMMANDS = {
    "environments": "list the environments and say whether their files are in order",
    "new": "write environments/NAME.toml for a deployment at URL",
    "diagnose": "look at a deployment, name the cause of trouble, and with --fix mend what can be mended",
    "watch": "look again and again, a line a round",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words[:1] == ["replica"]:
        from smokegate.replica.command import main as replica  # noqa: PLC0415 - has arguments and an extra of its own

        return replica(words[1:])
    parser = argparse.ArgumentParser(
        prog="smokegate", description="Smoke tests that gate deploys; the tests themselves: pytest --env=NAME"
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name in words[:1]:
            import_module(f"smokegate.commands.{name}").describe(command)
    commands.add_parser("replica", help="serve one of the stand-in deployments, whole or broken on purpose")
    arguments = parser.parse_args(words)
    try:
        return int(import_module(f"smokegate.commands.{arguments.command}").run(arguments))
    except KeyboardInterrupt:
        return 130
