"""What one address is that a page calls: the API, another place, or the page's own host.

Where the file states no path, the backend's own answer to the path that would be called decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from smokegate.knowledge.page_hosts import is_developer_tool, is_local, is_third_party
from smokegate.observation.evidence.addresses import (
    UNFILLED,
    UNSET,
    WITHOUT_SCHEME,
    begun,
    covers,
    declared_paths,
    is_api,
    place_of,
    split_address,
    versionless,
)
from smokegate.observation.evidence.content_policy import refused_by, upgrades
from smokegate.observation.evidence.html import is_html
from smokegate.observation.model import HOLE, ApiAddress
from smokegate.observation.plan.step import ON_BACKEND, ON_FRONTEND

if TYPE_CHECKING:
    from smokegate.environment.model import Environment
    from smokegate.observation.exchange import Answer
    from smokegate.observation.model import Observation

STRONG = frozenset({"client", "request", "built", "setting"})
BASES = frozenset({"client", "setting", "built", "given", "constant"})
"""How an address is found below which paths are called."""
RIGHT, UNCLEAR = "right", "unclear"


class AddressJudge:
    """Judges the addresses of one page one by one, with what the page and its other addresses show."""

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
        view = observation.page if observation else None
        self.addresses = observation.api_addresses if observation else addresses
        if not (view.call_paths if view else paths):
            self.addresses = tuple(each for each in self.addresses if not self._is_beginning(each))
        # Where a client has a base, what a request option names as its `url` is a path below it.
        self._based = any(_is_base(each) for each in self.addresses)
        below = [each.value for each in self.addresses if self.below_base(each)]
        self._paths = tuple(dict.fromkeys((*(view.call_paths if view else paths), *below)))
        stated = environment.frontend.calls
        self._calls = stated if isinstance(stated, str) else None
        self.wanted = urlsplit(self._calls or environment.backend.url)
        self._home = urlsplit(environment.frontend.url)
        self._prefix = self.wanted.path.rstrip("/") if self._calls else ""
        self._declared = tuple(declared_paths(environment))

    def _is_beginning(self, address: ApiAddress) -> bool:
        """Return whether a constant is only there to begin what is requested: alone it is called by no one."""
        joined = {"request", "built"}
        requests = (each.value for each in self.addresses if each.how in joined and each.value != address.value)
        return address.how == "constant" and any(each.startswith(address.value) for each in requests)

    def kind(self, address: ApiAddress) -> tuple[str, str]:
        """Return what an address is, a cause's code where it is wrong, and what shows it."""
        if UNFILLED.match(address.value):
            return "frontend.address-unfilled", ""
        if UNSET.match(address.value):
            return UNCLEAR if self._may_be_home(address) else "frontend.address-unset", ""
        bare = WITHOUT_SCHEME.match(address.value)
        if bare is not None:
            why = "browsers take it for a path: it has no scheme, or quotation marks around it"
            meant = bare[1] in {None, "localhost", self.wanted.hostname}
            return ("frontend.calls-itself", why) if meant else (UNCLEAR, "")
        found = split_address(address.resolved)
        if self.is_wanted(found):
            return self._by_path(address, found.path)
        if place_of(found) == place_of(self._home):
            return self._itself(address)
        if found.hostname == self.wanted.hostname and found.scheme == "http" and self._home.scheme == "https":
            page = self._answer("page")
            return (UNCLEAR if page is not None and upgrades(page) else "frontend.plain-http"), ""
        if is_developer_tool(address.resolved) or is_third_party(address.resolved):
            return UNCLEAR, ""
        return ("frontend.calls-localhost" if is_local(found.hostname) else "frontend.another-backend"), ""

    def _may_be_home(self, address: ApiAddress) -> bool:
        """Return whether a client without a base may be right: it calls the page's own host, which has the API."""
        unbased = self.unbased(address)
        if unbased is None or place_of(self._home) == place_of(self.wanted):
            return unbased is not None
        names = [ON_FRONTEND + each for each in self.samples(unbased)]
        answers = map(self._answer, (*names, "api on frontend"))
        first = next(filter(None, answers), None)
        return first is not None and is_api(first)

    def unbased(self, address: ApiAddress) -> ApiAddress | None:
        """Return what most clients call whose base is not set: the paths alone, on the page's own host."""
        alone = address.how == "client" and address.value == "undefined"
        return ApiAddress(address.script, "", self._home.geturl(), "client") if alone else None

    def refused_by_policy(self, address: ApiAddress) -> str:
        """Return the directive of the page's own policy by which browsers do not call an address; empty for none."""
        page = self._answer("page")
        if page is None or address.how not in {"client", "request"} or not address.alone:
            return ""
        directive = refused_by(page, address.resolved, self._home.geturl())
        return f"the page's policy allows `{directive}`" if directive else ""

    def is_wanted(self, found: SplitResult) -> bool:
        """Return whether an address leads to the API's server, which on one's own machine has several names."""
        wanted, home, here = place_of(self.wanted), place_of(self._home), place_of(found)
        local = all(is_local(each.hostname) for each in (self.wanted, self._home, found))
        return here == wanted or (local and here != home and (here[0], here[2]) == (wanted[0], wanted[2]))

    def below_base(self, address: ApiAddress) -> bool:
        """Return whether what a request option names as its `url` is a path below a client's base."""
        if address.how != "client" or not address.value.startswith("/"):
            return False
        joined = (each.value for each in self.addresses if each.how == "request" and each.value != address.value)
        return self._based or any(each.endswith(address.value) for each in joined)

    def _by_path(self, address: ApiAddress, path: str) -> tuple[str, str]:
        known, cut, _ = path.partition(HOLE)
        if not self._prefix:
            return self._by_trial(address)
        if covers(known, self._prefix):
            return self._by_trial(address)
        if covers(self._prefix, known.rstrip("/")) and (cut or address.how in BASES):
            joined = [known.rstrip("/") + "/" + each.lstrip("/") for each in self._paths]
            if any(covers(each, self._prefix) for each in joined):
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
            same = [each for each in self._declared if _alike(each, path)]
            declared = next((d for d in self._declared if d.endswith(path) or path.endswith(d)), "".join(same[:1]))
            return "frontend.wrong-path", f"it calls `{path}`, which is not there; `{declared}` is"
        return RIGHT, ""

    def suspicious(self, address: ApiAddress) -> str:
        """Return a path that is called and lacks the beginning that a declared path of the API has, or has it twice."""
        if not self.is_wanted(split_address(address.resolved)):
            return ""
        called = self.called(address)
        if self._prefix:
            # Below the stated beginning, all that a declared path can show is that the beginning is there twice.
            below = [d for d in self._declared if covers(d, self._prefix)]
            right = any(covers(c, d) for c in called for d in below)
            return "" if right else max((c for c in called for d in below if covers(c, self._prefix + d)), default="")
        if any(covers(d, c.rstrip("/")) or covers(c, d) for c in called for d in self._declared if len(c) > 1):
            return ""
        # What knows the prefix elsewhere does not lack it here: this is a page of the frontend with a similar name.
        lacking = [c for c in called if len(c) > 1 for d in self._declared if d.endswith(c) and not begun(called, d, c)]
        twice = [c for c in called for d in self._declared if c == "/" + d.split("/")[1] + d]
        alike = [c for c in called for d in self._declared if len(c) > 1 and _alike(c, d)]
        return max(lacking or twice or alike, key=len, default="")

    def doubles(self, address: ApiAddress) -> bool:
        """Return whether an address begins with the stated beginning of the API twice, which shows nothing right."""
        return bool(self._prefix) and covers(split_address(address.resolved).path, 2 * self._prefix)

    def called(self, address: ApiAddress) -> list[str]:
        """Return the paths that are called by an address, each as far as it is known."""
        known, cut, _ = split_address(address.resolved).path.partition(HOLE)
        base = cut or address.how in BASES
        called = [known.rstrip("/") + "/" + each.lstrip("/") for each in self._paths] if base else []
        called = called or ([] if cut else [known])
        if cut and "//" in known:  # what a script has joined by hand
            once = re.sub("//+", "/", known)
            called += [known + each.removeprefix(once) for each in self._declared if each.startswith(once)]
        return [each.partition(HOLE)[0] for each in called]

    def is_home(self, address: ApiAddress) -> bool:
        """Return whether an address is on the page's own origin."""
        return place_of(split_address(address.resolved)) == place_of(self._home)

    def samples(self, address: ApiAddress) -> tuple[str, ...]:
        """Return the paths on the page's own host that this address leads to, as far as they are known."""
        known, cut, _ = split_address(address.resolved).path.partition(HOLE)
        declared = [each for each in self._declared if each.startswith(known) and len(known) > 1]
        joined = (
            [known.rstrip("/") + each for each in self._paths if HOLE not in each]
            if cut or address.how == "client"
            else []
        )
        whole = [known] if len(known) > 1 else []
        ends = [each for each in joined if self._lacks_beginning(each)]
        return tuple(dict.fromkeys((*declared, *ends, *joined, *whole)))

    def lacks_beginning(self, address: ApiAddress) -> bool:
        """Return whether a client without a base calls what is the end of a declared path of the API."""
        return not address.value and any(map(self._lacks_beginning, self._paths))

    def _lacks_beginning(self, path: str) -> bool:
        declared = [d for d in self._declared if d.endswith(path) and d != path]
        return path[:1] == "/" and len(path) > 1 and any(not begun(self._paths, d, path) for d in declared)

    def _itself(self, address: ApiAddress) -> tuple[str, str]:
        """The page's own host is right where it passes the call on, which its answer shows, or serves pages alone."""
        if self._environment.frontend is not None and self._environment.frontend.calls is False:
            return UNCLEAR, ""
        names = [ON_FRONTEND + each for each in self.samples(address)]
        for name in (*names, "api on frontend"):
            answer = self._answer(name)
            if answer is None:
                continue
            if is_api(answer):
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
        path = split_address(address.resolved).path if "://" in address.value else "/" + address.value.partition("/")[2]
        known, cut, _ = path.partition(HOLE)
        if self._prefix and covers(known, self._prefix):
            return True
        base = bool(cut) or address.how == "client"
        joined = [known.rstrip("/") + "/" + each.lstrip("/") for each in self._paths] if base else [known]
        joined = [each.partition(HOLE)[0] for each in (*joined, known)]
        if self._prefix and any(covers(each, self._prefix) for each in joined):
            return True
        return any(len(c) > 1 and (covers(c, d) or covers(d, c.rstrip("/"))) for c in joined for d in self._declared)


def _alike(one: str, other: str) -> bool:
    """Return whether two paths differ in a version only, or in a slash too many or too few: `/apiitems`."""
    return versionless(one) == versionless(other) or one.replace("/", "") == other.replace("/", "")


def _is_base(address: ApiAddress) -> bool:
    """Return whether what a script calls is below an address: a client's, or one that a path is put behind."""
    if address.how == "client":
        return "://" in address.value
    whole = address.value.endswith(HOLE) and not is_third_party(address.resolved)
    return address.how == "request" and whole and ("://" in address.value or UNSET.match(address.value) is not None)
