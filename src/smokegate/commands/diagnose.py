"""`smokegate diagnose NAME`: check a deployment, name the root cause, and with `--fix` fix it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from smokegate.exit_codes import UNKNOWN, USAGE

if TYPE_CHECKING:
    from smokegate.commands.common import CheckResult
    from smokegate.environment.model import Environment
    from smokegate.report.console import Console

INTERRUPTED = 130


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    from smokegate.commands.common import FILE_WAIT, add_options  # noqa: PLC0415 - costs start-up time

    add_options(parser)
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
    from smokegate.commands.common import (  # noqa: PLC0415 - costs start-up time
        UsageError,
        environment_of,
        run_checks,
        wait_of,
    )
    from smokegate.commands.suite_process import SuiteError  # noqa: PLC0415 - see above
    from smokegate.replica import ReplicaError  # noqa: PLC0415 - see above
    from smokegate.replicas import placed  # noqa: PLC0415 - see above
    from smokegate.report.console import Console  # noqa: PLC0415 - see above

    try:
        _check(arguments)
        declared = environment_of(arguments)
        wait = wait_of(arguments.wait, declared)
    except UsageError as wrong:
        sys.stderr.write(f"smokegate diagnose: {wrong}\n")
        return USAGE
    console = Console()
    try:
        with placed(declared, arguments.fault) as environment:
            first = run_checks(environment, console, wait=wait, expected=arguments.expect_commit)
            return _show_and_fix(arguments, environment, first, console)
    except ReplicaError as broken:
        sys.stderr.write(f"smokegate diagnose: the replica of {declared.name} did not start: {broken}\n")
    except SuiteError as broken:
        console.note(f"smokegate diagnose: the suite returned no result, which is an error inside smokegate: {broken}")
    return UNKNOWN


def _check(arguments: argparse.Namespace) -> None:
    """Refuse options that mean nothing together.

    Raises:
        UsageError: they do not.
    """
    from smokegate.commands.common import UsageError  # noqa: PLC0415 - costs start-up time

    given = (arguments.yes, arguments.dry_run, arguments.lock, arguments.allow_rollback)
    if any(given) and not arguments.fix:
        raise UsageError("--yes, --dry-run, --allow-rollback and --lock go with --fix")


def _show_and_fix(arguments: argparse.Namespace, environment: Environment, first: CheckResult, console: Console) -> int:
    from smokegate.report.screen import screen  # noqa: PLC0415 - costs start-up time

    if not arguments.json:
        console.write(screen(first.report))
    last, fixed, code = first, None, None
    if arguments.fix and not first.interrupted:
        from smokegate.commands.fix.command import fix  # noqa: PLC0415 - see above

        result = fix(arguments, environment, first, console)
        last, fixed, code = result.last, result.as_json(), result.exit
        if result.checked_again and not arguments.json:
            console.write(screen(last.report))
    if arguments.json:
        console.document(json.dumps(_document(last, fixed), ensure_ascii=False, indent=1, default=str))
    if last.interrupted:
        return INTERRUPTED
    return last.run.exit if code is None else code


def _document(last: CheckResult, fix: dict[str, Any] | None) -> dict[str, Any]:
    from smokegate.report.json import document  # noqa: PLC0415 - costs start-up time

    return {**document(last.run), **({} if fix is None else {"fix": fix})}
