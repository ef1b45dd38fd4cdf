"""Who has registered cannot come back: the login is missing, the account is lost, the token is refused."""

from __future__ import annotations

from smokegate.diagnosis.broken import has_token
from smokegate.diagnosis.rule import EXPLAINED, Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import body, quote, seen
from smokegate.knowledge.refusals import reason_in
from smokegate.observation.evidence.own_errors import reports_internal
from smokegate.observation.evidence.sign_in import identity_in, is_refused, leads_elsewhere, shows_another, token_of
from smokegate.observation.evidence.sign_in_reply import reply
from smokegate.observation.exchange import Answer, Exchange
from smokegate.observation.plan.sign_in.names import ANONYMOUS

REFUSED = frozenset({401, 403})
UNREADABLE = frozenset({400, 404, 422})
"""How some refuse a token that they cannot read, or whose account they do not find, where the view is there."""
VIEWS = ("account", "account again")
"""The account as a client sees it that has just signed in."""


def missing(case: Case) -> Signs | None:
    """Login is 404 or 405, where registering, or any other path of the app, was answered."""
    for exchange, answer in case.answered("login", "login first"):
        if answer.status in {404, 405} and not leads_elsewhere(answer):
            evidence = (seen(exchange, body(answer)), *_worked(case, "register", "health"))
            return Signs(evidence, (exchange.name,))
    return None


def lost(case: Case) -> Signs | None:
    """A fresh account is unknown at login, or its token opens nothing, or someone else's account."""
    other = _other_account(case)
    if other is not None:
        return other
    exchange, answer = case.exchange("login"), case.app("login")
    if exchange is None or answer is None or not is_refused(answer, REFUSED | {400}):
        return None
    if not case.environment.sign_in or not case.environment.sign_in.creates_accounts:
        return None
    if not has_token(case, "register") and not has_token(case, "login first"):
        return None
    return Signs(
        (seen(exchange, body(answer)), *_worked(case, "register", "login first", "account")),
        ("login",),
        Confidence.LIKELY,
    )


def _other_account(case: Case) -> Signs | None:
    api = case.environment.sign_in
    if api is None:
        return None
    by_identity: dict[str, Exchange] = {}
    for name in ("register", "login first", *VIEWS):
        identity = case.field(name, api.identity)
        exchange = case.exchange(name)
        if identity is not None and exchange is not None:
            by_identity.setdefault(str(identity), exchange)
    named = [each for each, answer in case.answered(*VIEWS) if shows_another(api, reply(answer))]
    if len(by_identity) < 2 and not named:
        return None
    by_identity = by_identity if len(by_identity) > 1 else {}
    differing = list(by_identity.items())[::-1]
    # Without a word about it, an `id` may be that of anything: of the registration, of a session.
    proven = bool(api.identity_declared) or sum(each.name in VIEWS for _, each in differing) > 1
    by_id = [(each, seen(each, f"{api.identity} is {quote(identity)}")) for identity, each in differing]
    by_address = [(each, seen(each, "it shows another user's e-mail address")) for each in named]
    shown = [*by_id, *by_address]
    return Signs(
        tuple(line for _, line in shown),
        tuple(dict.fromkeys(each.name for each, _ in shown)),
        Confidence.CERTAIN if named or proven else Confidence.LIKELY,
        variant="other-account",
    )


def _turns_away(case: Case, answer: Answer) -> bool:
    """Return whether an account view refuses the client, by its status or in the body of a success."""
    api = case.environment.sign_in
    closed = case.app(ANONYMOUS)
    refused = REFUSED | UNREADABLE if closed is not None and closed.status in REFUSED else REFUSED
    return (
        is_refused(answer, refused)
        and not reports_internal(answer)
        and api is not None
        and identity_in(api, reply(answer)) is None
    )


def not_shared(case: Case) -> Signs | None:
    """A token that was just given is refused, although the account exists: login gave another one."""
    views = list(case.answered(*VIEWS))
    refused = [(each, answer) for each, answer in views if _turns_away(case, answer)]
    if not refused or not any(has_token(case, name) for name in ("login", "login first")):
        return None
    opened = [(each, answer) for each, answer in views if answer.status < 300 and not _turns_away(case, answer)]
    unknown = "not-found" if all(answer.status == 404 for _, answer in refused) else ""
    why = next((reason for _, answer in refused if (reason := reason_in(answer.body.start, kind="token"))), None)
    return Signs(
        tuple(seen(each, body(answer)) for each, answer in (*refused, *opened)),
        tuple(each.name for each, _ in refused),
        Confidence.LIKELY,
        variant="reason-named" if why else unknown or ("" if opened else "opens-nothing"),
        steps=(why.step,) if why else None,
        names={"why": why.what} if why else {},
    )


def revoked(case: Case) -> Signs | None:
    """The account opened before a logout that succeeded, and the token of the login after it is refused."""
    out, again = case.exchange("logout"), case.exchange("account again")
    answer, logout, first = case.app("account again"), case.app("logout"), case.app("account")
    if out is None or again is None or answer is None or logout is None or first is None:
        return None
    if not _turns_away(case, answer) or not 200 <= logout.status < 400 or not 200 <= first.status < 300:
        return None
    if not has_token(case, "login"):
        return None
    same = _token(case, "login") in {_token(case, "register"), _token(case, "login first")} - {None}
    detail = ("login gave the very token that the logout had ended",) if same else ()
    return Signs(
        (seen(again, body(answer), *detail), seen(out), *_worked(case, "login", "account")),
        ("account again", "login", "logout"),
        Confidence.CERTAIN if same else Confidence.LIKELY,
    )


def _token(case: Case, name: str) -> str | None:
    api, answer = case.environment.sign_in, case.app(name)
    return None if api is None or answer is None or api.by_cookie else token_of(api, reply(answer))


def _worked(case: Case, *names: str) -> tuple[str, ...]:
    return tuple(seen(each) for each, answer in case.answered(*names) if 200 <= answer.status < 300)


RULES = (
    Rule("sign-in.login-missing", Level.SIGN_IN, missing, unless=EXPLAINED),
    Rule("sign-in.account-lost", Level.SIGN_IN, lost, unless=EXPLAINED),
    Rule("sign-in.key-not-shared", Level.SIGN_IN, not_shared, unless=(*EXPLAINED, "sign-in.account-lost")),
    Rule("sign-in.relogin-refused", Level.SIGN_IN, revoked, unless=EXPLAINED, silences=("sign-in.key-not-shared",)),
)
