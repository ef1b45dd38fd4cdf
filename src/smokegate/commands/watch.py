"""`smokegate watch NAME`: checks repeatedly, one line per round, and a summary at the end."""

from __future__ import annotations

import argparse

from smokegate.commands.arguments import add_check_options
from smokegate.exit_codes import CommandError


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_check_options(parser)
    parser.add_argument(
        "--every", default="60s", metavar="60s", help="time from the start of one round to the next (default: 60s)"
    )
    parser.add_argument("--count", type=int, metavar="N", help="stop after N rounds (default: run until Ctrl-C)")
    parser.add_argument(
        "--journey",
        action="store_true",
        help="also sign in every round where that creates an account each time",
    )
    parser.add_argument(
        "--on-change",
        metavar="COMMAND",
        help="run COMMAND once per change, with SMOKEGATE_NAME, _VERDICT, _WAS, _CAUSE and _TITLE as variables",
    )
    parser.add_argument(
        "--alert",
        action="append",
        default=[],
        metavar="URL",
        help="send a message once per change, through apprise (an extra): slack://…, mailto://…; repeatable",
    )
    parser.epilog = (
        "Every round adds a line to reports/history/NAME.jsonl. The exit code is that of the worst verdict: "
        "0 it worked throughout, 1 it did not, 7 the platform's outage, 6 it could not be judged."
    )


def run(arguments: argparse.Namespace) -> int:
    """Watch until the count is reached or Ctrl-C; returns the exit code of the worst verdict."""
    from smokegate.commands.alerts import Alerts  # noqa: PLC0415 - costs start-up time
    from smokegate.commands.common import deployed, duration, environment_of  # noqa: PLC0415 - see above
    from smokegate.commands.watch_loop import watch  # noqa: PLC0415 - see above
    from smokegate.report.console import Console  # noqa: PLC0415 - see above

    declared = environment_of(arguments)
    every = duration("--every", arguments.every)
    if arguments.count is not None and arguments.count < 1:
        raise CommandError(f"--count={arguments.count}: expected 1 or more")
    alerts = Alerts(arguments.on_change, arguments.alert)
    history = arguments.reports / "history" / f"{declared.name}.jsonl"
    with deployed(arguments, declared) as environment:
        more = {"count": arguments.count, "journey": arguments.journey, "alerts": alerts}
        return watch(environment, Console(), history, every=every, **more)
