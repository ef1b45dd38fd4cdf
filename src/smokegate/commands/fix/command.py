"""`--fix`, put together: who may be asked, where the commands run, what is told at the end."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from smokegate.commands.common import CheckResult, look
from smokegate.commands.fix.executor import Hands, ServerHands
from smokegate.commands.fix.journal import Journal
from smokegate.commands.fix.lock import PATH, LockedError, held
from smokegate.commands.fix.plan import Action, Plan, plan
from smokegate.commands.fix.remedies import Refusal
from smokegate.commands.fix.repair import WELL, Mending, Tools
from smokegate.commands.fix.repair import mend as mend_by
from smokegate.commands.signals import ended_like_interrupt
from smokegate.observation.server.host import HostError, connect
from smokegate.observation.server.project import Project

if TYPE_CHECKING:
    from smokegate.environment.model import Environment
    from smokegate.report.console import Console

NOT_DONE = 2
"""The exit code where nothing was done for a reason in the call: nobody to ask, or another fix."""


@dataclass(frozen=True)
class Result:
    """What `--fix` came to."""

    look: CheckResult
    word: str
    reason: str
    entries: tuple[dict[str, Any], ...] = ()
    looked_again: bool = False
    exit: int | None = None
    """Where it is not the verdict's."""

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"result": self.word, "reason": self.reason, "steps": list(self.entries)}


def mend(arguments: argparse.Namespace, environment: Environment, first: CheckResult, console: Console) -> Result:
    """Mend what the look found, as far as the options allow."""
    if first.report.verdict in WELL:
        console.note("nothing to mend: it works")
        return Result(first, "nothing to mend", "it works")
    host = environment.server.ssh or "local" if environment.server else "none"
    if environment.compose is None and environment.render is not None:
        host = f"render: {environment.render.service}"
    journal = Journal(arguments.reports / "fixes.jsonl", environment.name, host)
    decision = plan(first.report, rollback=arguments.allow_rollback)
    if isinstance(decision, Refusal):
        return _refused(first, decision, journal, console, write=not arguments.dry_run)
    if decision.platform:
        return _on_platform(arguments, environment, first, decision, journal, console)
    return _on_server(arguments, environment, first, decision, journal, console)


def _on_server(  # noqa: PLR0913, PLR0917 -- a value each
    arguments: argparse.Namespace,
    environment: Environment,
    first: CheckResult,
    decision: Plan,
    journal: Journal,
    console: Console,
) -> Result:
    """Do it with docker compose on the server, under a lock that only one fix can hold."""
    assert environment.server is not None
    assert environment.compose is not None
    with connect(environment.server) as server:
        project = Project(server, environment.compose)
        if arguments.dry_run:
            return _shown(first, decision, ServerHands(project), console)
        if (refused := _nobody_to_ask(arguments, first, console)) is not None:
            return refused
        try:
            with ended_like_interrupt(), held(server, environment.name, path=arguments.lock or PATH) as lock:
                tools = _tools(arguments, environment, console, ServerHands(project, lock), journal)
                state = mend_by(first, tools)
        except (LockedError, HostError) as error:
            console.note(f"refused: {error}")
            journal.write("refused", cause=decision.cause, reason=str(error))
            return Result(first, "refused", str(error), tuple(journal.entries), exit=NOT_DONE)
    return _told(first, state, journal, console)


def _nobody_to_ask(arguments: argparse.Namespace, first: CheckResult, console: Console) -> Result | None:
    if arguments.yes or console.can_ask:
        return None
    reason = "there is no terminal to ask at; --yes does it without asking, --dry-run shows it"
    console.note(f"refused: {reason}")
    return Result(first, "refused", reason, exit=NOT_DONE)


def _on_platform(  # noqa: PLR0913, PLR0917 -- a value each
    arguments: argparse.Namespace,
    environment: Environment,
    first: CheckResult,
    decision: Plan,
    journal: Journal,
    console: Console,
) -> Result:
    """Do it through the platform's API. What says that another fix is going on is a deploy in progress."""
    from smokegate.commands.fix.platform import PlatformHands  # noqa: PLC0415 -- only where a platform is declared
    from smokegate.observation.render.client import RenderApi  # noqa: PLC0415 -- see above
    from smokegate.observation.transport.pool import Pool  # noqa: PLC0415 -- see above

    assert environment.render is not None
    pool = Pool(1)
    try:
        hands = PlatformHands(environment.render, RenderApi(environment.render, pool), console.note)
        if arguments.dry_run:
            return _shown(first, decision, hands, console)
        if (refused := _nobody_to_ask(arguments, first, console)) is not None:
            return refused
        with ended_like_interrupt():
            state = mend_by(first, _tools(arguments, environment, console, hands, journal))
    finally:
        pool.close()
    return _told(first, state, journal, console)


def _tools(
    arguments: argparse.Namespace,
    environment: Environment,
    console: Console,
    hands: Hands,
    journal: Journal,
) -> Tools:
    def agree(action: Action, commands: tuple[str, ...]) -> bool:
        return arguments.yes or console.ask(f"{action.title}: run {' && '.join(commands)} ?")

    return Tools(
        hands=hands,
        journal=journal,
        look_again=lambda wait: look(
            environment, console, wait=wait, doing="looking again at", expected=arguments.expect_commit
        ),
        agree=agree,
        say=console.note,
        rollback=arguments.allow_rollback,
    )


def _refused(first: CheckResult, refusal: Refusal, journal: Journal, console: Console, *, write: bool) -> Result:
    headline = first.report.diagnosis.headline
    cause = headline.code if headline else None
    console.note(f"refused: nothing is done about {cause or 'this'}: {refusal.reason}")
    if headline is not None and headline.steps:
        console.note("what a person can do:")
        for number, step in enumerate(headline.steps, 1):
            console.note(f"  {number}. {step}")
    if write:
        journal.write("refused", cause=cause, reason=refusal.reason)
    return Result(first, "refused", refusal.reason, tuple(journal.entries))


def _shown(first: CheckResult, decision: Plan, hands: Hands, console: Console) -> Result:
    console.note(f"plan for {decision.cause}, up to the first that helps (dry run: nothing is done):")
    entries = []
    for number, action in enumerate(decision.actions, 1):
        commands = hands.commands(action)
        console.note(f"  {number}. {action.title}")
        for command in commands:
            console.note(f"       {command}")
        entries.append({"state": "planned", "cause": decision.cause, "action": action.title, "commands": commands})
    return Result(first, "dry run", "nothing was done", tuple(entries))


def _told(first: CheckResult, state: Mending, journal: Journal, console: Console) -> Result:
    because = f": {state.reason}" if state.reason else ""
    console.note(f"fix: {state.word}{because}")
    return Result(state.look, state.word, state.reason, tuple(journal.entries), looked_again=state.look is not first)
