"""Finds a deployment's health check among its responses and in its API description, and what of it is stable."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from smokegate.observation.discovery.getter import Response
from smokegate.observation.evidence.health_parts import is_sick

KNOWLEDGE = Path(__file__).parents[2] / "knowledge" / "discovery.toml"
GATEWAY = frozenset({502, 503, 504})
"""Statuses of a gateway that cannot reach its upstream."""
SHORT = 300
"""Maximum characters of a plain-text health check; an HTML one (Rails' `/up`) may have ten times as many."""


@cache
def knowledge() -> Mapping[str, Any]:
    """Return the common conventions of deployments."""
    return tomllib.loads(KNOWLEDGE.read_text("utf-8"))


class HealthCheck(Struct, frozen=True):
    """A discovered health check."""

    path: str
    status: int
    key: str = ""
    """The JSON key of its status; empty if there is none."""
    value: object = None
    """The current value of that key."""
    database: bool = False
    """Whether its body mentions a database."""
    text: str = ""
    """The whole body, if it is a known word for healthy."""

    @property
    def says_healthy(self) -> bool:
        """Whether it reports a healthy application, by its status key, or without one by its HTTP status."""
        if not 200 <= self.status < 300:
            return False
        return not self.key or self.value is True or str(self.value).lower() in knowledge()["well"]

    @property
    def is_unclear(self) -> bool:
        """Whether a 2xx response has a status word that is known neither as healthy nor as sick."""
        return bool(self.key) and 200 <= self.status < 300 and not self.says_healthy and not is_sick(self.value)


def health_check(answers: Iterable[Response], missing_page: Response, page: Response) -> HealthCheck | None:
    """Return the first response that is a health check.

    The responses of the candidates are in order of preference. Whatever looks like the response of a nonexistent path
    (`missing_page`), or like the root page, is not a health check.
    """
    for response in answers:
        if response.status and _is_health_check(response, missing_page, page):
            key, value = _status_of(response)
            database = _has_database(response.json)
            return HealthCheck(response.path, response.status, key, value, database, _word(response))
    return None


def unreachable_check(answers: Iterable[Response], missing_page: Response) -> HealthCheck | None:
    """Return a health check whose upstream is down, if a nonexistent path gets a different response.

    A page served beside it does not show that the upstream works.
    """
    if missing_page.status in {0, *GATEWAY}:
        return None
    return next((HealthCheck(each.path, each.status) for each in answers if each.status in GATEWAY), None)


def _is_health_check(response: Response, missing_page: Response, page: Response) -> bool:
    if response.ok:
        root = response.is_html and (_is_same_page(response, page) or len(response.text) > 10 * SHORT)
        if root or _is_same_page(response, missing_page):
            return False
        return response.is_json or response.is_html or len(response.text) <= SHORT
    # An unhealthy health check, if a nonexistent path gets a different response.
    return response.status in {500, 503} and response.is_json and missing_page.status not in {0, response.status}


def _is_same_page(one: Response, other: Response) -> bool:
    """Return whether two responses are the same page, as with a catch-all route."""
    return one.status == other.status and (one.text == other.text or (one.is_html and other.is_html))


def _word(response: Response) -> str:
    text = response.text.strip()
    return text if response.ok and not response.is_json and text.lower() in knowledge()["well"] else ""


def _status_of(response: Response) -> tuple[str, object]:
    if not isinstance(response.json, dict):
        return "", None
    for key in knowledge()["status_keys"]:
        value = response.json.get(key)
        if isinstance(value, bool) or (isinstance(value, str) and value):
            return key, value
    return "", None


def _has_database(value: Any) -> bool:
    names = set(knowledge()["database"])
    pending, seen = [value], 0
    while pending and seen < 1000:
        each = pending.pop()
        seen += 1
        if isinstance(each, dict):
            if any(str(key).lower() in names for key in each):
                return True
            pending += each.values()
        elif isinstance(each, list):
            pending += each
    return False


def confirmed(check: HealthCheck, again: Response | None) -> HealthCheck:
    """Return the check, without its status word unless a second response has the same."""
    if check.text:
        return check if again is not None and again.text.strip() == check.text else replace(check, text="")
    same = again is not None and isinstance(again.json, dict) and again.json.get(check.key) == check.value
    return check if same or not check.says_healthy else HealthCheck(check.path, check.status, database=check.database)


def paths_of(response: Response) -> dict[str, Any]:
    """Return the described paths, each with its methods."""
    return _table(_table(response.json).get("paths"))


def health_paths(response: Response) -> list[str]:
    """Return the paths named like a health check."""
    names = set(knowledge()["openapi_health"])
    plain = [
        path
        for path, methods in paths_of(response).items()
        if path.startswith("/") and "{" not in path and "get" in _table(methods)
    ]
    return [path for path in plain if names & set(re.split(r"[^a-z]+", path.lower()))]


def token_urls(response: Response) -> Iterator[str]:
    """Yield the OAuth2 password token URLs."""
    for scheme in _table(_table(_table(response.json).get("components")).get("securitySchemes")).values():
        token = _table(_table(_table(scheme).get("flows")).get("password")).get("tokenUrl")
        if isinstance(token, str):
            yield token


def _table(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
