"""The application does not accept the credentials that the environment file has us send."""

from __future__ import annotations

from smokegate.diagnosis.broken import described
from smokegate.diagnosis.exchange_names import is_sample
from smokegate.diagnosis.rule import ANSWERED, Case, Confidence, Level, Owner, Rule, Signs
from smokegate.diagnosis.rule_helpers import carries_credentials
from smokegate.observation.exchange import Exchange

UNAUTHORIZED, FORBIDDEN = 401, 403


def judge(case: Case) -> Signs | None:
    """A request with credentials is refused, or every request, where there are none."""
    return _refused(case) or _none_sent(case)


def _refused(case: Case) -> Signs | None:
    """A request with credentials is refused: by 401, or all but a health check, which may be open, by 403."""
    carrying = [each for each in case.backend if carries_credentials(each) and case.promise(each.name) is not None]
    unmet = [each for each in carrying if case.unmet_of(each.name)]
    hits = [each for each in unmet if _status(each) == UNAUTHORIZED]
    guarded = [each for each in carrying if not is_sample(each.name)] or carrying
    if not hits and guarded and all(_status(each) == FORBIDDEN for each in guarded):
        hits = [each for each in unmet if case.app(each.name) is not None]
    if not hits:
        return None
    return Signs(
        tuple(described(each, case) for each in hits[:2]), tuple(each.name for each in hits), Confidence.LIKELY
    )


def _none_sent(case: Case) -> Signs | None:
    """Everything that is requested, the health check too, is 401, and the file has no credentials for it."""
    promised = [each for each in case.backend if case.promise(each.name) is not None and each.answer]
    if len(promised) < 2 or any(map(carries_credentials, promised)):
        return None
    if not all(_status(each) == UNAUTHORIZED and case.unmet_of(each.name) and case.app(each.name) for each in promised):
        return None
    return Signs(
        tuple(described(each, case) for each in promised[:2]),
        tuple(each.name for each in promised),
        Confidence.LIKELY,
        title="{host} requires credentials for every request, including the health check, but {file} has none",
        owner=Owner.CONFIGURATION,
        steps=(
            (
                "Find out who answers 401: look for the request in the application's log. If it is not there, something"
                " in front checks who calls (nginx `auth_request`, Traefik `forwardAuth`, Caddy `forward_auth`,"
                " Envoy `ext_authz`, an ingress annotation)."
            ),
            "If users are meant to come in without it, take the health check and the public paths out of that check.",
            (
                "If the environment is meant to be closed, declare its credentials in {file} (`bearer`, `send` or"
                " `[backend.basic]`)."
            ),
        ),
        competing=(
            "an authentication in front of the application that covers more paths than it should",
            "an application that protects its health check",
        ),
    )


def _status(exchange: Exchange) -> int | None:
    return exchange.answer.status if exchange.answer else None


RULES = (
    Rule(
        "access.credentials-refused",
        Level.ROUTING,
        judge,
        after=ANSWERED,
        silences=("app.promise-broken", "app.health-missing"),
    ),
)
