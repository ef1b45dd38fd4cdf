"""What may be done about which cause, and why nothing may be done about the others.

Every code of the catalogue has a row, its own or its family's; a test holds the table to that. A cause is
curable only where starting, restarting or rebuilding a service removes it. Whatever lies in code, settings,
data, certificates or somebody else's system comes back after a restart: it is refused, and the steps for a
person are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What can be done, from the gentlest on."""

    RELOAD = "reload"
    START = "start"
    RESTART = "restart"
    REBUILD = "rebuild"
    ALL = "restart all"
    RESUME = "resume"
    DEPLOY = "deploy"
    ROLLBACK = "roll back"


class Target(Enum):
    """Whom it is done to."""

    TROUBLED = "the services that are seen in trouble"
    BACKEND = "the backend, and what is seen stopped"
    DATABASE = "the database if it is in trouble, else the backend"
    PROXY = "the web server in front"
    PLATFORM = "the service on the platform"


@dataclass(frozen=True)
class Cure:
    """What to try, in this order."""

    target: Target
    kinds: tuple[Kind, ...]


@dataclass(frozen=True)
class Refusal:
    """Why nothing is tried."""

    reason: str


LADDER = (Kind.START, Kind.RESTART, Kind.REBUILD, Kind.ALL)
REVIVE = (Kind.START, Kind.RESTART, Kind.ALL)
"""For what has nothing to rebuild."""
SETTING = "it lies in a setting, which a restart does not change"
CODE = "it lies in the code or the image, and a restart runs the same again"
PLATFORM = "it lies with the platform, and no request to its API removes it"
NETWORK = "it lies on the way to the server, not in its services"
ACCESS = "the server, its engine or the project can not be used from here, so nothing can be done there"
DATABASE = "it lies in what the database is set up with, and a restart does not change it"
BUNDLE = "it lies in how the pages were built or are served, and a restart serves the same again"
JUDGEMENT = "whether this is meant to be so is for a person to say"
LIMITS = "asking less often cures it, and a restart would not"

CURES: dict[str, Cure | Refusal] = {
    "container.stopped": Cure(Target.TROUBLED, LADDER),
    "container.exited": Cure(Target.TROUBLED, LADDER),
    "container.paused": Cure(Target.TROUBLED, LADDER),
    "container.worker-down": Cure(Target.TROUBLED, LADDER),
    "container.database-down": Cure(Target.DATABASE, REVIVE),
    "container.crash-loop": Cure(Target.TROUBLED, LADDER),
    "container.unhealthy": Cure(Target.TROUBLED, LADDER),
    "container.starting-too-long": Cure(Target.TROUBLED, REVIVE),
    "compose.not-created": Cure(Target.TROUBLED, (Kind.START, Kind.REBUILD, Kind.ALL)),
    "container.out-of-memory": Refusal(
        "it would be killed again as soon as it needs the same memory: raise the limit or find the leak"
    ),
    "container.disk-full": Refusal("no restart makes room, and what may be deleted is for a person to say"),
    "container.port-taken": Refusal(
        "something else holds the port, and what is not of this project is not ended from here"
    ),
    "container.worker-timeout": Cure(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "container.files-limit": Cure(Target.TROUBLED, (Kind.START, Kind.RESTART)),
    "container.import-error": Refusal(CODE),
    "container.wrong-attribute": Refusal(CODE),
    "container.missing-variable": Refusal(SETTING),
    "container.setting-invalid": Refusal(SETTING),
    "container.config-file": Refusal(SETTING),
    "container": Refusal("it lies in the code, the image or the settings, and a restart meets the same again"),
    "container.restart-policy": Refusal(SETTING),
    "postgres.too-many-clients": Cure(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "postgres.refused": Cure(Target.DATABASE, REVIVE),
    "postgres": Refusal(DATABASE),
    "database.pool-exhausted": Cure(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "database": Refusal(DATABASE),
    "dependency": Refusal("it lies in what the service connects to or in the address that it has of it"),
    "nginx.stale-upstream": Cure(Target.PROXY, (Kind.RELOAD, Kind.RESTART)),
    "container.wrong-container": Cure(Target.PROXY, (Kind.RELOAD, Kind.RESTART)),
    "nginx.upstream-unavailable": Cure(Target.BACKEND, LADDER),
    "nginx.bad-gateway": Cure(Target.BACKEND, LADDER),
    "nginx.gateway-timeout": Cure(Target.BACKEND, LADDER),
    "nginx.rate-limited": Refusal(LIMITS),
    "nginx": Refusal(SETTING),
    "edge.app-away": Cure(Target.BACKEND, LADDER),
    "edge.app-slow": Cure(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "edge.broke-off": Cure(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "edge": Refusal("it lies in what stands before the services, or in its settings"),
    "net.refused": Cure(Target.TROUBLED, LADDER),
    "net.reset": Cure(Target.TROUBLED, LADDER),
    "net.hung": Cure(Target.BACKEND, (Kind.START, Kind.RESTART, Kind.ALL)),
    "net": Refusal(NETWORK),
    "app.unhealthy": Cure(Target.BACKEND, LADDER),
    "app.error": Cure(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "app.partial-outage": Cure(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "app.database-unreachable": Cure(Target.DATABASE, REVIVE),
    "app.database-not-initialised": Refusal(DATABASE),
    "app.missing-variable": Refusal(SETTING),
    "app.debug-on": Refusal(SETTING),
    "app.wrong-service": Refusal(SETTING),
    "app.wrong-version": Refusal("deploying a version is the deploy's business, not a repair's"),
    "app.mixed-versions": Refusal("deploying a version is the deploy's business, not a repair's"),
    "app.health-missing": Refusal(CODE),
    "app.promise-broken": Refusal(CODE),
    "app.slow": Refusal("it works, and why it is slow is for a person to find out"),
    "app": Refusal("it lies in what the application needs or does, and its own words say what to change"),
    "monitoring.error": Cure(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "monitoring.stale": Cure(Target.TROUBLED, (Kind.START, Kind.RESTART)),
    "monitoring": Refusal("the application reports it itself; its own words say what to mend"),
    "sign-in.throttled": Refusal(LIMITS),
    "sign-in.register-failed": Cure(Target.DATABASE, (Kind.START, Kind.RESTART)),
    "sign-in": Refusal(CODE),
    "frontend.down": Cure(Target.TROUBLED, LADDER),
    "frontend": Refusal(BUNDLE),
    "browser": Refusal(
        "a browser shows that it is broken, not in which service: what the other checks name comes first"
    ),
    "access": Refusal("this run was refused, and nothing is known of the services behind the refusal"),
    "tls": Refusal("it lies in the certificate, which a restart does not renew"),
    "render.suspended": Cure(Target.PLATFORM, (Kind.RESUME,)),
    "render.suspended-by-owner": Cure(Target.PLATFORM, (Kind.RESUME,)),
    "render.never-deployed": Cure(Target.PLATFORM, (Kind.DEPLOY,)),
    "render.not-triggered": Cure(Target.PLATFORM, (Kind.DEPLOY,)),
    "render.deploy-canceled": Cure(Target.PLATFORM, (Kind.DEPLOY,)),
    "render.live-without-server": Cure(Target.PLATFORM, (Kind.RESTART,)),
    "render.edge-behind": Cure(Target.PLATFORM, (Kind.RESTART,)),
    "render.crashing-paid": Cure(Target.PLATFORM, (Kind.RESTART, Kind.ROLLBACK)),
    "render.crashing-free": Cure(Target.PLATFORM, (Kind.RESTART, Kind.ROLLBACK)),
    "render.wake-failed": Cure(Target.PLATFORM, (Kind.RESTART, Kind.ROLLBACK)),
    "render.build-failed": Refusal(CODE),
    "render.pre-deploy-failed": Refusal(CODE),
    "render.start-failed": Refusal("a new start would fail as this one did: what its evidence names comes first"),
    "render.deploy-superseded": Refusal("a newer deploy took its place, and which one should be live is for a person"),
    "render.deploy-in-progress": Refusal("a deploy is in progress: wait for it"),
    "render.variable-missing": Refusal("variables are never set from here: the steps say where"),
    "render.variable-wrong": Refusal("variables are never set from here: the steps say where"),
    "render": Refusal(PLATFORM),
    "server": Refusal(ACCESS),
    "runner": Refusal("it lies with the machine that this runs on: nothing is known of the deployment"),
    "data": Refusal(DATABASE),
    "undetermined": Refusal("the cause is not known, and acting on a guess can make it worse"),
}


ON_PLATFORM = {Kind.RESTART: (Kind.RESTART, Kind.ROLLBACK)}
"""What stands in the place of a restart where the platform runs the services, and no compose project does."""


def cure_of(code: str, *, platform: bool = False) -> Cure | Refusal:
    """Return what may be done about a cause; what the table does not know is refused.

    Args:
        code: the cause.
        platform: whether the platform runs the services, so that its API is what can be acted with.
    """
    found = CURES.get(code) or CURES.get(code.partition(".")[0])
    if platform and isinstance(found, Cure) and found.target is not Target.PLATFORM:
        kinds = tuple(each for kind in found.kinds for each in ON_PLATFORM.get(kind, ()))
        return Cure(Target.PLATFORM, kinds) if kinds else Refusal(PLATFORM)
    return found or Refusal(f"no cure is known for {code}; {JUDGEMENT}")
