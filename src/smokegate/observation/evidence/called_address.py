"""Classifies one address that a page calls: the API, another host, or the page's own host.

Without a declared path, the backend's answer to the called path decides.
"""

from __future__ import annotations

from smokegate.environment.model import Environment
from smokegate.knowledge.page_hosts import is_developer_tool, is_local, is_third_party
from smokegate.observation.evidence.addresses import (
    UNFILLED,
    UNSET,
    WITHOUT_SCHEME,
    is_api,
    is_below,
    origin_of,
    split_address,
)
from smokegate.observation.evidence.call_paths import BASES, CallPaths, alike
from smokegate.observation.evidence.content_policy import refused_by, upgrades
from smokegate.observation.evidence.html import is_html
from smokegate.observation.exchange import Answer
from smokegate.observation.model import DYNAMIC, ApiAddress, Observation
from smokegate.observation.plan.step import ON_BACKEND, ON_FRONTEND

STRONG = frozenset({"client", "request", "built", "setting"})
RIGHT, UNCLEAR = "right", "unclear"


class AddressJudge(CallPaths):
    """Classifies the addresses of one page, using the page and its other addresses."""

    def __init__(
        self,
        environment: Environment,
        observation: Observation | None,
        addresses: tuple[ApiAddress, ...] = (),
        paths: tuple[str, ...] = (),
    ) -> None:
        self._environment = environment
        self._observation = observation
        if observation is not None:
            addresses, paths = observation.api_addresses, observation.page.call_paths if observation.page else ()
        super().__init__(environment, addresses, paths)

    def kind(self, address: ApiAddress) -> tuple[str, str]:
        """Return an address's kind (a cause code if it is wrong) and the evidence for it."""
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
        wanted = self.is_wanted(found)
        insecure = found.scheme == "http" and self.home.scheme == "https"
        # Browsers block it even where the file names the API's address so; only this machine's own is exempt.
        if insecure and found.hostname == self.wanted.hostname and not (wanted and is_local(found.hostname)):
            page = self._answer("page")
            return (UNCLEAR if page is not None and upgrades(page) else "frontend.plain-http"), ""
        if wanted:
            return self._by_path(address, found.path)
        if origin_of(found) == origin_of(self.home):
            return self._itself(address)
        if is_developer_tool(address.resolved) or is_third_party(address.resolved):
            return UNCLEAR, ""
        return ("frontend.calls-localhost" if is_local(found.hostname) else "frontend.another-backend"), ""

    def _may_be_home(self, address: ApiAddress) -> bool:
        """Return whether a client without a base URL may be right: the page's own host serves the API."""
        unbased = self.unbased(address)
        if unbased is None or origin_of(self.home) == origin_of(self.wanted):
            return unbased is not None
        names = [ON_FRONTEND + each for each in self.samples(unbased)]
        answers = map(self._answer, (*names, "api on frontend"))
        first = next(filter(None, answers), None)
        return first is not None and is_api(first)

    def unbased(self, address: ApiAddress) -> ApiAddress | None:
        """Return what a client with an unset base URL calls: paths on the page's own host."""
        alone = address.how == "client" and address.value == "undefined"
        return ApiAddress(address.script, "", self.home.geturl(), "client") if alone else None

    def refused_by_policy(self, address: ApiAddress) -> str:
        """Return the page's CSP directive that blocks an address; empty for none."""
        page = self._answer("page")
        if page is None or address.how not in {"client", "request"} or not address.alone:
            return ""
        directive = refused_by(page, address.resolved, self.home.geturl())
        return f"the page's policy allows `{directive}`" if directive else ""

    def _by_path(self, address: ApiAddress, path: str) -> tuple[str, str]:
        known, cut, _ = path.partition(DYNAMIC)
        if not self.prefix:
            return self._by_trial(address)
        if is_below(known, self.prefix):
            return self._by_trial(address)
        if is_below(self.prefix, known.rstrip("/")) and (cut or address.how in BASES):
            joined = self.below(known)
            if any(is_below(each, self.prefix) for each in joined):
                return RIGHT, ""
            if not joined:
                return UNCLEAR, ""
            known_as = next((each for each in joined if any(d.endswith(each) for d in self.declared)), joined[0])
            return "frontend.wrong-path", f"it calls `{known_as}` there, and the API is below `{self.prefix}`"
        return "frontend.wrong-path", f"the API is below `{self.prefix}`"

    def _by_trial(self, address: ApiAddress) -> tuple[str, str]:
        """Without a declared path, the backend's answer to the called path decides."""
        path = self.suspicious(address)
        answer = self._answer(ON_BACKEND + path) if path else None
        if answer is not None and (answer.status == 404 or (is_html(answer) and answer.status < 400)):
            same = [each for each in self.declared if alike(each, path)]
            declared = next((d for d in self.declared if d.endswith(path) or path.endswith(d)), "".join(same[:1]))
            return "frontend.wrong-path", f"it calls `{path}`, which is not there; `{declared}` is"
        return RIGHT, ""

    def _itself(self, address: ApiAddress) -> tuple[str, str]:
        """The page's own host is right if its answer shows that it proxies the call, wrong if it only serves pages."""
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
