"""A login sets a session cookie that no browser keeps there, or sends to the account view."""

from __future__ import annotations

from functools import partial

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import quote, seen
from smokegate.observation.evidence.cookies import Browser, Cookie, browser_of, session_cookies
from smokegate.observation.evidence.sign_in import opens
from smokegate.observation.evidence.sign_in_reply import reply

DOMAIN, ATTRIBUTES, PATH = KINDS = ("sign-in.cookie-domain", "sign-in.cookie-attributes", "sign-in.cookie-path")


def judge(case: Case, wanted: str) -> Signs | None:
    """A login signs in by a cookie that does not come back from a browser, and the account did not open."""
    api = case.environment.sign_in
    if api is None or not api.by_cookie:
        return None
    browser = browser_of(case.environment)
    for name, view in (("register", "account"), ("login first", "account"), ("login", "account again")):
        exchange, answer, account, opened = case.exchange(name), case.app(name), case.app(view), case.exchange(view)
        if exchange is None or answer is None or account is None or opened is None or opens(api, reply(account)):
            continue
        given = session_cookies(answer.headers, api.cookie)
        found = [_why(browser, each, opened.request.url) for each in given]
        if not found or not all(why for _, why in found) or found[0][0] != wanted:
            continue
        first, why = given[0], found[0][1]
        return Signs(
            (seen(exchange, f"its cookie {quote(first.name)} {why}"), seen(opened)),
            (name, view),
            Confidence.LIKELY,
            names={"why": why, "domain": first.domain},
        )
    return None


def _why(browser: Browser, cookie: Cookie, url: str) -> tuple[str, str]:
    """Return which cause it is, and in words why a browser does not send a cookie to an address; empty if it does."""
    refusal = browser.refusal(cookie)
    if refusal:
        return (DOMAIN if browser.is_elsewhere(cookie.domain) else ATTRIBUTES), refusal
    return PATH, "" if browser.is_sent(cookie, url) else f"is for the path '{cookie.attributes['path']}'"


RULES = tuple(
    Rule(
        kind,
        Level.SIGN_IN,
        partial(judge, wanted=kind),
        silences=("sign-in.key-not-shared", "sign-in.pretended", "sign-in.relogin-refused", "sign-in.account-lost"),
    )
    for kind in KINDS
)
