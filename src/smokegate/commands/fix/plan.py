"""From a cause to exact commands: what is done, to which services, in which order."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from msgspec import Struct

from smokegate.commands.fix.remedies import Kind, Refusal, Remedy, Target, remedy_of
from smokegate.diagnosis.broken import broken
from smokegate.diagnosis.case import Case
from smokegate.diagnosis.model import Confidence, Finding, Owner
from smokegate.diagnosis.server_evidence import role
from smokegate.diagnosis.service_state import lasting, troubled
from smokegate.observation.server import ServerView, ServiceView
from smokegate.report.model import EnvironmentReport

QUICK, LONG, BUILD = 120.0, 300.0, 900.0
"""Time limits of one command in seconds: of one service, of all of them, of a build."""
NOT_OURS = {Owner.PLATFORM, Owner.RUNNER}
ALL_TRIED = "every permitted action was tried, but none helped"
NOTHING_SICK = "all expected services are running and healthy, so nothing needs a restart"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""What compose calls a service; a name that begins with a dash would be an option somewhere."""


class Action(Struct, frozen=True):
    """One thing to do. The commands are words for `docker compose`, done one after the other."""

    kind: Kind
    services: tuple[str, ...]
    """The services it acts on; empty for all services of the project."""
    commands: tuple[tuple[str, ...], ...]
    limit: float
    """Seconds that each command may take."""

    @property
    def title(self) -> str:
        """Its name for people."""
        return " ".join((self.kind.value, *self.services))


class Plan(Struct, frozen=True):
    """What to do about a cause, the first thing first."""

    cause: str
    actions: tuple[Action, ...]
    platform: bool = False
    """Whether it is done through the platform's API, not on a server."""


def plan(
    report: EnvironmentReport,
    tried: Collection[Action] = (),
    *,
    rollback: bool = False,
    green: Collection[str] = (),
) -> Plan | Refusal:
    """Return what to do about the headline, without actions already tried, or why nothing is done.

    With `rollback` an earlier version may be rolled back to, first to one that earlier runs saw green.
    """
    headline = report.diagnosis.headline
    if headline is None:
        return Refusal("no cause was found that could be fixed")
    environment = report.environment
    remedy = remedy_of(headline.code, platform=environment.render is not None and environment.compose is None)
    if isinstance(remedy, Refusal):
        return remedy
    if remedy.target is Target.PLATFORM and environment.render is None:
        return Refusal(f"{environment.file_shown} has no [render] section: the platform cannot be acted on")
    if remedy.target is Target.PLATFORM:
        from smokegate.commands.fix.platform import actions as on_platform  # noqa: PLC0415 -- it knows this module

        found = on_platform(report, remedy, tried, rollback=rollback, green=green)
        return found if isinstance(found, Refusal) else Plan(headline.code, found, platform=True)
    obstacle = _obstacle(report, headline)
    if obstacle is not None:
        return obstacle
    actions = tuple(each for each in _actions(report, remedy) if each not in tried)
    return Plan(headline.code, actions) if actions else Refusal(ALL_TRIED if tried else NOTHING_SICK)


def _obstacle(report: EnvironmentReport, headline: Finding) -> Refusal | None:
    """Return why nothing is done about a cause that has a remedy."""
    environment, view = report.environment, report.observation.server
    if headline.owner in NOT_OURS:
        return Refusal(f"it must be fixed by the {headline.owner.value}, not on this server")
    if headline.confidence is Confidence.POSSIBLE:
        return Refusal("the cause is possible at most, and acting on a guess can make it worse")
    if environment.server is None or environment.compose is None:
        file = environment.file_shown
        return Refusal(f"{file} has no [server] and [compose] sections: where the services run is not known")
    if view is None or view.failure is not None:
        return Refusal(f"server data could not be collected: {view.failure if view else 'nothing was collected'}")
    return _harmful(report, view)


def _harmful(report: EnvironmentReport, view: ServerView) -> Refusal | None:
    """Return why acting could do harm: users notice nothing, or a name could be taken for an option."""
    met = [each for each in report.diagnosis.findings if not each.advisory and each.exchanges]
    if not met and not broken(Case(report.environment, report.observation)):
        return Refusal("all checks that matter to users pass, and a repair could only make things worse")
    strange = [each.name for each in view.services if each.expected and not NAME.fullmatch(each.name)]
    if strange:
        return Refusal(f"{strange[0]!r} is not a valid service name, so nothing on this server is trusted")
    return None


def _actions(report: EnvironmentReport, remedy: Remedy) -> Iterator[Action]:
    sick, whole = _targets(report, remedy.target)
    if not sick and not whole:
        return
    asleep = [each for each in sick if not each.exists or each.state in {"exited", "created", "dead"}]
    names = tuple(dict.fromkeys((*(each.name for each in sick), *whole)))
    awake = tuple(name for name in names if name not in {each.name for each in asleep})
    view, compose = report.observation.server, report.environment.compose
    assert compose is not None
    built = tuple(name for name in names if name != compose.database)
    everyone = lasting(view, compose)
    # `up` starts what a service depends on, a migration that has run included: then nothing but the named ones.
    alone = ("--no-deps",) if len(everyone) < len({each.name for each in view.services if each.expected}) else ()
    for kind in remedy.kinds:
        if kind is Kind.START and asleep:
            yield _start(asleep, alone)
        elif kind is Kind.RELOAD:  # nginx resolves its upstreams again and drops no connection
            yield Action(kind, names[:1], (("exec", "-T", "--", names[0], "nginx", "-s", "reload"),), QUICK)
        elif kind is Kind.RESTART and remedy.target is Target.PROXY:  # only if its configuration is sound, to come back
            test = ("exec", "-T", "--", names[0], "nginx", "-t")
            yield Action(kind, names[:1], (test, ("restart", "--", names[0])), QUICK)
        elif kind is Kind.RESTART and awake:
            yield Action(kind, awake, (("restart", "--", *awake),), QUICK)
        elif kind is Kind.REBUILD and built:
            yield Action(kind, built, (("up", "-d", "--build", *alone, "--", *built),), BUILD)
        elif kind is Kind.ALL:
            yield Action(kind, (), (("up", "-d", *alone, "--", *everyone), ("restart", "--", *everyone)), LONG)


def _start(services: Collection[ServiceView], alone: tuple[str, ...]) -> Action:
    """Return the start of services that do not run; one without a container gets one, no other is touched."""
    missing = tuple(each.name for each in services if not each.exists)
    there = tuple(dict.fromkeys(each.name for each in services if each.exists))
    up, start = ("up", "-d", "--no-recreate", *alone, "--", *missing), ("start", "--", *there)
    commands = (*([up] if missing else []), *([start] if there else []))
    return Action(Kind.START, (*missing, *there), commands, QUICK)


def _targets(report: EnvironmentReport, target: Target) -> tuple[tuple[ServiceView, ...], tuple[str, ...]]:
    """Return the services in trouble that are meant, and the names of those meant although they run."""
    compose, view = report.environment.compose, report.observation.server
    assert compose is not None
    case = Case(report.environment, report.observation)
    sick = troubled(view, compose)
    if target is Target.PROXY:
        mine = [each for each in view.services if each.expected and each.running and "nginx" in each.image]
        return (), tuple(each.name for each in mine if role(case, each) == "proxy")[:1]
    if target is Target.DATABASE:
        down = tuple(each for each in sick if each.name == compose.database)
        stopped = tuple(each for each in sick if not each.running and each not in down)
        return ((*down, *stopped), ()) if down else (stopped, (compose.backend,))
    if target is Target.BACKEND:
        return tuple(each for each in sick if not each.running or each.name == compose.backend), (compose.backend,)
    return sick, ()
