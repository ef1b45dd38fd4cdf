"""Judges whether a page's scripts call the API, and if not, what is wrong.

The check and the diagnosis share this judgement. A wrong address counts only if no called address is right, or if
it is certainly the API's: pages also call maps, analytics and developer tools, and bundles contain unused
addresses.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from smokegate.environment.model import Environment
from smokegate.observation.evidence.addresses import split_address
from smokegate.observation.evidence.called_address import RIGHT, STRONG, UNCLEAR, AddressJudge
from smokegate.observation.exchange import Exchange
from smokegate.observation.model import ApiAddress, Observation
from smokegate.observation.plan.step import ON_BACKEND, ON_FRONTEND

STAGES = re.compile(
    r"(?:^|[.-])(?:staging|stage|stg|dev|development|test|testing|qa|uat|preview|preprod|sandbox|int)\d*(?=[.-]|$)"
)
ORDER = ("client", "request", "setting", "built", "given", "constant")
CODES = ("frontend.address-unset", "frontend.address-unfilled", "frontend.calls-localhost", "frontend.plain-http")


MANY_HOSTS = 10
"""Of a list of so many servers (chains, regions, mirrors), none is known to be the team's."""
CALLED = ("client", "request")
"""Kinds of addresses that the page certainly calls."""


class Wrong(Struct, frozen=True):
    """An address that is not the API's."""

    code: str
    """The cause's code."""
    address: ApiAddress
    certain: bool
    detail: str = ""


class Judgement(Struct, frozen=True):
    """The judgement of a page's calls."""

    right: tuple[ApiAddress, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    unclear: tuple[ApiAddress, ...] = ()


def judged(environment: Environment, observation: Observation) -> Judgement:
    """Judge every address that was found."""
    if environment.frontend is None:
        return Judgement()
    judge = AddressJudge(environment, observation)
    kinds = [(each, *judge.kind(each)) for each in judge.addresses]
    kept = {each: judge.refused_by_policy(each) for each, kind, _ in kinds if kind == RIGHT}
    right = tuple(each for each, policy in kept.items() if not policy)
    if not any(each.how in CALLED for each in right) and (first := next(filter(kept.get, kept), None)):
        return Judgement(wrong=(Wrong("frontend.call-forbidden", first, certain=True, detail=kept[first]),))
    wrong = [Wrong(kind, each, judge.coincides(each), detail) for each, kind, detail in kinds if "." in kind]
    near = any(
        kind in {UNCLEAR, "frontend.wrong-path"} and judge.is_wanted(split_address(each.resolved))
        for each, kind, _ in kinds
    )
    sure = any(_proves_path(judge, each) for each in right)
    any_right = {each: sure if each.code == "frontend.wrong-path" else bool(right) for each in wrong}
    counted = tuple(each for each in wrong if _counts(judge, each, any_right=any_right[each], near=near))
    # A path without a base is part of a call whose base shows the error.
    counted = tuple(each for each in counted if each.address.how != "path") or counted
    unclear = tuple(each for each, kind, _ in kinds if kind == UNCLEAR)
    return Judgement(right, tuple(sorted(counted, key=lambda each: _rank(judge, each))), unclear)


def by_paths(environment: Environment, page: str, paths: Iterable[str]) -> tuple[ApiAddress, ...]:
    """Return calls known only by their path, if it is a declared API path."""
    judge = AddressJudge(environment, None)
    found = (ApiAddress("", each, urljoin(page, each), "path") for each in paths if each.startswith("/"))
    return tuple(each for each in found if judge.coincides(each))[:4]


def to_try(environment: Environment, addresses: Iterable[ApiAddress], paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names of up to three trial requests that distinguish right from wrong addresses."""
    judge = AddressJudge(environment, None, tuple(addresses), paths)
    found: dict[str, None] = {}
    if any(judge.kind(each)[0] == RIGHT and _proves_path(judge, each) for each in judge.addresses):
        return ()
    unset = any(judge.kind(each)[0] == "frontend.address-unset" for each in judge.addresses if each.how in STRONG)
    for each in judge.addresses:
        if judge.kind(each)[0] == "frontend.calls-itself" and not (unset and each.how == "path"):
            found.update((ON_FRONTEND + path, None) for path in judge.samples(each)[:1])
        elif unbased := judge.unbased(each):
            found.update((ON_FRONTEND + path, None) for path in judge.samples(unbased)[:1])
        elif suspicious := judge.suspicious(each):
            found[ON_BACKEND + suspicious] = None
    return tuple(found)[:3]


def to_read(environment: Environment, addresses: Iterable[ApiAddress], paths: tuple[str, ...]) -> str | None:
    """Return an endpoint that the page reads cross-origin; with a sign-in flow, its calls show the same."""
    if environment.sign_in is not None or urlsplit(environment.backend.url).path.strip("/"):
        return None
    judge = AddressJudge(environment, None, tuple(addresses), paths)
    read = [e.path for e in environment.backend.endpoints if e.verb == "GET" and not e.credentials]
    return next((path for path in read if _calling(judge, path)), None)


def _calling(judge: AddressJudge, path: str) -> list[ApiAddress]:
    """Return the right addresses on another origin that call a path."""
    right = [e for e in judge.addresses if e.how in CALLED and judge.kind(e)[0] == RIGHT and not judge.is_home(e)]
    return [each for each in right if path.partition("?")[0] in judge.called(each)]


def sends_cookies(environment: Environment, observation: Observation, exchange: Exchange) -> bool:
    """Return whether all of the page's calls to this URL send cookies."""
    calling = _calling(AddressJudge(environment, observation), urlsplit(exchange.request.url).path)
    return bool(calling) and all(each.cookies for each in calling)


def _proves_path(judge: AddressJudge, right: ApiAddress) -> bool:
    """Return whether a right address proves that the path is right, too.

    An undeclared path proves nothing about the others, nor does an address that is only mentioned.
    """
    shows = right.how != "mention" and not judge.doubles(right)
    return shows and not judge.suspicious(right) and judge.coincides(right)


def _counts(judge: AddressJudge, wrong: Wrong, *, any_right: bool, near: bool) -> bool:
    """Return whether a wrong address counts against the page."""
    how, code = wrong.address.how, wrong.code
    if code == "frontend.calls-itself" and judge.below_base(wrong.address):
        return False
    if near and code == "frontend.calls-localhost" and (how == "setting" or not wrong.address.alone):
        return False  # a default or another stage's, beside the backend's own address
    if code == "frontend.address-unset" and not wrong.address.alone:
        return wrong.certain and not any_right  # a map's key, or a value set later
    if code == "frontend.address-unset" and how == "constant":
        return not any_right  # `undefined/v1` is never written on purpose
    if any_right:
        plain = code in {"frontend.calls-localhost", "frontend.address-unset", "frontend.address-unfilled"}
        return plain and how in {"client", "request"} and wrong.address.alone and wrong.certain
    if code == "frontend.another-backend":
        return how in STRONG and _related(judge, wrong)
    if how == "path" or not wrong.address.value:
        # A path alone proves too little if the client's base URL is unknown.
        return (wrong.certain or judge.lacks_beginning(wrong.address)) and bool(wrong.detail)
    # An argument of the page's own functions may be a link, but pages do not link to localhost.
    tried = bool(judge.suspicious(wrong.address))  # the API answered that it does not exist
    return how in STRONG or wrong.certain or tried or (how == "given" and code == "frontend.calls-localhost")


def _related(judge: AddressJudge, wrong: Wrong) -> bool:
    """Return whether another server is one for the API: its path is, or its host is the team's or the only client's."""
    address = wrong.address
    others = {split_address(each.resolved).hostname for each in judge.addresses if each.how in STRONG}
    if wrong.certain or _is_own(judge, address):
        return len(others) < MANY_HOSTS or address.how == "request"
    return address.how == "client" and len(others) == 1


def _is_own(judge: AddressJudge, address: ApiAddress) -> bool:
    """Return whether a host's name shows that it is the team's own, or a scheme before another one."""
    host, parts = split_address(address.resolved).hostname or "", (judge.wanted.hostname or "").split(".")
    return (
        bool(STAGES.search(host))
        or host in {"http", "https"}
        or (len(parts) > 2 and host.endswith("." + ".".join(parts[-2:])))
    )


def _rank(judge: AddressJudge, wrong: Wrong) -> tuple[bool | int, ...]:
    """Order by evidence: called addresses come before those only found in a script.

    A library's defaults and its vendor's own services come last.
    """
    how, default = wrong.address.how, not wrong.certain and not wrong.address.alone
    elsewhere = wrong.code == "frontend.another-backend" and not wrong.certain and not _is_own(judge, wrong.address)
    empty = wrong.code in CODES[:2] and how in {"request", "constant"} and wrong.address.alone
    return (
        default,
        elsewhere,
        not empty,  # a setting with another host is then another stage's
        how not in STRONG,
        not wrong.certain,
        ORDER.index(how) if how in ORDER else 9,
        CODES.index(wrong.code) if wrong.code in CODES else 9,
    )
