"""Interprets answers of the sign-in flow: signed in, refused, account shown.

Shared by the plan, which sends the next request, the suite, which judges, and the diagnosis.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from smokegate.environment.signin import SignIn
from smokegate.observation.evidence.cookies import is_named
from smokegate.observation.evidence.json_rules import lookup, value_at
from smokegate.observation.evidence.sign_in_reply import Reply, reply, says_no, says_yes
from smokegate.observation.exchange import Answer

WHOLE_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
SYNTHETIC = re.compile(r"smokegate\+[0-9a-f]{12}@")
"""E-mail addresses of accounts that a run creates."""


def token_of(api: SignIn, got: Reply, key: str | None = None) -> str | None:
    """Return an answer's token, None if it has none; `key` overrides the place where it is read."""
    if not got.ok:
        return None
    if api.token_header is not None:
        said = got.headers.get(api.token_header, "").strip()
        found: Any = said.partition(" ")[2].strip() or said
    else:
        found = value_at(got.json, key or api.token)
    return found if isinstance(found, str) and found.strip() else None


def owes_token(api: SignIn, got: Reply) -> bool:
    """Return whether a successful registration lacks the declared token."""
    key = api.register_call.token if api.register_call is not None and not api.by_cookie else None
    return key is not None and got.ok and token_of(api, got, key) is None


def refuses_account(api: SignIn, got: Reply) -> bool:
    """Return whether a successful registration's body says that no account was created."""
    key = api.register_call.token if api.register_call is not None else None
    return got.ok and says_no(got) and identity_in(api, got) is None and not signs_in(api, got, key)


def signs_in(api: SignIn, got: Reply, key: str | None = None) -> bool:
    """Return whether an answer to a login or a registration signs the client in.

    With a session cookie: the cookie, and neither a login form nor a redirect to it. Only the account view proves it.
    """
    if not api.by_cookie:
        return token_of(api, got, key) is not None
    if not (got.ok or got.redirects) or got.is_login_page or leads_back(api, got):
        return False
    given = [name for name, value in got.cookies.items() if value]
    return bool(given) if api.cookie is None else any(is_named(name, api.cookie) for name in given)


def leads_back(api: SignIn, got: Reply) -> bool:
    """Return whether an answer redirects to the login."""
    if not got.redirects:
        return False
    target = urlsplit(got.headers["location"])
    pages = {api.login, *([api.csrf.page] if api.csrf else [])}
    return target.path in {urlsplit(page).path for page in pages} or "error=" in target.query


def leads_elsewhere(answer: Answer) -> bool:
    """Return whether a login's redirect dropped the body (its target got a plain GET), or leads to another host."""
    there, here = urlsplit(answer.redirects_to or ""), urlsplit(answer.url)
    moved = bool(there.netloc) and there.netloc != here.netloc and there.path == here.path
    return moved or any(each.status in {301, 302, 303} for each in answer.redirects)


def refuses_login(api: SignIn, got: Reply) -> bool:
    """Return whether an answer to a login with a wrong password refuses it."""
    no_such_user = got.status == 404 and got.is_json
    if got.status in api.login_call.refused or no_such_user or got.is_login_page or leads_back(api, got):
        return True
    return got.ok and not signs_in(api, got) and (says_no(got) or (api.by_cookie and not says_yes(got)))


def is_refused(answer: Answer, statuses: frozenset[int]) -> bool:
    """Return whether an answer refuses a login: by one of these statuses, or in a successful answer's body."""
    got = reply(answer)
    return got.status in statuses or (got.ok and says_no(got))


def opens(api: SignIn, got: Reply) -> bool:
    """Return whether an answer to the account view shows an account; with a token it must not be a page."""
    page = got.is_page and not got.is_json and not api.by_cookie
    return got.ok and not got.is_login_page and not page and not _has_no_account(api, got)


def succeeded(api: SignIn, name: str, answer: Answer | None) -> bool:
    """Return whether a page's call succeeded: a login signs in, an account view shows the account."""
    if answer is None:
        return False
    return opens(api, reply(answer)) if name.startswith("account") else signs_in(api, reply(answer))


def keeps_out(api: SignIn, got: Reply) -> bool:
    """Return whether an answer to the account view rejects a client that is not signed in."""
    if got.status in api.account_call.refused or got.redirects or got.turned_away:
        return True
    return got.ok and (got.is_login_page or _has_no_account(api, got))


def _has_no_account(api: SignIn, got: Reply) -> bool:
    """Return whether a successful answer has no account: `null`, `{}`, a refusal, or no declared identity."""
    if not got.is_json:
        return False
    if says_no(got) and identity_in(api, got) is None:
        return True
    empty = (got.json in (None, []), isinstance(got.json, dict) and all(map(_is_empty, got.json.values())))
    if any(empty):
        return True
    return api.identity_declared is not None and identity_in(api, got) is None


def _is_empty(value: Any) -> bool:
    """Return whether a value is empty: all of `{"user": null, "authenticated": false}`."""
    return value is None or value is False or value in ("", [], {})


def identity_in(api: SignIn, got: Reply) -> Any:
    """Return the account's identity in an answer, None if there is none."""
    return value_at(got.json, api.identity)


def shows_account(api: SignIn, got: Reply, own: Reply | None) -> bool:
    """Return whether an answer shows the account of this run, by its e-mail address or its identity.

    `own` is the account view of the signed-in client.
    """
    standing = api.standing.email if api.standing is not None else None
    if (standing is not None and standing in got.text) or SYNTHETIC.search(got.text):
        return True
    found = identity_in(api, got)
    return found not in (None, "") and own is not None and found == identity_in(api, own)


def shows_another(api: SignIn, got: Reply) -> bool:
    """Return whether an account view shows another e-mail address than that of the account this run created.

    An address that is masked, or lacks its `+` suffix, may be the run's own.
    """
    call = api.register_call
    if not api.creates_accounts or api.confirms_elsewhere or call is None or "mail" not in call.email:
        return False
    above = lookup(got.json, tuple(api.identity.split(".")[:-1]))
    keys = ("email", "emailAddress", "email_address")
    said = next((above[key] for key in keys if above.get(key)), None) if isinstance(above, dict) else None
    if not isinstance(said, str) or not WHOLE_ADDRESS.fullmatch(said) or said in (call.fields or {}).values():
        return False
    return not said.lower().startswith("smokegate")


def registered(api: SignIn, answers: Callable[[str], Answer | None]) -> bool:
    """Return whether a registration created an account: it signs in, or the next login does."""
    answer, later = answers("register"), answers("login first")
    if answer is None:
        return False
    got = reply(answer)
    if signs_in(api, got, api.register_call.token if api.register_call else None):
        return True
    if refuses_account(api, got):
        return False
    made = (got.ok and not got.is_page) or (api.by_cookie and (got.ok or got.redirects) and not got.is_login_page)
    return made and (api.confirms_elsewhere or (later is not None and signs_in(api, reply(later))))
