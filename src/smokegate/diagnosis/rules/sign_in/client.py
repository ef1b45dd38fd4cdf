"""The file does not say how the application wants a login: the suite's own data."""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import replace

from smokegate.diagnosis.rule import EXPLAINED, Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import body, header, plain, quote, seen
from smokegate.observation.evidence.cookies import cookies_of
from smokegate.observation.evidence.html import is_html
from smokegate.observation.evidence.sign_in import leads_elsewhere, owes_token, refuses_login, signs_in
from smokegate.observation.evidence.sign_in_reply import reply
from smokegate.observation.exchange import Answer

FIRST = "login first"
LOGINS = (FIRST, "login")
WANTS_FIELDS = re.compile(
    r"\b(?:field|parameter|property|value|key|input)s?\b.{0,60}\b(?:required|missing)\b"
    r"|\bmissing\b.{0,60}\b(?:field|parameter|property|value|key)\b|is required\b|must have required property"
    r"|may not be blank|extra (?:inputs|fields)|additional propert|unknown field|unrecognized[_ ]key",
    re.IGNORECASE | re.DOTALL,
)
"""A refusal that is about the fields of a body, not about what they hold."""
CSRF = re.compile(
    r"csrf|xsrf|authenticity.?token|page expired|forgery|the change you wanted was rejected", re.IGNORECASE
)
TOKEN_KEY = re.compile(r"token|jwt|bearer", re.IGNORECASE)


def explains_itself(answer: Answer) -> bool:
    """Return whether a refusal says what it wants, so that it is no word on the account; a login form says nothing."""
    text = answer.body.start
    return answer.status >= 400 and not reply(answer).is_login_page and _says_what_it_wants(text)


def _says_what_it_wants(text: str) -> bool:
    return WANTS_FIELDS.search(text) is not None or CSRF.search(text) is not None


def other_fields(case: Case) -> Signs | None:
    """A login is refused for its form or its fields, or is redirected."""
    api = case.environment.sign_in
    for exchange, answer in case.answered(*LOGINS):
        if api and leads_elsewhere(answer) and not signs_in(api, reply(answer)):
            return Signs(
                (seen(exchange, body(answer)),),
                (exchange.name,),
                Confidence.LIKELY,
                variant="redirected",
                names={"where": plain(answer.redirects_to or answer.url)},
            )
        about_fields = answer.status in {400, 422} and WANTS_FIELDS.search(answer.body.start)
        if (answer.status == 415 or about_fields) and not CSRF.search(answer.body.start):
            line = seen(exchange, body(answer))
            return Signs((line,), (exchange.name,), Confidence.LIKELY)
    return None


def csrf(case: Case) -> Signs | None:
    """A registration or a login is refused for its CSRF token."""
    api = case.environment.sign_in
    hits = [
        each
        for each in case.answered("register", *LOGINS)
        if each[1].status == 419 or (each[1].status in {400, 403, 422} and CSRF.search(each[1].body.start))
    ]
    if api is None or not hits:
        return None
    exchange, answer = hits[0]
    evidence, exchanges = (seen(exchange, body(answer)),), (exchange.name,)
    if api.csrf is None:
        return Signs(evidence, exchanges)
    return Signs(
        evidence,
        exchanges,
        Confidence.LIKELY,
        variant="own-csrf-token",
    )


def no_token(case: Case) -> Signs | None:
    """A login, or a registration that owes one, is a success without the token or session that the file declares."""
    api = case.environment.sign_in
    for exchange, answer in case.answered("register", *LOGINS) if api else ():
        assert api is not None
        got = reply(answer)
        given = not owes_token(api, got) if exchange.name == "register" else signs_in(api, got)
        if not (got.ok or got.redirects) or given or refuses_login(api, got):
            continue
        elsewhere = _found_elsewhere(answer) if not api.by_cookie else ""
        details = (header(answer, "content-type"), body(answer)) if is_html(answer) else (body(answer),)
        signs = Signs((seen(exchange, *details),), (exchange.name,), Confidence.LIKELY)
        if not elsewhere:
            return signs
        return replace(signs, evidence=(seen(exchange, elsewhere, *details),), variant="token-elsewhere")
    return None


def token_keys(answer: Answer) -> list[str]:
    """Return the keys of an answer that probably hold tokens."""
    return [key for key, value in _strings(answer.body.json) if TOKEN_KEY.search(key) and len(value) > 7]


def _found_elsewhere(answer: Answer) -> str:
    """Return where an answer holds a probable token or a session."""
    if keys := token_keys(answer):
        return f"it holds {quote(keys[0])}"
    if "authorization" in answer.headers:
        return "it holds the header `authorization`"
    cookies = [name for name, value in cookies_of(answer.headers).items() if value]
    return f"it sets the cookie {quote(cookies[0])}" if cookies else ""


def _strings(value: Any, path: str = "", depth: int = 0) -> list[tuple[str, str]]:
    if depth > 8 or not isinstance(value, dict):
        return [(path, value)] if isinstance(value, str) else []
    return [found for key, each in value.items() for found in _strings(each, f"{path}.{key}".strip("."), depth + 1)]


RULES = (
    Rule(
        "sign-in.other-fields",
        Level.SIGN_IN,
        other_fields,
        unless=EXPLAINED,
        silences=("sign-in.pretended", "sign-in.no-token"),
    ),
    Rule(
        "sign-in.csrf",
        Level.SIGN_IN,
        csrf,
        unless=EXPLAINED,
        silences=("sign-in.register-failed", "sign-in.pretended", "sign-in.standing-refused"),
    ),
    Rule("sign-in.no-token", Level.SIGN_IN, no_token, unless=EXPLAINED),
)
