"""Judges what a page's scripts call: whether it is the API, and if not, in which way it is wrong.

The check and the rules that explain it read the same judgement. An address counts against a page only where
nothing that it calls is right, or where it is plainly the API's: pages also call maps, analytics and tools for
developers, and bundles contain what no one calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from smokegate.observation.evidence.addresses import split_address
from smokegate.observation.evidence.called_address import RIGHT, STRONG, UNCLEAR, AddressJudge
from smokegate.observation.model import ApiAddress
from smokegate.observation.plan.step import ON_BACKEND, ON_FRONTEND

if TYPE_CHECKING:
    from smokegate.environment.model import Environment
    from smokegate.observation.exchange import Exchange
    from smokegate.observation.model import Observation

STAGES = re.compile(
    r"(?:^|[.-])(?:staging|stage|stg|dev|development|test|testing|qa|uat|preview|preprod|sandbox|int)\d*(?=[.-]|$)"
)
ORDER = ("client", "request", "setting", "built", "given", "constant")
CODES = ("frontend.address-unset", "frontend.address-unfilled", "frontend.calls-localhost", "frontend.plain-http")


CALLED = ("client", "request")
"""How an address is found that the page calls for sure."""


class Wrong(Struct, frozen=True):
    """An address that is not the API's."""

    code: str
    """The cause's code."""
    address: ApiAddress
    certain: bool
    detail: str = ""


class Judgement(Struct, frozen=True):
    """What a page's calls come to."""

    right: tuple[ApiAddress, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    unclear: tuple[ApiAddress, ...] = ()


def judged(environment: Environment, observation: Observation) -> Judgement:
    """Judge every address that was found."""
    if environment.frontend is None:
        return Judgement()
    return _judgement(AddressJudge(environment, observation))


def by_paths(environment: Environment, page: str, paths: Iterable[str]) -> tuple[ApiAddress, ...]:
    """Return the calls that are known by their path alone, where it is one of the API's that the file names."""
    judge = AddressJudge(environment, None)
    found = (ApiAddress("", each, urljoin(page, each), "path") for each in paths if each.startswith("/"))
    return tuple(each for each in found if judge.calls.coincides(each))[:4]


def to_try(environment: Environment, addresses: Iterable[ApiAddress], paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return which requests would tell right from wrong, by the names of their exchanges; at most three."""
    judge = AddressJudge(environment, None, tuple(addresses), paths)
    found: dict[str, None] = {}
    if any(judge.kind(each)[0] == RIGHT and _vouches(judge, each) for each in judge.calls.addresses):
        return ()
    unset = any(judge.kind(each)[0] == "frontend.address-unset" for each in judge.calls.addresses if each.how in STRONG)
    for each in judge.calls.addresses:
        if judge.kind(each)[0] == "frontend.calls-itself" and not (unset and each.how == "path"):
            found.update((ON_FRONTEND + path, None) for path in judge.calls.samples(each)[:1])
        elif unbased := judge.unbased(each):
            found.update((ON_FRONTEND + path, None) for path in judge.calls.samples(unbased)[:1])
        elif suspicious := judge.calls.suspicious(each):
            found[ON_BACKEND + suspicious] = None
    return tuple(found)[:3]


def to_read(environment: Environment, addresses: Iterable[ApiAddress], paths: tuple[str, ...]) -> str | None:
    """Return an endpoint that the page reads from another origin; where it signs in, those calls show the same."""
    if environment.sign_in is not None or urlsplit(environment.backend.url).path.strip("/"):
        return None
    judge = AddressJudge(environment, None, tuple(addresses), paths)
    read = [e.path for e in environment.backend.endpoints if e.verb == "GET" and not e.credentials]
    return next((path for path in read if _calling(judge, path)), None)


def _calling(judge: AddressJudge, path: str) -> list[ApiAddress]:
    """Return what calls a path of the API on another origin."""
    right = [
        e for e in judge.calls.addresses if e.how in CALLED and judge.kind(e)[0] == RIGHT and not judge.calls.is_home(e)
    ]
    return [each for each in right if path.partition("?")[0] in judge.calls.called(each)]


def sends_cookies(environment: Environment, observation: Observation, exchange: Exchange) -> bool:
    """Return whether all that the page calls this address with sends cookies."""
    calling = _calling(AddressJudge(environment, observation), urlsplit(exchange.request.url).path)
    return bool(calling) and all(each.cookies for each in calling)


def _judgement(judge: AddressJudge) -> Judgement:
    """Return what the addresses come to."""
    kinds = [(each, *judge.kind(each)) for each in judge.calls.addresses]
    kept = {each: judge.refused_by_policy(each) for each, kind, _ in kinds if kind == RIGHT}
    right = tuple(each for each, policy in kept.items() if not policy)
    if not any(each.how in CALLED for each in right) and (first := next(filter(kept.get, kept), None)):
        return Judgement(wrong=(Wrong("frontend.call-forbidden", first, certain=True, detail=kept[first]),))
    wrong = [Wrong(kind, each, judge.calls.coincides(each), detail) for each, kind, detail in kinds if "." in kind]
    near = any(
        kind in {UNCLEAR, "frontend.wrong-path"} and judge.calls.is_wanted(split_address(each.resolved))
        for each, kind, _ in kinds
    )
    sure = any(_vouches(judge, each) for each in right)
    any_right = {each: sure if each.code == "frontend.wrong-path" else bool(right) for each in wrong}
    counted = tuple(each for each in wrong if _counts(judge, each, any_right=any_right[each], near=near))
    # A path known alone is the end of a call whose beginning says what is wrong with it.
    counted = tuple(each for each in counted if each.address.how != "path") or counted
    unclear = tuple(each for each, kind, _ in kinds if kind == UNCLEAR)
    return Judgement(right, tuple(sorted(counted, key=lambda each: _rank(judge, each))), unclear)


def _vouches(judge: AddressJudge, right: ApiAddress) -> bool:
    """Return whether a right address shows that the path is right, too.

    What leads to a path that the file does not name shows nothing about the others, nor does what is only mentioned.
    """
    shows = right.how != "mention" and not judge.calls.doubles(right)
    return shows and not judge.calls.suspicious(right) and judge.calls.coincides(right)


def _counts(judge: AddressJudge, wrong: Wrong, *, any_right: bool, near: bool) -> bool:
    """Return whether a wrong address is what the page's calls go to."""
    how, code = wrong.address.how, wrong.code
    if code == "frontend.calls-itself" and judge.calls.below_base(wrong.address):
        return False
    if near and code == "frontend.calls-localhost" and (how == "setting" or not wrong.address.alone):
        return False  # a default or another stage's, where the backend's own address is there as well
    if code == "frontend.address-unset" and not wrong.address.alone:
        return wrong.certain and not any_right  # the key of a map, a part that is not there yet
    if code == "frontend.address-unset" and how == "constant":
        return not any_right  # a text as `undefined/v1` no one writes
    if any_right:
        plain = code in {"frontend.calls-localhost", "frontend.address-unset", "frontend.address-unfilled"}
        return plain and how in {"client", "request"} and wrong.address.alone and wrong.certain
    if code == "frontend.another-backend":
        return how in STRONG and (wrong.certain or _related(judge, wrong.address))
    if how == "path" or not wrong.address.value:
        # A path alone says too little where a client's base is not known.
        return (wrong.certain or judge.calls.lacks_beginning(wrong.address)) and bool(wrong.detail)
    # What a page gives its own functions may be a link; to the user's own machine no page links.
    tried = bool(judge.calls.suspicious(wrong.address))  # and the API's answer shows that it is not there
    return how in STRONG or wrong.certain or tried or (how == "given" and code == "frontend.calls-localhost")


def _related(judge: AddressJudge, address: ApiAddress) -> bool:
    """Return whether a host is one of the team's own, or the only client's: what a build for elsewhere calls."""
    if _is_own(judge, address):
        return True
    others = {split_address(each.resolved).hostname for each in judge.calls.addresses if each.how in STRONG}
    return address.how == "client" and len(others) == 1


def _is_own(judge: AddressJudge, address: ApiAddress) -> bool:
    """Return whether a host is the team's own by its name."""
    host, parts = split_address(address.resolved).hostname or "", (judge.calls.wanted.hostname or "").split(".")
    return bool(STAGES.search(host)) or (len(parts) > 2 and host.endswith("." + ".".join(parts[-2:])))


def _rank(judge: AddressJudge, wrong: Wrong) -> tuple[bool | int, ...]:
    """Order by what shows it: what is called comes before what only stands in a script.

    Last comes what a library has by itself: a default, or its maker's own service.
    """
    how, default = wrong.address.how, not wrong.certain and not wrong.address.alone
    elsewhere = wrong.code == "frontend.another-backend" and not wrong.certain and not _is_own(judge, wrong.address)
    empty = wrong.code in CODES[:2] and how in {"request", "constant"} and wrong.address.alone
    return (
        default,
        elsewhere,
        not empty,  # a setting that names another machine is then a stage's that is not this one
        how not in STRONG,
        not wrong.certain,
        ORDER.index(how) if how in ORDER else 9,
        CODES.index(wrong.code) if wrong.code in CODES else 9,
    )
