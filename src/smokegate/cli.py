"""The `smokegate` command: `run` for the tests, and what goes around them."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import NoReturn

from smokegate.exit_codes import UNKNOWN, USAGE, CommandError
from smokegate.project import VERSION
from smokegate.standard_streams import enduring

#: Command → what `--help` says of it, in the order in which it shows them.
#: Each is a module under `smokegate.commands`, imported when it is called.
COMMANDS = {
    "check": "check a deployment by its address alone: no file, no set-up",
    "environments": "list the environments and validate their files",
    "init": "write a repository's first environment file from a deployment's responses",
    "new": "write environments/NAME.toml for a deployment at URL",
    "diagnose": "check a deployment, name the cause of a failure, and with --fix repair what can be repaired",
    "watch": "check repeatedly, one line per round",
    "report": "render JSON reports again, several as one page",
    "preflight": "check a blueprint offline before a deploy, and report what would break",
}
#: Commands that read their own arguments, and where their `main` is.
OWN = {"run": "smokegate.commands.run", "replica": "smokegate.replica.command"}


class _Parser(argparse.ArgumentParser):
    """Ends like pytest on a command line that cannot be used: argparse's own 2 is pytest's "interrupted"."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong in one line, and where to read what is expected."""
        self.exit(USAGE, f"{self.prog}: {message}; `{self.prog} --help` shows what is expected\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    with enduring():
        try:
            return _run(words)
        except KeyboardInterrupt:
            return 130
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing was learned of a deployment
            from smokegate.internal_error import sentence  # noqa: PLC0415 - only an error needs it

            machine = isinstance(error, OSError)  # such as a full disk
            said = f"this machine: {error}".replace("\n", " ") if machine else sentence("", error)
            sys.stderr.write(f"smokegate: {said}\n")
            return UNKNOWN


@contextmanager
def _ended_like_interrupt() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise `KeyboardInterrupt` in the block, so that what must be given back is given back.

    Other threads get no signals. One that is ignored stays so: `nohup` started us.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    heard = [each for each in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(each) != signal.SIG_IGN]
    before = {each: signal.signal(each, interrupt) for each in heard}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def _run(words: list[str]) -> int:
    if words[:1] == ["replica"]:
        from smokegate.environment.extras import not_installed  # noqa: PLC0415 - see COMMANDS

        if (missing := not_installed("replica")) is not None:
            sys.stderr.write(f"smokegate replica {missing}\n")
            return USAGE
    if words and words[0] in OWN:
        return int(import_module(OWN[words[0]]).main(words[1:]))
    parser, command = _parser(words)
    if not words:
        parser.print_help(sys.stderr)
        return USAGE
    if words[0] not in (known := (*COMMANDS, *OWN)) and not words[0].startswith("-"):
        from smokegate.environment.wording import did_you_mean  # noqa: PLC0415 - only a mistake needs it

        parser.error(f"there is no command {words[0]!r}{did_you_mean(words[0], known)}")
    arguments, unknown = parser.parse_known_args(words)
    if unknown:
        _refuse(command, unknown[0])
    with _ended_like_interrupt():
        try:
            return int(import_module(f"smokegate.commands.{arguments.command}").run(arguments))
        except CommandError as wrong:
            sys.stderr.write(f"smokegate {arguments.command}: {wrong}\n")
            return wrong.code


def _refuse(command: argparse.ArgumentParser, word: str) -> None:
    """End on a word that a command does not know."""
    import re  # noqa: PLC0415 - only a mistake needs it

    from smokegate.environment.wording import did_you_mean  # noqa: PLC0415 - see above

    option, options = word.partition("=")[0], set(re.findall(r"--[\w-]+", command.format_help()))
    command.error(f"unknown argument {word!r}{did_you_mean(option, sorted(options))}")


def _parser(words: Sequence[str]) -> tuple[argparse.ArgumentParser, argparse.ArgumentParser]:
    """Return the parser, and that of the command that is called, which alone describes its own options."""
    called = parser = _Parser(
        prog="smokegate", description="Smoke tests that gate deploys: is what was just deployed live and working?"
    )
    parser.add_argument("--version", action="version", version=f"smokegate {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="check deployments with the suite and your own checks: NAME… [pytest options]")
    for name, text in COMMANDS.items():
        command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
        if name in words[:1]:
            import_module(f"smokegate.commands.{name}").describe(command)
            called = command
    commands.add_parser("replica", help="serve one of the replica deployments, healthy or broken on purpose")
    return parser, called
