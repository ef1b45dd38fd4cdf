"""What a discovery found: the grounds on which a deployment can be checked, and what is missing."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from msgspec import Struct, field

from smokegate.observation.discovery.health import HealthCheck
from smokegate.observation.discovery.sign_in import SignIn
from smokegate.observation.plan.step import web_origin
from smokegate.observation.transport.redirects import is_private

COMMIT = re.compile(r"[0-9a-f]{7,64}")


class VersionSource(Struct, frozen=True):
    """Where a version can be read, and what stands there now."""

    path: str
    value: str
    field: str = ""
    header: str = ""

    @property
    def is_commit(self) -> bool:
        """Whether it is a commit's hash, which `--expect-commit` compares."""
        return COMMIT.fullmatch(self.value) is not None


class Found(Struct):
    """The result of a discovery."""

    url: str
    requests: int = 0
    answered: bool = False
    health: HealthCheck | None = None
    page: bool = False
    page_mark: str = ""
    """What every version of the page holds: how it ends, or else how it begins."""
    scripts: bool = False
    """Whether the page has scripts, which must be there and be scripts."""
    api_description: str = ""
    guarded: str = ""
    """The path that wants credentials, where no health check was found without them."""
    leads_to: str = ""
    """The other host to which the page redirects."""
    calls: tuple[str, ...] = ()
    """The origins that the page's scripts call, the page's own included."""
    version: VersionSource | None = None
    sign_in: SignIn | None = None
    """How to sign in, where the page is one to sign in at."""
    basic: bool = False
    """Whether it wants a user and a password (Basic) before it answers."""
    token_url: str = ""
    """Where an OAuth2 password form is sent, by the API's description."""
    found: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def is_checkable(self) -> bool:
        """Whether there is anything by which health can be distinguished from trouble."""
        return self.health is not None or self.page or bool(self.api_description)


def calls_elsewhere(found: Found) -> str | None:
    """Return the one other origin that the page's scripts call, where each visitor of the page can reach it."""
    others = [each for each in found.calls if each != web_origin(found.url)]
    if len(others) != 1 or len(found.calls) != 1:
        return None
    page, api = urlsplit(found.url), urlsplit(others[0])
    farther = _is_local(api.hostname or "") and not _is_local(page.hostname or "")
    plain = page.scheme == "https" and api.scheme == "http"
    return None if farther or plain else others[0]


def _is_local(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or is_private(host)
