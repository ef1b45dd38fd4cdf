"""What may be done about which cause, and why nothing may be done about the others.

Every code of the catalogue has a row, its own or its family's; a test holds the table to that. A cause
has a remedy only where starting, restarting or rebuilding a service removes it. Whatever lies in code, settings,
data, certificates or a third party's system comes back after a restart: it is refused, and the steps for a
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
    """What it is done to."""

    TROUBLED = "the services in trouble"
    BACKEND = "the backend, and services that are stopped"
    DATABASE = "the database if it is in trouble, else the backend"
    PROXY = "the web server in front"
    PLATFORM = "the service on the platform"


@dataclass(frozen=True)
class Remedy:
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
SETTING = "the fault is in a setting, which a restart does not change"
CODE = "the fault is in the code or the image, and a restart runs the same again"
PLATFORM = "the fault is with the platform, and no request to its API removes it"
NETWORK = "the fault is on the network path to the server, not in its services"
ACCESS = "the server, its container engine or the project cannot be reached from here"
DATABASE = "the fault is in the setup of the database, and a restart does not change it"
BUNDLE = "the fault is in how the pages were built or are served, and a restart serves the same again"
JUDGEMENT = "a person must decide whether this is intended"
LIMITS = "sending fewer requests fixes it, and a restart would not"

REMEDIES: dict[str, Remedy | Refusal] = {
    "container.stopped": Remedy(Target.TROUBLED, LADDER),
    "container.exited": Remedy(Target.TROUBLED, LADDER),
    "container.paused": Remedy(Target.TROUBLED, LADDER),
    "container.worker-down": Remedy(Target.TROUBLED, LADDER),
    "container.database-down": Remedy(Target.DATABASE, REVIVE),
    "container.crash-loop": Remedy(Target.TROUBLED, LADDER),
    "container.unhealthy": Remedy(Target.TROUBLED, LADDER),
    "container.starting-too-long": Remedy(Target.TROUBLED, REVIVE),
    "compose.not-created": Remedy(Target.TROUBLED, (Kind.START, Kind.REBUILD, Kind.ALL)),
    "container.out-of-memory": Refusal(
        "it would be killed again as soon as it needs the same memory: raise the limit or find the leak"
    ),
    "container.disk-full": Refusal("no restart frees space, and a person must decide what may be deleted"),
    "container.port-taken": Refusal(
        "another program holds the port, and processes outside this project are not stopped from here"
    ),
    "container.worker-timeout": Remedy(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "container.files-limit": Remedy(Target.TROUBLED, (Kind.START, Kind.RESTART)),
    "container.import-error": Refusal(CODE),
    "container.wrong-attribute": Refusal(CODE),
    "container.missing-variable": Refusal(SETTING),
    "container.setting-invalid": Refusal(SETTING),
    "container.config-file": Refusal(SETTING),
    "container": Refusal("the fault is in the code, the image or the settings, and a restart meets the same again"),
    "container.restart-policy": Refusal(SETTING),
    "postgres.too-many-clients": Remedy(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "postgres.refused": Remedy(Target.DATABASE, REVIVE),
    "postgres": Refusal(DATABASE),
    "database.pool-exhausted": Remedy(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "database": Refusal(DATABASE),
    "dependency": Refusal("the fault is in a dependency of the service or in its address"),
    "nginx.stale-upstream": Remedy(Target.PROXY, (Kind.RELOAD, Kind.RESTART)),
    "container.wrong-container": Remedy(Target.PROXY, (Kind.RELOAD, Kind.RESTART)),
    "nginx.upstream-unavailable": Remedy(Target.BACKEND, LADDER),
    "nginx.bad-gateway": Remedy(Target.BACKEND, LADDER),
    "nginx.gateway-timeout": Remedy(Target.BACKEND, LADDER),
    "nginx.rate-limited": Refusal(LIMITS),
    "nginx": Refusal(SETTING),
    "edge.app-away": Remedy(Target.BACKEND, LADDER),
    "edge.app-slow": Remedy(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "edge.broke-off": Remedy(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "edge": Refusal("the fault is in the proxy in front of the services, or in its settings"),
    "net.refused": Remedy(Target.TROUBLED, LADDER),
    "net.reset": Remedy(Target.TROUBLED, LADDER),
    "net.hung": Remedy(Target.BACKEND, (Kind.START, Kind.RESTART, Kind.ALL)),
    "net": Refusal(NETWORK),
    "app.unhealthy": Remedy(Target.BACKEND, LADDER),
    "app.error": Remedy(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "app.partial-outage": Remedy(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "app.database-unreachable": Remedy(Target.DATABASE, REVIVE),
    "app.database-not-initialised": Refusal(DATABASE),
    "app.missing-variable": Refusal(SETTING),
    "app.debug-on": Refusal(SETTING),
    "app.wrong-service": Refusal(SETTING),
    "app.wrong-version": Refusal("a version is deployed by a deploy, not by a repair"),
    "app.mixed-versions": Refusal("a version is deployed by a deploy, not by a repair"),
    "app.health-missing": Refusal(CODE),
    "app.promise-broken": Refusal(CODE),
    "app.slow": Refusal("it works, and a person must find out why it is slow"),
    "app": Refusal("the fault is in what the application needs or does, and its own message says what to change"),
    "monitoring.error": Remedy(Target.BACKEND, (Kind.START, Kind.RESTART)),
    "monitoring.stale": Remedy(Target.TROUBLED, (Kind.START, Kind.RESTART)),
    "monitoring": Refusal("the application reports it itself; its own message says what to fix"),
    "sign-in.throttled": Refusal(LIMITS),
    "sign-in.register-failed": Remedy(Target.DATABASE, (Kind.START, Kind.RESTART)),
    "sign-in": Refusal(CODE),
    "frontend.down": Remedy(Target.TROUBLED, LADDER),
    "frontend": Refusal(BUNDLE),
    "browser": Refusal(
        "a browser shows that it is broken, not in which service: what the other checks name comes first"
    ),
    "access": Refusal("this run was refused, and nothing is known about the services behind the refusal"),
    "tls": Refusal("the fault is in the certificate, which a restart does not renew"),
    "render.suspended": Remedy(Target.PLATFORM, (Kind.RESUME,)),
    "render.suspended-by-owner": Remedy(Target.PLATFORM, (Kind.RESUME,)),
    "render.never-deployed": Remedy(Target.PLATFORM, (Kind.DEPLOY,)),
    "render.not-triggered": Remedy(Target.PLATFORM, (Kind.DEPLOY,)),
    "render.deploy-canceled": Remedy(Target.PLATFORM, (Kind.DEPLOY,)),
    "render.live-without-server": Remedy(Target.PLATFORM, (Kind.RESTART,)),
    "render.edge-behind": Remedy(Target.PLATFORM, (Kind.RESTART,)),
    "render.crashing-paid": Remedy(Target.PLATFORM, (Kind.RESTART, Kind.ROLLBACK)),
    "render.crashing-free": Remedy(Target.PLATFORM, (Kind.RESTART, Kind.ROLLBACK)),
    "render.wake-failed": Remedy(Target.PLATFORM, (Kind.RESTART, Kind.ROLLBACK)),
    "render.build-failed": Refusal(CODE),
    "render.pre-deploy-failed": Refusal(CODE),
    "render.start-failed": Refusal("a new start would fail as this one did: what its evidence names comes first"),
    "render.deploy-superseded": Refusal(
        "a newer deploy replaced it, and a person must decide which one should be live"
    ),
    "render.deploy-in-progress": Refusal("a deploy is in progress: wait for it"),
    "render.variable-missing": Refusal("variables are never set from here: the steps say where"),
    "render.variable-wrong": Refusal("variables are never set from here: the steps say where"),
    "render": Refusal(PLATFORM),
    "server": Refusal(ACCESS),
    "runner": Refusal("the fault is on the machine that this runs on: nothing is known about the deployment"),
    "data": Refusal(DATABASE),
    "undetermined": Refusal("the cause is not known, and acting on a guess can make it worse"),
}


ON_PLATFORM = {Kind.RESTART: (Kind.RESTART, Kind.ROLLBACK)}
"""What replaces a restart where the platform runs the services, not a compose project."""


def remedy_of(code: str, *, platform: bool = False) -> Remedy | Refusal:
    """Return what may be done about a cause; a cause without a row is refused.

    Args:
        code: the cause.
        platform: whether the platform runs the services, so that actions go through its API.
    """
    found = REMEDIES.get(code) or REMEDIES.get(code.partition(".")[0])
    if platform and isinstance(found, Remedy) and found.target is not Target.PLATFORM:
        kinds = tuple(each for kind in found.kinds for each in ON_PLATFORM.get(kind, ()))
        return Remedy(Target.PLATFORM, kinds) if kinds else Refusal(PLATFORM)
    return found or Refusal(f"no remedy is known for {code}; {JUDGEMENT}")
