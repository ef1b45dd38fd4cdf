"""`diagnose --fix`, put together: whether it may act, where the commands run, what is reported at the end."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import closing
from functools import partial

from msgspec import Struct

from smokegate.commands.common import CheckResult, run_checks
from smokegate.commands.fix.executor import Executor, ServerExecutor
from smokegate.commands.fix.lock import PATH, LockedError, held
from smokegate.commands.fix.plan import Action, Plan, plan
from smokegate.commands.fix.remedies import Refusal
from smokegate.commands.fix.repair import HEALTHY, Journal, Repair, Tools, listed, repair
from smokegate.commands.suite_process import Request
from smokegate.environment.model import Environment
from smokegate.observation.server.containers import Project
from smokegate.observation.server.host import HostError, connect
from smokegate.report.console import Console
from smokegate.report.history import green_versions, history_file
from smokegate.report.history import read as read_history

NOT_DONE = 2
"""The exit code where nothing was done for a reason in the call: no terminal for the question, or another fix runs."""


def fix(arguments: argparse.Namespace, environment: Environment, first: CheckResult, console: Console) -> Repair:
    """Fix what the first check found, as far as the options allow."""
    if first.report.verdict in HEALTHY:
        console.note("nothing to fix: it works")
        return Repair(first, "nothing to fix", "it works")
    host = environment.server.ssh or "local" if environment.server else "none"
    if environment.compose is None and environment.render is not None:
        host = f"render: {environment.render.service}"
    journal = Journal(arguments.reports / "fixes.jsonl", environment.name, host)
    green = green_versions(read_history(history_file(arguments.reports, environment.name)))
    planned = partial(plan, rollback=arguments.allow_rollback, green=green)
    call, decision = _Call(arguments, environment, first, console, journal, planned), planned(first.report)
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
    plan: Callable[..., Plan | Refusal]

    def on_server(self, decision: Plan) -> Repair:
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
                    return self._acted(ServerExecutor(project, lock))
            except (LockedError, HostError) as error:
                self.console.note(f"refused: {error}")
                self.journal.write("refused", cause=decision.cause, reason=str(error))
                return Repair(self.first, "refused", str(error), self.journal.entries, exit=NOT_DONE)

    def on_platform(self, decision: Plan) -> Repair:
        """Act through the platform's API. What shows that another fix is running is a deploy in progress."""
        from smokegate.commands.fix.platform import PlatformExecutor  # noqa: PLC0415 -- only with a platform
        from smokegate.observation.render.client import RenderApi  # noqa: PLC0415 -- see above
        from smokegate.observation.transport.pool import Pool  # noqa: PLC0415 -- see above

        assert self.environment.render is not None
        with closing(Pool(1)) as pool:
            api = RenderApi(self.environment.render, pool)
            executor = PlatformExecutor(self.environment.render, api, self.console.note)
            if (result := self._without_acting(decision, executor)) is not None:
                return result
            return self._acted(executor)

    def refuse(self, refusal: Refusal) -> Repair:
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
        return Repair(self.first, "refused", refusal.reason, self.journal.entries)

    def _without_acting(self, decision: Plan, executor: Executor) -> Repair | None:
        """Return the result of a dry run, and of a call that would have to ask and has no terminal."""
        if self.arguments.dry_run:
            about = f"plan for {decision.cause}, up to the first action that helps (dry run: nothing is done):"
            self.console.note(about)
            entries = [{"state": "planned", **facts} for facts in listed(decision, executor, self.console.note)]
            return Repair(self.first, "dry run", "nothing was done", entries)
        if self.arguments.yes or self.console.can_ask:
            return None
        reason = "confirmation needs a terminal; --yes acts without asking, --dry-run shows the plan"
        self.console.note(f"refused: {reason}")
        return Repair(self.first, "refused", reason, exit=NOT_DONE)

    def _acted(self, executor: Executor) -> Repair:
        def agree(action: Action, commands: tuple[str, ...]) -> bool:
            return self.arguments.yes or self.console.ask(f"{action.title}: run {' && '.join(commands)} ?")

        def check_again(wait: float | None) -> CheckResult:
            expected = self.arguments.expect_commit
            return run_checks(Request(self.environment, wait, expected=expected), self.console, "checking again")

        tools = Tools(executor, self.journal, check_again, agree, self.console.note, self.plan)
        done = repair(self.first, tools)
        self.console.note(f"fix: {done.word}{f': {done.reason}' if done.reason else ''}")
        return done
