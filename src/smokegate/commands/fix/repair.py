"""Mends step by step: act, wait until ready, look again, and stop at the first look that says it is well."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from smokegate.commands.fix.lock import LockedError
from smokegate.commands.fix.plan import Action, Plan, plan
from smokegate.commands.fix.remedies import Kind, Refusal
from smokegate.diagnosis.service_state import lasting
from smokegate.diagnosis.verdict import Verdict

if TYPE_CHECKING:
    from smokegate.commands.common import CheckResult
    from smokegate.commands.fix.executor import Hands
    from smokegate.commands.fix.journal import Journal
    from smokegate.report.model import EnvironmentReport

WELL = {Verdict.PASS, Verdict.WARN}
MOST = 6
"""So many actions at most, also where every one of them leads to another cause."""
SETTLED = 30.0
"""Seconds that the edge gets after the services are healthy: nginx answers 502 for some seconds longer."""

Word = Literal["nothing to mend", "refused", "verified", "did not help", "declined", "interrupted"]


@dataclass
class Mending:
    """What came of it all."""

    look: CheckResult
    """The last look."""
    word: Word
    reason: str = ""
    tried: list[Action] = field(default_factory=list)


@dataclass(frozen=True)
class Tools:
    """What a mending works with."""

    hands: Hands
    journal: Journal
    look_again: Callable[[float | None], CheckResult]
    """Looks, after waiting up to so many seconds until the health check is answered as promised."""
    agree: Callable[[Action, tuple[str, ...]], bool]
    """Asks a person whether an action may be done."""
    say: Callable[[str], None]
    rollback: bool = False
    """Whether a version that was live before may be brought back."""


def mend(first: CheckResult, tools: Tools) -> Mending:
    """Do what the cause asks for until a look says that it is well, or until nothing is left to try.

    After every action the cause is named anew, and what comes next follows from that. None is done twice.
    """
    state = Mending(first, "did not help")
    decision = plan(first.report, rollback=tools.rollback)
    if isinstance(decision, Plan):
        announce(decision, tools)
    while isinstance(decision, Plan) and len(state.tried) < MOST:
        action = decision.actions[0]
        commands = tools.hands.commands(action)
        if not tools.agree(action, commands):
            state.word, state.reason = "declined", f"{action.title}: not agreed to"
            return state
        if _apply(action, commands, state, tools):
            return state
        before, decision = decision, plan(state.look.report, state.tried, rollback=tools.rollback)
        if isinstance(decision, Plan) and decision.cause != before.cause:
            tools.say(f"the cause is another one now: {decision.cause}")
            announce(decision, tools)
    if isinstance(decision, Refusal):
        state.reason = decision.reason
        tools.journal.write("refused", cause=_cause(state.look.report), reason=decision.reason)
        if not state.tried:
            state.word = "refused"
    return state


def announce(decision: Plan, tools: Tools) -> None:
    """Show what will be done, and note it."""
    tools.say(f"plan for {decision.cause}, up to the first that helps:")
    for number, action in enumerate(decision.actions, 1):
        commands = tools.hands.commands(action)
        tools.say(f"  {number}. {action.title}")
        for command in commands:
            tools.say(f"       {command}")
        tools.journal.write("planned", cause=decision.cause, action=action.title, commands=commands)


def _apply(action: Action, commands: tuple[str, ...], state: Mending, tools: Tools) -> bool:
    """Do one action and look again; returns whether that ends the mending."""
    cause = _cause(state.look.report)
    facts: dict[str, Any] = {"cause": cause, "action": action.title, "commands": commands}
    state.tried.append(action)
    tools.say(f"{action.title} …")
    try:
        done = tools.hands.do(action)
        word: Literal["applied", "failed"] = "applied" if done.ok else "failed"
        tools.journal.write(word, **facts, seconds=round(done.seconds, 1), said=done.said)
        tools.say(f"{action.title}: {word} in {done.seconds:.1f} s" + (f": {done.said}" if done.said else ""))
        state.look = _verify(action, state.look.report, tools, applied=done.ok)
    except (KeyboardInterrupt, LockedError) as end:
        state.word, state.reason = "interrupted", str(end) or "interrupted"
        tools.journal.write("interrupted", **facts, reason=state.reason)
        return True
    report = state.look.report
    well = report.verdict in WELL and not state.look.interrupted
    after = {"verdict": report.verdict.name, "cause_after": _cause(report)}
    tools.journal.write("verified" if well else "did not help", **facts, **after)
    tools.say(f"{action.title}: " + ("verified" if well else f"did not help ({report.summary})"))
    if well:
        state.word = "verified"
    elif state.look.interrupted:
        state.word, state.reason = "interrupted", "interrupted"
    elif action.kind is Kind.RELOAD and not done.ok:
        # A web server whose new configuration is unsound goes on with the old one: it must not be restarted.
        state.reason = f"{action.title} failed, so nothing further is risked: {done.said}"
        return True
    return well or state.look.interrupted


def _verify(action: Action, before: EnvironmentReport, tools: Tools, *, applied: bool) -> CheckResult:
    """Wait until what was touched is ready, then make the same look as before."""
    view, backend = before.observation.server, before.environment.backend
    wait: float | None = None
    compose = before.environment.compose
    if applied and compose is None:
        why = tools.hands.settle(action.services, backend.wait)
        if why is not None:
            tools.say(f"not ready: {why}")
        return tools.look_again(min(SETTLED, backend.wait) if why is None else None)
    if applied:
        assert compose is not None
        awaited = action.services or lasting(view, compose)
        why = tools.hands.settle(awaited, backend.wait)
        checked = {each.name for each in view.services if each.check is not None}
        if why is None:
            wait = min(SETTLED, backend.wait) if set(awaited) <= checked else backend.wait
        else:
            tools.say(f"not ready: {why}")
    return tools.look_again(wait)


def _cause(report: EnvironmentReport) -> str | None:
    headline = report.diagnosis.headline
    return headline.code if headline else None
