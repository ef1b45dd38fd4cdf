"""What nginx says when it cannot pass a request on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs, Step
from smokegate.diagnosis.rule_helpers import edge_signs, limited, sometimes
from smokegate.observation.model import Answer

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case, Hit
    from smokegate.diagnosis.rule import Judge

STATE: Step = (
    "On the server, in `{directory}`: `{compose} ps`; a service that is not 'Up (healthy)' is the cause.",
    "On the server, check whether the backend's process or container runs, and on which port it listens.",
)
LOGS: Step = (
    "Read why: `{compose} logs --tail 100 {service}`.",
    "Read the backend's log from its last start on.",
)
REPAIR: Step = (
    (
        "Repair in this order, and verify after each: `{compose} restart {service}`; `{compose} up -d --build"
        " {service}`; `{compose} down && {compose} up -d`."
    ),
    "Repair in this order, and verify after each: restart the backend, rebuild it, restart everything.",
)
ERROR_LOG: Step = (
    "nginx's error log names the reason: 'connection refused' (not running), 'no route to host' (an old"
    " address), 'upstream timed out'."
)


REPLACES = "nginx.upstream-unavailable"
LIMIT = "nginx.rate-limited"


@dataclass(frozen=True)
class Row:
    """One face that nginx shows, what it means, and what to do."""

    code: str
    title: str
    owner: Owner
    symptom: str
    sign: str
    steps: tuple[Step, ...]
    competing: tuple[str, ...]
    confidence: Confidence = Confidence.LIKELY
    unless: tuple[str, ...] = ()
    """Other faces of the same cause that say more."""


ROWS = (
    Row(
        "nginx.upstream-unavailable",
        "The backend behind nginx at {target} is down",
        Owner.APP,
        "503 with the JSON message 'Backend service temporarily unavailable'; the dashboard shows 'Backend"
        " Health: ERROR'.",
        'the JSON body with `"error": "upstream_unavailable"`',
        (STATE, LOGS, REPAIR, ERROR_LOG),
        (
            "a backend that is stopped or restarting",
            "a backend that hangs: nginx gives the same message after its time-out",
            "a 503 of the backend itself, which this nginx replaces by its message",
            "nginx looking for the backend at an old address",
        ),
        unless=("nginx.gateway-timeout",),
    ),
    Row(
        "nginx.bad-gateway",
        "nginx at {target} gets no answer from the backend",
        Owner.APP,
        "502 'Bad Gateway' on nginx's own page.",
        "nginx's own page for 502",
        (STATE, LOGS, REPAIR, ERROR_LOG),
        (
            "a backend that is stopped or restarting",
            "a worker that dies during the request",
            "nginx keeping the backend's address from before its container was recreated",
        ),
        unless=("nginx.gateway-timeout", "nginx.upstream-unavailable", LIMIT),
    ),
    Row(
        "nginx.unavailable",
        "nginx at {target} answers 503 itself: it limits requests, or no backend is ready",
        Owner.APP,
        "503 'Service Temporarily Unavailable' on nginx's own page.",
        "nginx's own page for 503",
        (
            "Read nginx's error log: `limiting requests` names the zone of a rate limit, whose default status this is.",
            "In Kubernetes: `kubectl get endpointslices` of the service; without a ready pod ingress-nginx answers so.",
            STATE,
            "If requests are limited: raise the `limit_req` zone, and set `limit_req_status 429`, which says so.",
        ),
        (
            "a rate limit with its default status: another client behind the same address, or a limit too low",
            "a service in Kubernetes without a pod that is ready",
            "a `return 503` for maintenance",
        ),
        unless=("nginx.rate-limited",),
    ),
    Row(
        "nginx.gateway-timeout",
        "The backend behind nginx at {target} does not answer in time",
        Owner.APP,
        "504 'Gateway Time-out' on nginx's own page.",
        "nginx's own page for 504",
        (
            STATE,
            LOGS,
            (
                "Look for what requests wait for: a database lock, an exhausted connection pool, an upstream"
                " API, all workers busy."
            ),
            ("Restart it: `{compose} restart {service}`.", "Restart the backend."),
        ),
        (
            "a backend that is deadlocked or overloaded",
            "a firewall between nginx and backend that drops",
            "a request that takes longer than nginx waits",
        ),
    ),
    Row(
        "nginx.own-error",
        "nginx at {target} failed itself: its own page for 500",
        Owner.CONFIGURATION,
        "500 'Internal Server Error' on nginx's own page.",
        "nginx's own page for 500",
        (
            "Read nginx's error log at that moment: it names the reason in one line.",
            "Look for `worker_connections are not enough`, a rewrite that goes in circles, a full disk.",
            "After a change: `nginx -t && nginx -s reload`.",
        ),
        (
            "too few connections for its workers",
            "a rewrite or `try_files` that goes in circles",
            "a 500 of the backend, where nginx intercepts errors",
        ),
    ),
    Row(
        "nginx.rate-limited",
        "nginx at {target} limits the rate of requests",
        Owner.CONFIGURATION,
        "429 'Too Many Requests' on nginx's own page, without `Retry-After`; 503 where no other status is set.",
        "nginx's own page for 429, or for 503 on an address that the application answered before",
        (
            "Check for other clients at the same address: a second run of this suite, a monitor, an open dashboard.",
            "Wait a few seconds and run `{verify}` again; it requests each address once.",
            "If healthy visitors meet it too, raise the `limit_req` zone in nginx's configuration.",
        ),
        ("another client behind the same address", "a limit that is set too low for normal use"),
        Confidence.CERTAIN,
    ),
)


def by_limit(case: Case) -> Signs | None:
    """Judge by nginx's page for 429, or by the 503 that `limit_req` gives by default.

    A backend that is away is a 503 for ingress-nginx, too: it is a limit where the same address was answered before.
    """
    signs = edge_signs(case, LIMIT)
    if signs is None:
        hits = tuple(hit for hit in case.edges("nginx.unavailable") if _let_through_before(case, hit))
        signs = edge_signs(case, LIMIT, Confidence.LIKELY, hits)
    return None if signs is None else limited(case, signs)


def _let_through_before(case: Case, hit: Hit) -> bool:
    if not isinstance(hit.outcome, Answer) or hit.outcome.status != 503:
        return False
    exchange = hit.exchange
    refused = next((each.started for each in exchange.earlier if each.outcome is hit.outcome), exchange.started)
    return any(
        each.request.url == exchange.request.url and each.started < refused and case.app(each.name) is not None
        for each in case.backend
    )


def by_page(row: Row) -> Judge:
    """Judge by the answers that nginx made for this row's cause."""

    def judge(case: Case) -> Signs | None:
        signs = edge_signs(case, row.code, row.confidence)
        health = case.app("health")
        if signs is None:
            return None
        if health is None or signs.advisory or row.code != REPLACES:
            return sometimes(case, signs, row.title)
        if health.status >= 500:
            return None  # the backend is there and says 503 itself, which nginx replaces elsewhere
        return replace(
            signs,
            confidence=Confidence.LIKELY,
            title="The backend behind nginx at {target} fails on some paths",
            against=("the health check was answered by the backend, so it is not down altogether",),
        )

    return judge


RULES = tuple(
    Rule(
        code=row.code,
        title=row.title,
        level=Level.ROUTING,
        owner=row.owner,
        symptom=row.symptom,
        reads=(row.sign,),
        judge=by_limit if row.code == LIMIT else by_page(row),
        steps=row.steps,
        competing=row.competing,
        after=REACHED,
        unless=("nginx.stale-upstream", *row.unless),
    )
    for row in ROWS
)
