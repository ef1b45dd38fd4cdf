"""`diagnose --fix`, put together: whether it may act, where the commands run, what is reported at the end."""

from __future__ import annotations

import argparse
from typing import Any

from msgspec import Struct

from smokegate.commands.common import CheckResult, run_checks
from smokegate.commands.fix.executor import Executor, ServerExecutor
from smokegate.commands.fix.journal import Journal
from smokegate.commands.fix.lock import PATH, LockedError, held
from smokegate.commands.fix.plan import Action, Plan, plan
from smokegate.commands.fix.remedies import Refusal
from smokegate.commands.fix.repair import HEALTHY, Repair, Tools, listed
from smokegate.commands.fix.repair import repair as run_repair
from smokegate.environment.model import Environment
from smokegate.observation.server.containers import Project
from smokegate.observation.server.host import HostError, connect
from smokegate.report.console import Console
from smokegate.report.history import green_versions, history_file
from smokegate.report.history import read as read_history

NOT_DONE = 2
"""The exit code where nothing was done for a reason in the call: no terminal for the question, or another fix runs."""


class Result(Struct, frozen=True):
    """The outcome of `--fix`."""

    last: CheckResult
    word: str
    reason: str = ""
    entries: tuple[dict[str, Any], ...] = ()
    checked_again: bool = False
    exit: int | None = None
    """Where it is not the verdict's."""

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"result": self.word, "reason": self.reason, "steps": list(self.entries)}


def fix(arguments: argparse.Namespace, environment: Environment, first: CheckResult, console: Console) -> Result:
    """Fix what the first check found, as far as the options allow."""
    if first.report.verdict in HEALTHY:
        console.note("nothing to fix: it works")
        return Result(first, "nothing to fix", "it works")
    host = environment.server.ssh or "local" if environment.server else "none"
    if environment.compose is None and environment.render is not None:
        host = f"render: {environment.render.service}"
    journal = Journal(arguments.reports / "fixes.jsonl", environment.name, host)
    call = _Call(arguments, environment, first, console, journal)
    decision = plan(first.report, rollback=arguments.allow_rollback, green=call.green)
    if isinstance(decision, Refusal):
        return call.refuse(decision)
    return call.on_platform(decision) if decision.platform else call.on_server(decision)


class _Call(Struct, frozen=True):
    """One call of `--fix`: everything that its steps have in common."""

    arguments: argparse.Namespace
    environment: Environment
    first: CheckResult
    console: Console
    journal: Journal

    @property
    def green(self) -> tuple[str, ...]:
        """The versions that runs with these reports saw green."""
        return green_versions(read_history(history_file(self.arguments.reports, self.environment.name)))

    def on_server(self, decision: Plan) -> Result:
        """Act with docker compose on the server, under a lock that only one fix can hold."""
        assert self.environment.server is not None
        assert self.environment.compose is not None
        with connect(self.environment.server) as server:
            project = Project(server, self.environment.compose)
            if (result := self._without_acting(decision, ServerExecutor(project))) is not None:
                return result
            path = self.arguments.lock or PATH
            try:
                with held(server, self.environment.name, path=path) as lock:
                    state = run_repair(self.first, self._tools(ServerExecutor(project, lock)))
            except (LockedError, HostError) as error:
                self.console.note(f"refused: {error}")
                self.journal.write("refused", cause=decision.cause, reason=str(error))
                return Result(self.first, "refused", str(error), tuple(self.journal.entries), exit=NOT_DONE)
        return self._finished(state)

    def on_platform(self, decision: Plan) -> Result:
        """Act through the platform's API. What shows that another fix is running is a deploy in progress."""
        from smokegate.commands.fix.platform import PlatformExecutor  # noqa: PLC0415 -- only with a platform
        from smokegate.observation.render.client import RenderApi  # noqa: PLC0415 -- see above
        from smokegate.observation.transport.pool import Pool  # noqa: PLC0415 -- see above

        assert self.environment.render is not None
        pool = Pool(1)
        try:
            api = RenderApi(self.environment.render, pool)
            executor = PlatformExecutor(self.environment.render, api, self.console.note)
            if (result := self._without_acting(decision, executor)) is not None:
                return result
            state = run_repair(self.first, self._tools(executor))
        finally:
            pool.close()
        return self._finished(state)

    def refuse(self, refusal: Refusal) -> Result:
        """Say why nothing is done, and what a person can do."""
        headline = self.first.report.diagnosis.headline
        cause = headline.code if headline else None
        self.console.note(f"refused: nothing is done about {cause or 'this'}: {refusal.reason}")
        if headline is not None and headline.steps:
            self.console.note("what a person can do:")
            for number, step in enumerate(headline.steps, 1):
                self.console.note(f"  {number}. {step}")
        if not self.arguments.dry_run:
            self.journal.write("refused", cause=cause, reason=refusal.reason)
        return Result(self.first, "refused", refusal.reason, tuple(self.journal.entries))

    def _without_acting(self, decision: Plan, executor: Executor) -> Result | None:
        """Return the result of a dry run, and of a call that would have to ask and has no terminal."""
        if self.arguments.dry_run:
            return self._dry_run(decision, executor)
        if self.arguments.yes or self.console.can_ask:
            return None
        reason = "confirmation needs a terminal; --yes acts without asking, --dry-run shows the plan"
        self.console.note(f"refused: {reason}")
        return Result(self.first, "refused", reason, exit=NOT_DONE)

    def _dry_run(self, decision: Plan, executor: Executor) -> Result:
        self.console.note(f"plan for {decision.cause}, up to the first action that helps (dry run: nothing is done):")
        entries = [{"state": "planned", **facts} for facts in listed(decision, executor, self.console.note)]
        return Result(self.first, "dry run", "nothing was done", tuple(entries))

    def _tools(self, executor: Executor) -> Tools:
        def agree(action: Action, commands: tuple[str, ...]) -> bool:
            return self.arguments.yes or self.console.ask(f"{action.title}: run {' && '.join(commands)} ?")

        def check_again(wait: float | None) -> CheckResult:
            expected = self.arguments.expect_commit
            return run_checks(self.environment, self.console, wait=wait, doing="checking again", expected=expected)

        return Tools(
            executor=executor,
            journal=self.journal,
            check_again=check_again,
            agree=agree,
            say=self.console.note,
            rollback=self.arguments.allow_rollback,
            green=self.green,
        )

    def _finished(self, state: Repair) -> Result:
        because = f": {state.reason}" if state.reason else ""
        self.console.note(f"fix: {state.word}{because}")
        entries = tuple(self.journal.entries)
        return Result(state.last, state.word, state.reason, entries, checked_again=state.last is not self.first)
