"""Everything seen of one environment in one run: frozen, raw, free of the libraries that fetched it.

Expectations are judged on what the server sent, so it is kept as it came; `secrets` knows what of it must not
be shown, and whatever leaves the process passes `evidence.sink`.

Times are in seconds; offsets count from the start of the observation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, field

from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.exchange import READING, Exchange, NotSent
from smokegate.observation.transport.causes import WireCause


class InterruptedRunError(RuntimeError):
    """An exchange was awaited that the run, cut short, will not see."""


class ControlProbe(Struct, frozen=True):
    """Whether a host that has nothing to do with the deployment could be reached."""

    address: str
    reached: bool
    cause: WireCause | None = None


class Readiness(Struct, frozen=True):
    """The result of waiting."""

    waited: float
    ready: bool
    polls: int
    gave_up: str | None = None
    """Why waiting ended before the deadline, if it did not succeed."""
    requests: int = 0
    """How many requests the polls sent."""


DYNAMIC = "\ufffc"
"""Stands in an address, or another text of a script, for a part that is known only when the script runs."""


class ApiAddress(Struct, frozen=True):
    """An API address found in a script of the frontend."""

    script: str
    """The script's path."""
    value: str
    """The literal as it stands there."""
    resolved: str
    """The absolute address that a browser on the page would call; `\ufffc` stands for what only it knows."""
    how: str = "client"
    """Where it was found: an HTTP `client`'s base, a `request`, `built` from pieces, a `setting`, a `constant`."""
    alone: bool = True
    """False where it is one of several, by a condition that is known only in a browser."""
    setting: str = ""
    """The build-time setting that is not set, where its name is still there."""
    cookies: bool = False
    """Whether it is called with cookies (`credentials: "include"`), for which `*` is no permission."""


class PageFile(Struct, frozen=True):
    """A file that the page needs."""

    exchange: str
    """The exchange's name."""
    role: str
    """`script`, `module` (imported), `chunk` (loaded when needed), `style`, `settings`, or `preload`."""
    problem: str = ""
    """Why a browser cannot use it; empty where it can."""
    certain: bool = True


class PageView(Struct, frozen=True):
    """What was read of the frontend's page and its files."""

    files: tuple[PageFile, ...] = ()
    call_paths: tuple[str, ...] = ()
    """Constant paths that scripts pass to calls."""
    unread: tuple[str, ...] = ()
    """What was not read, and why: scripts of other hosts, more than the cap."""

    @property
    def broken(self) -> tuple[PageFile, ...]:
        """The files that a browser cannot use, without which the page does not work."""
        return tuple(each for each in self.files if each.problem and each.role != "preload")


class Observation(Struct, frozen=True):
    """Everything seen of one environment in one run."""

    environment: str
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0
    exchanges: Mapping[str, Exchange] = field(default_factory=dict)
    """By name, in the order in which they were requested."""
    control: tuple[ControlProbe, ...] = ()
    readiness: Readiness | None = None
    api_addresses: tuple[ApiAddress, ...] = ()
    """The API addresses that the frontend's scripts would call."""
    page: PageView | None = None
    """What was read of the frontend's page; None where none was read."""
    expected_commit: str | None = None
    commit: str | None = None
    """The commit that answered, where `[version]` says how it can be read."""
    server: Any = None
    """What was seen from the server (`observation.server.ServerView`), None where it was not looked at."""
    browser: Any = None
    """What a browser saw (`observation.browser.BrowserView`), None where none looked."""
    platform: Any = None
    """What the platform's API said (`observation.render.PlatformView`), None where it was not requested."""
    complete: bool = True
    """False when the run was cut short."""
    secrets: Redactor = field(default_factory=Redactor)
    """The secrets of the environment, and the credentials that answers have handed out."""

    @property
    def samples(self) -> tuple[Exchange, ...]:
        """The health exchanges, first one first."""
        return tuple(e for name, e in self.exchanges.items() if name == "health" or name.startswith("health "))

    @property
    def requests(self) -> int:
        """How many requests were sent: attempts, redirects, the polls of waiting, those to the platform's API."""
        # `version` may be another name of the health exchange.
        exchanges = {e.name: e for e in self.exchanges.values()}.values()
        more = (self.readiness, self.platform)
        return sum(each.requests for each in exchanges) + sum(each.requests for each in more if each)

    @property
    def writes(self) -> int:
        """How many of them may have changed something: each was sent once."""
        return sum(each.request.method not in READING for each in self._sent)

    @property
    def accounts_made(self) -> int:
        """How many accounts were created, as far as the answers say."""
        journey = self.browser.journey if self.browser is not None else None
        in_page = journey is not None and journey.registered
        return in_page + sum(each.name == "register" and _succeeded(each) for each in self._sent)

    @property
    def accounts_deleted(self) -> int:
        """How many accounts were deleted again, as far as the answers say."""
        return sum(each.name.endswith("clean up") and _succeeded(each) for each in self._sent)

    @property
    def _sent(self) -> tuple[Exchange, ...]:
        # `version` may be another name of the health exchange.
        exchanges = {each.name: each for each in self.exchanges.values()}.values()
        return tuple(each for each in exchanges if not isinstance(each.outcome, NotSent))


def _succeeded(exchange: Exchange) -> bool:
    return exchange.answer is not None and 200 <= exchange.answer.status < 300
