"""Judges what a page's scripts call: whether it is the API, and if not, in which way it is wrong.

The check and the rules that explain it read the same judgement. An address counts against a page only where
nothing that it calls is right, or where it is plainly the API's: pages also call maps, analytics and tools for
developers, and bundles contain what no one calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from smokegate.knowledge.page_hosts import is_developer_tool, is_local, is_third_party
from smokegate.observation.evidence.html import is_html
from smokegate.observation.model import ApiAddress

if TYPE_CHECKING:
    from smokegate.environment.model import Environment
    from smokegate.observation.exchange import Answer
    from smokegate.observation.model import Observation

HOLE = "\ufffc"
ON_FRONTEND, ON_BACKEND = "called on frontend ", "called on backend "
"""How the exchanges begin that try what the page would call."""
FROM_HERE = "browser "
"""How the exchanges begin that repeat from here what a page requested in the browser, or remove its account."""
STRONG = frozenset({"client", "request", "built", "setting"})
BASES = frozenset({"client", "setting", "built", "given", "constant"})
"""How an address is found below which paths are called."""
UNSET = re.compile(r"(?:undefined|null|NaN|\[object Object\])(?=$|[/:?\ufffc])|https?:///")
UNFILLED = re.compile(
    r"(?:https?://)?(?:__[A-Za-z][A-Za-z0-9_]*__|%[A-Z][A-Z0-9_]*%|\$\{[A-Za-z_][\w.]*(?::?-[^}]*)?\}|\$[A-Z][A-Z0-9_]{2,}"
    r"|\{\{\s*[\w.]+\s*\}\}|<%=?.*?%>|#\{\w+\}#?|@@?[A-Z][A-Z0-9_]+@@?|<[A-Z][A-Z0-9_-]+>"
    r"|(?:YOUR|REPLACE|CHANGE|INSERT|PLACEHOLDER|TODO)[_-][A-Z_-]+|[A-Z][A-Z0-9]*_API_[A-Z0-9_]+|API_[A-Z0-9_]+_PLACEHOLDER"
    r"|[A-Z0-9_]+_PLACEHOLDER)(?=$|[/:?\ufffc])"
)
STAGES = re.compile(
    r"(?:^|[.-])(?:staging|stage|stg|dev|development|test|testing|qa|uat|preview|preprod|sandbox|int)\d*(?=[.-]|$)"
)
RIGHT, UNCLEAR = "right", "unclear"


@dataclass(frozen=True)
class Wrong:
    """An address that is not the API's."""

    code: str
    """The cause's code."""
    address: ApiAddress
    certain: bool
    detail: str = ""


@dataclass(frozen=True)
class Judgement:
    """What a page's calls come to."""

    right: tuple[ApiAddress, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    unclear: tuple[ApiAddress, ...] = ()


def judged(environment: Environment, observation: Observation) -> Judgement:
    """Judge every address that was found."""
    if environment.frontend is None:
        return Judgement()
    return _Judge(environment, observation).judgement()


def by_paths(environment: Environment, page: str, paths: Iterable[str]) -> tuple[ApiAddress, ...]:
    """Return the calls that are known by their path alone, where it is one of the API's that the file names."""
    judge = _Judge(environment, None)
    found = (ApiAddress("", each, urljoin(page, each), "path") for each in paths if each.startswith("/"))
    return tuple(each for each in found if judge.coincides(each))[:4]


def to_try(environment: Environment, addresses: Iterable[ApiAddress], paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return which requests would tell right from wrong, by the names of their exchanges; at most three."""
    judge = _Judge(environment, None, tuple(addresses), paths)
    found: dict[str, None] = {}
    if any(judge.kind(each)[0] == RIGHT and not judge.suspicious(each) for each in judge.addresses):
        return ()
    unset = any(judge.kind(each)[0] == "frontend.address-unset" for each in judge.addresses if each.how in STRONG)
    for each in judge.addresses:
        if judge.kind(each)[0] == "frontend.calls-itself" and not (unset and each.how == "path"):
            found.update((ON_FRONTEND + path, None) for path in judge.samples(each)[:1])
        elif suspicious := judge.suspicious(each):
            found[ON_BACKEND + suspicious] = None
    return tuple(found)[:3]


def to_read(environment: Environment, addresses: Iterable[ApiAddress], paths: tuple[str, ...]) -> str | None:
    """Return an endpoint that the page reads from another origin; where it signs in, those calls show the same."""
    if environment.sign_in is not None or urlsplit(environment.backend.url).path.strip("/"):
        return None
    judge = _Judge(environment, None, tuple(addresses), paths)
    read = [e.path for e in environment.backend.endpoints if e.verb == "GET" and not e.credentials]
    right = [e for e in judge.addresses if e.how in {"client", "request"} and judge.kind(e)[0] == RIGHT]
    called = {path for each in right if not judge.is_home(each) for path in judge.called(each)}
    return next((path for path in read if path.partition("?")[0] in called), None)


class _Judge:
    """Judges the addresses of one page."""

    def __init__(
        self,
        environment: Environment,
        observation: Observation | None,
        addresses: tuple[ApiAddress, ...] = (),
        paths: tuple[str, ...] = (),
    ) -> None:
        assert environment.frontend is not None
        self._environment = environment
        self._observation = observation
        self.addresses = observation.api_addresses if observation else addresses
        view = observation.page if observation else None
        # Where a client has a base, what a request option names as its `url` is a path below it.
        self._based = any(_is_base(each) for each in self.addresses)
        below = [each.value for each in self.addresses if self._below_base(each)]
        self._paths = tuple(dict.fromkeys((*(view.call_paths if view else paths), *below)))
        stated = environment.frontend.calls
        self._calls = stated if isinstance(stated, str) else None
        self._wanted = urlsplit(self._calls or environment.backend.url)
        self._home = urlsplit(environment.frontend.url)
        self._prefix = self._wanted.path.rstrip("/") if self._calls else ""
        self._declared = tuple(_declared(environment))

    def judgement(self) -> Judgement:
        """Return what the addresses come to."""
        kinds = [(each, *self.kind(each)) for each in self.addresses]
        right = tuple(each for each, kind, _ in kinds if kind == RIGHT)
        wrong = [Wrong(kind, each, self.coincides(each), detail) for each, kind, detail in kinds if "." in kind]
        near = any(
            kind in {UNCLEAR, "frontend.wrong-path"} and _place(_http(each.resolved)) == _place(self._wanted)
            for each, kind, _ in kinds
        )
        counted = tuple(each for each in wrong if self._counts(each, any_right=bool(right), near=near))
        # A path known alone is the end of a call whose beginning says what is wrong with it.
        counted = tuple(each for each in counted if each.address.how != "path") or counted
        unclear = tuple(each for each, kind, _ in kinds if kind == UNCLEAR)
        return Judgement(right, tuple(sorted(counted, key=_rank)), unclear)

    def kind(self, address: ApiAddress) -> tuple[str, str]:
        """Return what an address is, a cause's code where it is wrong, and what shows it."""
        if UNFILLED.match(address.value):
            return "frontend.address-unfilled", ""
        if UNSET.match(address.value):
            return "frontend.address-unset", ""
        found = _http(address.resolved)
        if _place(found) == _place(self._wanted):
            return self._by_path(address, found.path)
        if _place(found) == _place(self._home):
            return self._itself(address)
        if found.hostname == self._wanted.hostname and found.scheme == "http" and self._home.scheme == "https":
            return "frontend.plain-http", ""
        if is_developer_tool(address.resolved) or is_third_party(address.resolved):
            return UNCLEAR, ""
        return ("frontend.calls-localhost" if is_local(found.hostname) else "frontend.another-backend"), ""

    def _counts(self, wrong: Wrong, *, any_right: bool, near: bool) -> bool:
        """Return whether a wrong address is what the page's calls go to."""
        how, code = wrong.address.how, wrong.code
        if code == "frontend.calls-itself" and self._below_base(wrong.address):
            return False
        if near and code == "frontend.calls-localhost" and (how == "setting" or not wrong.address.alone):
            return False  # a default or another stage's, where the backend's own address is there as well
        if code == "frontend.address-unset" and not wrong.address.alone:
            return wrong.certain and not any_right  # the key of a map, a part that is not there yet
        if any_right:
            plain = code in {"frontend.calls-localhost", "frontend.address-unset", "frontend.address-unfilled"}
            return plain and how in {"client", "request"} and wrong.address.alone and wrong.certain
        if code == "frontend.another-backend":
            return how in STRONG and (wrong.certain or self._related(wrong.address))
        if how == "path" or not wrong.address.value:
            # A path alone says too little where a client's base is not known.
            return wrong.certain and bool(wrong.detail)
        # What a page gives its own functions may be a link; to the user's own machine no page links.
        return how in STRONG or wrong.certain or (how == "given" and code == "frontend.calls-localhost")

    def _below_base(self, address: ApiAddress) -> bool:
        return self._based and address.how == "client" and address.value.startswith("/")

    def _related(self, address: ApiAddress) -> bool:
        """Return whether a host is one of the team's own, or the only client's: what a build for elsewhere calls."""
        host, wanted = _http(address.resolved).hostname or "", self._wanted.hostname or ""
        parts = wanted.split(".")
        if STAGES.search(host) or (len(parts) > 2 and host.endswith("." + ".".join(parts[-2:]))):
            return True
        others = {_http(each.resolved).hostname for each in self.addresses if each.how in STRONG}
        return address.how == "client" and len(others) == 1

    def _by_path(self, address: ApiAddress, path: str) -> tuple[str, str]:
        known, cut, _ = path.partition(HOLE)
        if not self._prefix:
            return self._by_trial(address)
        if _covers(known, self._prefix):
            return RIGHT, ""
        if _covers(self._prefix, known.rstrip("/")) and (cut or address.how in BASES):
            joined = [known.rstrip("/") + "/" + each.lstrip("/") for each in self._paths]
            if any(_covers(each, self._prefix) for each in joined):
                return RIGHT, ""
            if not joined:
                return UNCLEAR, ""
            known_as = next((each for each in joined if any(d.endswith(each) for d in self._declared)), joined[0])
            return "frontend.wrong-path", f"it calls `{known_as}` there, and the API is below `{self._prefix}`"
        return "frontend.wrong-path", f"the API is below `{self._prefix}`"

    def _by_trial(self, address: ApiAddress) -> tuple[str, str]:
        """Where the file states no path, the backend's own answer to the path that would be called decides."""
        path = self.suspicious(address)
        answer = self._answer(ON_BACKEND + path) if path else None
        if answer is not None and (answer.status == 404 or (is_html(answer) and answer.status < 400)):
            declared = next(each for each in self._declared if each.endswith(path))
            return "frontend.wrong-path", f"it calls `{path}`, which is not there; `{declared}` is"
        return RIGHT, ""

    def suspicious(self, address: ApiAddress) -> str:
        """Return a path that is called and lacks the beginning that a declared path of the API has."""
        if self._prefix or _place(_http(address.resolved)) != _place(self._wanted):
            return ""
        called = self.called(address)
        if any(_covers(d, c.rstrip("/")) or _covers(c, d) for c in called for d in self._declared if len(c) > 1):
            return ""
        # What knows the prefix elsewhere does not lack it here: this is a page of the frontend with a similar name.
        lacking = [
            c for c in called if len(c) > 1 for d in self._declared if d.endswith(c) and not _begun(called, d, c)
        ]
        return max(lacking, key=len, default="")

    def called(self, address: ApiAddress) -> list[str]:
        """Return the paths that are called by an address, each as far as it is known."""
        known, cut, _ = _http(address.resolved).path.partition(HOLE)
        base = cut or address.how in BASES
        called = [known.rstrip("/") + "/" + each.lstrip("/") for each in self._paths] if base else [known]
        return [each.partition(HOLE)[0] for each in called]

    def is_home(self, address: ApiAddress) -> bool:
        """Return whether an address is on the page's own origin."""
        return _place(_http(address.resolved)) == _place(self._home)

    def samples(self, address: ApiAddress) -> tuple[str, ...]:
        """Return the paths on the page's own host that this address leads to, as far as they are known."""
        known, cut, _ = _http(address.resolved).path.partition(HOLE)
        declared = [each for each in self._declared if each.startswith(known) and len(known) > 1]
        joined = (
            [known.rstrip("/") + each for each in self._paths if HOLE not in each]
            if cut or address.how == "client"
            else []
        )
        whole = [known] if len(known) > 1 else []
        return tuple(dict.fromkeys((*declared, *joined, *whole)))

    def _itself(self, address: ApiAddress) -> tuple[str, str]:
        """The page's own host is right where it passes the call on, which its answer shows."""
        names = [ON_FRONTEND + each for each in self.samples(address)]
        for name in (*names, "api on frontend"):
            answer = self._answer(name)
            if answer is None:
                continue
            if _is_api(answer):
                return RIGHT, ""
            return (
                "frontend.calls-itself",
                f"`{name}` was answered {answer.status}, {answer.headers.get('content-type', 'no type')}",
            )
        return ("frontend.calls-itself" if self._observation is None or address.how in STRONG else UNCLEAR), ""

    def _answer(self, name: str) -> Answer | None:
        exchange = self._observation.exchanges.get(name) if self._observation else None
        return exchange.answer if exchange else None

    def coincides(self, address: ApiAddress) -> bool:
        """Return whether the path shows that it is meant to be this API: the stated beginning, or a declared path."""
        path = _http(address.resolved).path if "://" in address.value else "/" + address.value.partition("/")[2]
        known, cut, _ = path.partition(HOLE)
        if self._prefix and _covers(known, self._prefix):
            return True
        base = bool(cut) or address.how == "client"
        joined = [known.rstrip("/") + "/" + each.lstrip("/") for each in self._paths] if base else [known]
        joined = [each.partition(HOLE)[0] for each in (*joined, known)]
        if self._prefix and any(_covers(each, self._prefix) for each in joined):
            return True
        return any(len(c) > 1 and (_covers(c, d) or _covers(d, c.rstrip("/"))) for c in joined for d in self._declared)


def _is_base(address: ApiAddress) -> bool:
    """Return whether what a script calls is below an address: a client's, or one that a path is put behind."""
    if address.how == "client":
        return "://" in address.value
    whole = address.value.endswith(HOLE) and not is_third_party(address.resolved)
    return address.how == "request" and whole and ("://" in address.value or UNSET.match(address.value) is not None)


def _declared(environment: Environment) -> Iterator[str]:
    """Yield the paths of the API that the file names."""
    for endpoint in environment.backend.endpoints:
        path = endpoint.path.partition("?")[0]
        if len(path) > 1:
            yield path
    if environment.sign_in is not None:
        for path in (environment.sign_in.login, environment.sign_in.account):
            if isinstance(path, str) and len(path) > 1:
                yield path.partition("?")[0]


def _http(url: str) -> SplitResult:
    """Split an address; a socket's is that of the server that opens it."""
    try:
        parts = urlsplit(url.replace(HOLE, "/" + HOLE, 1) if re.fullmatch(r"\w+://[^/]*\ufffc.*", url) else url)
        _ = parts.port
    except ValueError:
        return urlsplit("")
    return parts._replace(scheme={"ws": "http", "wss": "https"}.get(parts.scheme, parts.scheme))


def _place(parts: SplitResult) -> tuple[str, str | None, int]:
    return parts.scheme, parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)


def _covers(path: str, prefix: str) -> bool:
    """Return whether a path is a prefix or below it."""
    return path.rstrip("/") == prefix.rstrip("/") or path.startswith(prefix.rstrip("/") + "/")


def _begun(called: Iterable[str], declared: str, path: str) -> bool:
    """Return whether some call begins as the part of a declared path does that this one lacks."""
    first = "/" + declared.removesuffix(path).strip("/").partition("/")[0]
    return any(_covers(each, first) for each in called)


def _is_api(answer: Answer) -> bool:
    """Return whether an answer is an API's rather than that of a host for files."""
    kind = answer.headers.get("content-type", "").lower()
    return "json" in kind or (not is_html(answer) and answer.status not in {404, 405} and "text/plain" not in kind)


ORDER = ("client", "request", "setting", "built", "given", "constant")
CODES = ("frontend.address-unset", "frontend.address-unfilled", "frontend.calls-localhost", "frontend.plain-http")


def _rank(wrong: Wrong) -> tuple[bool, bool, bool, int, int]:
    """Order by what shows it: what is called comes before what only stands in a script."""
    how = wrong.address.how
    empty = wrong.code in CODES[:2] and how == "request" and wrong.address.alone
    return (
        not empty,  # a setting that names another machine is then a stage's that is not this one
        how not in STRONG,
        not wrong.certain,
        ORDER.index(how) if how in ORDER else 9,
        CODES.index(wrong.code) if wrong.code in CODES else 9,
    )
