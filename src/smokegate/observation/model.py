"""Everything observed of one environment in one run: frozen, raw, independent of the HTTP library.

Assertions need the original response, so it is kept unredacted; `secrets` knows what must not be shown, and all
output passes through `evidence.sink`.

Times are in seconds; offsets count from the start of the observation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, field

from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.exchange import SAFE_METHODS, Exchange, NotSent
from smokegate.observation.transport.causes import WireCause


class InterruptedRunError(RuntimeError):
    """The run was interrupted before an awaited exchange was done."""


class ControlProbe(Struct, frozen=True):
    """Whether a host unrelated to the deployment could be reached."""

    address: str
    reached: bool
    cause: WireCause | None = None


class Readiness(Struct, frozen=True):
    """The result of the readiness wait."""

    waited: float
    ready: bool
    polls: int
    gave_up: str | None = None
    """Why the wait failed."""
    requests: int = 0
    """How many requests the polls sent."""


DYNAMIC = "\ufffc"
"""Placeholder in an address, or another text of a script, for a part known only at run time."""


class ApiAddress(Struct, frozen=True):
    """An API address found in a script of the frontend."""

    script: str
    """The script's path."""
    value: str
    """The literal in the source."""
    resolved: str
    """The absolute URL that a browser would call; `\ufffc` stands for what only it knows."""
    how: str = "client"
    """Where it was found: an HTTP `client`'s base, a `request`, `built` from pieces, a `setting`, a `constant`."""
    alone: bool = True
    """False if it is one of several, chosen by a condition known only in a browser."""
    setting: str = ""
    """The unset build-time setting, if its name is still in the script."""
    cookies: bool = False
    """Whether it is called with cookies (`credentials: "include"`), which `*` does not permit."""


class PageFile(Struct, frozen=True):
    """A file that the page needs."""

    exchange: str
    """The exchange's name."""
    role: str
    """`script`, `module` (imported), `chunk` (loaded when needed), `style`, `settings`, or `preload`."""
    problem: str = ""
    """Why a browser cannot use it; empty if it can."""
    certain: bool = True


class PageView(Struct, frozen=True):
    """The frontend's page and its files."""

    files: tuple[PageFile, ...] = ()
    call_paths: tuple[str, ...] = ()
    """Constant paths that scripts pass to calls."""
    unread: tuple[str, ...] = ()
    """What was not read, and why: scripts of other hosts, or over the cap."""

    @property
    def broken(self) -> tuple[PageFile, ...]:
        """Required files that a browser cannot use."""
        return tuple(each for each in self.files if each.problem and each.role != "preload")


class Observation(Struct, frozen=True):
    """Everything observed of one environment in one run."""

    environment: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0
    exchanges: Mapping[str, Exchange] = field(default_factory=dict)
    """By name, in request order."""
    control: tuple[ControlProbe, ...] = ()
    readiness: Readiness | None = None
    api_addresses: tuple[ApiAddress, ...] = ()
    """The API addresses that the frontend's scripts would call."""
    page: PageView | None = None
    """The frontend's page; None if it was not read."""
    expected_commit: str | None = None
    commit: str | None = None
    """The deployed commit, if `[version]` says how to read it."""
    server: Any = None
    """The server vantage point (`observation.server.ServerView`), None if it was not collected."""
    browser: Any = None
    """The browser vantage point (`observation.browser.BrowserView`), None if no browser ran."""
    platform: Any = None
    """The platform vantage point (`observation.render.PlatformView`), None if the API was not queried."""
    complete: bool = True
    """False if the run was interrupted."""
    secrets: Redactor = field(default_factory=Redactor)
    """The environment's secrets and the credentials found in responses."""

    @property
    def samples(self) -> tuple[Exchange, ...]:
        """The health exchanges, in order."""
        return tuple(e for name, e in self.exchanges.items() if name == "health" or name.startswith("health "))

    @property
    def requests(self) -> int:
        """Number of requests sent: retries, redirects, readiness polls and platform API requests included."""
        return sum(each.requests for each in (*self._sent, self.readiness, self.platform) if each)

    @property
    def writes(self) -> int:
        """Number of requests that may have changed something; each was sent once."""
        return sum(each.request.method not in SAFE_METHODS for each in self._sent)

    @property
    def accounts_made(self) -> int:
        """Number of accounts created, according to the responses."""
        journey = self.browser.journey if self.browser is not None else None
        in_page = journey is not None and journey.registered
        return in_page + sum(each.name == "register" and _succeeded(each) for each in self._sent)

    @property
    def accounts_deleted(self) -> int:
        """Number of accounts deleted again, according to the responses."""
        return sum(each.name.endswith("clean up") and _succeeded(each) for each in self._sent)

    @property
    def _sent(self) -> tuple[Exchange, ...]:
        # `version` may be another name of the health exchange.
        exchanges = {each.name: each for each in self.exchanges.values()}.values()
        return tuple(each for each in exchanges if not isinstance(each.outcome, NotSent))


def _succeeded(exchange: Exchange) -> bool:
    return exchange.answer is not None and 200 <= exchange.answer.status < 300
