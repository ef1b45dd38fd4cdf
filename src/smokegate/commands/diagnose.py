"""`smokegate diagnose NAME`: check a deployment, name the root cause, and with `--fix` fix it."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

from smokegate.commands.arguments import add_check_options
from smokegate.exit_codes import UNKNOWN, CommandError

if TYPE_CHECKING:
    from smokegate.commands.common import CheckResult
    from smokegate.environment.model import Environment
    from smokegate.report.console import Console

INTERRUPTED = 130
FILE_WAIT = "the file's own"
"""The value of `--wait` without one."""


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_check_options(parser)
    parser.add_argument(
        "--wait",
        nargs="?",
        const=FILE_WAIT,
        metavar="10m",
        help="wait until it is healthy, then check; without a value as long as the file says",
    )
    parser.add_argument("--expect-commit", metavar="SHA", help="the commit that must answer")
    parser.add_argument("--json", action="store_true", help="print one JSON document instead of tables")
    fixing = parser.add_argument_group(
        "fixing",
        "Start, restart or rebuild services of the compose project, as the cause requires; docs/fix.md",
    )
    fixing.add_argument(
        "--fix", action="store_true", help="show the commands, ask for confirmation, run them, and check again"
    )
    fixing.add_argument("--yes", action="store_true", help="act without confirmation")
    fixing.add_argument("--dry-run", action="store_true", help="show the commands and run none of them")
    fixing.add_argument(
        "--allow-rollback", action="store_true", help="also roll back to the version that was live before (Render)"
    )
    fixing.add_argument(
        "--lock",
        metavar="DIR",
        help="the lock directory on the host, so that only one fix runs (default: /tmp/smokegate-fix.lock)",
    )
    parser.epilog = (
        "exit codes: 0 it works, 1 it does not, 6 it could not be judged, 7 the platform's outage; "
        "2 --fix was refused, 4 a file or an option cannot be used"
    )


def run(arguments: argparse.Namespace) -> int:
    """Check, report, and fix where requested; returns the exit code."""
    from smokegate.commands.common import deployed, duration, environment_of, run_checks  # noqa: PLC0415 - costs start-up time
    from smokegate.commands.suite_process import Request, SuiteError  # noqa: PLC0415 - see above
    from smokegate.report.console import Console  # noqa: PLC0415 - see above

    given = (arguments.yes, arguments.dry_run, arguments.lock, arguments.allow_rollback)
    if any(given) and not arguments.fix:
        raise CommandError("--yes, --dry-run, --allow-rollback and --lock go with --fix")
    declared = environment_of(arguments)
    text = arguments.wait
    wait = None if text is None else declared.backend.wait if text == FILE_WAIT else duration("--wait", text)
    console = Console()
    try:
        with deployed(arguments, declared) as environment:
            first = run_checks(Request(environment, wait, expected=arguments.expect_commit), console)
            return _show_and_fix(arguments, environment, first, console)
    except SuiteError as broken:
        console.note(f"smokegate diagnose: the suite returned no result, which is an error inside smokegate: {broken}")
        return UNKNOWN


def _show_and_fix(arguments: argparse.Namespace, environment: Environment, first: CheckResult, console: Console) -> int:
    from smokegate.report.screen import screen  # noqa: PLC0415 - costs start-up time

    if not arguments.json:
        console.write(screen(first.report))
    last, fixed, code = first, None, None
    if arguments.fix and not first.interrupted:
        from smokegate.commands.fix.command import fix  # noqa: PLC0415 - see above

        result = fix(arguments, environment, first, console)
        last, fixed, code = result.last, result.as_json(), result.exit
        if last is not first and not arguments.json:
            console.write(screen(last.report))
    if arguments.json:
        from smokegate.report.json import document  # noqa: PLC0415 - see above

        said = document(last.run) | ({} if fixed is None else {"fix": fixed})
        console.document(json.dumps(said, ensure_ascii=False, indent=1, default=str))
    if last.interrupted:
        return INTERRUPTED
    return last.run.exit if code is None else code
