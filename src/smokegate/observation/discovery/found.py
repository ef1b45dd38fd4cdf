"""The result of a discovery: what can be checked, how to sign in, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from msgspec import Struct, field

from smokegate.observation.discovery.getter import Response
from smokegate.observation.discovery.health import HealthCheck, knowledge
from smokegate.observation.plan.step import web_origin
from smokegate.observation.transport.redirects import is_private

COMMIT = re.compile(r"[0-9a-f]{7,64}")


class VersionSource(Struct, frozen=True):
    """Where the version can be read, and its current value."""

    path: str
    value: str
    field: str = ""
    header: str = ""

    @property
    def is_commit(self) -> bool:
        """Whether it is a commit hash, which `--expect-commit` compares."""
        return COMMIT.fullmatch(self.value) is not None


class Found(Struct):
    """The result of a discovery."""

    url: str
    requests: int = 0
    answered: bool = False
    health: HealthCheck | None = None
    page: bool = False
    page_mark: str = ""
    """Text that every version of the page contains: its end, or else its beginning."""
    scripts: bool = False
    """Whether the page has scripts, which must load as scripts."""
    api_description: str = ""
    guarded: str = ""
    """A health check path that requires credentials, if no other was found."""
    leads_to: str = ""
    """The other origin that the page redirects to."""
    calls: tuple[str, ...] = ()
    """The origins that the page's scripts call, the page's own included."""
    version: VersionSource | None = None
    sign_in: SignIn | None = None
    """How to sign in, if the page is a sign-in page."""
    basic: bool = False
    """Whether it requires Basic authentication."""
    token_url: str = ""
    """The OAuth2 password token URL in the API description."""
    found: list[str] = field(default_factory=list)
    assumed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    @property
    def is_checkable(self) -> bool:
        """Whether anything was found that distinguishes a healthy deployment from a broken one."""
        return self.health is not None or self.page or bool(self.api_description)


def calls_elsewhere(found: Found) -> str | None:
    """Return the only origin that the page's scripts call, if it is another one and every visitor can reach it."""
    others = [each for each in found.calls if each != web_origin(found.url)]
    if len(others) != 1 or len(found.calls) != 1:
        return None
    page, api = urlsplit(found.url), urlsplit(others[0])
    farther = _is_local(api.hostname or "") and not _is_local(page.hostname or "")
    plain = page.scheme == "https" and api.scheme == "http"
    return None if farther or plain else others[0]


def _is_local(host: str) -> bool:
    return host == "localhost" or host.endswith(".localhost") or is_private(host)


PASSWORD = re.compile(r"<input[^>]+type=[\"']?password", re.IGNORECASE)
SCHEME = re.compile(r"\s*(\w+)")


class SignIn(Struct, frozen=True):
    """The proposed settings."""

    preset: str = ""
    """The framework, recognised by its form or cookies; empty if unknown."""
    login: str = ""
    """The login path, if known."""


def page_to_sign_in(page: Response) -> SignIn | None:
    """Return the proposal if the page is a sign-in page, else None."""
    if not (page.ok and page.is_html and PASSWORD.search(page.text)):
        return None
    return SignIn(_preset(page), urlsplit(page.url).path or "/")


def wants_basic(answers: Iterable[Response]) -> bool:
    """Return whether the deployment requires Basic authentication."""
    refused = [each for each in answers if each.status == 401]
    schemes = (SCHEME.match(each.headers.get("www-authenticate", "")) for each in refused)
    return any(found is not None and found[1].lower() == "basic" for found in schemes)


def _preset(page: Response) -> str:
    cookies = " ".join(value for name, value in page.headers.fields if name.lower() == "set-cookie")
    for preset, signs in knowledge()["sign_in"].items():
        if re.search(signs["form"], page.text) or (signs.get("cookie") and re.search(signs["cookie"], cookies)):
            return str(preset)
    return ""
