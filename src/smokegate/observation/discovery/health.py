"""Which of a deployment's answers is its health check, and what of it may be expected again."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from smokegate.observation.discovery.getter import Response
from smokegate.observation.evidence.health_parts import is_sick

KNOWLEDGE = Path(__file__).parents[2] / "knowledge" / "discovery.toml"
GATEWAY = frozenset({502, 503, 504})
"""What a gateway answers in place of an application that it does not reach."""
SHORT = 300
"""Characters of a text that can be a health check's; a page of Rails' `/up` has fewer than ten times as many."""


@cache
def knowledge() -> Mapping[str, Any]:
    """Return what deployments have in common."""
    return tomllib.loads(KNOWLEDGE.read_text("utf-8"))


class HealthCheck(Struct, frozen=True):
    """A health check that was found."""

    path: str
    status: int
    key: str = ""
    """The JSON key that holds its status; empty where there is none."""
    value: object = None
    """What it says there now."""
    database: bool = False
    """Whether its body speaks of a database."""
    text: str = ""
    """The whole body, where it is one word that a healthy application says."""

    @property
    def says_healthy(self) -> bool:
        """Whether its status is one that a healthy application has; without a key its HTTP status says it."""
        if not 200 <= self.status < 300:
            return False
        return not self.key or self.value is True or str(self.value).lower() in knowledge()["well"]

    @property
    def is_unclear(self) -> bool:
        """Whether a success has a status word that is neither a healthy application's nor a broken one's."""
        return bool(self.key) and 200 <= self.status < 300 and not self.says_healthy and not is_sick(self.value)


def health_check(answers: Iterable[Response], missing_page: Response, page: Response) -> HealthCheck | None:
    """Return the first answer that is a health check's.

    Args:
        answers: of the paths where one may be, in order of preference.
        missing_page: of a path that does not exist: what answers like it is not a health check.
        page: of the root.
    """
    for response in answers:
        if response.status and _is_health_check(response, missing_page, page):
            key, value = _status_of(response)
            database = _has_database(response.json)
            return HealthCheck(response.path, response.status, key, value, database, _word(response))
    return None


def unreachable_check(answers: Iterable[Response], missing_page: Response) -> HealthCheck | None:
    """Return a health check that a gateway does not reach, while what does not exist is answered otherwise.

    A page that is served beside it says nothing of the application behind the gateway.
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
    # A health check that says "not healthy": the server answers otherwise where there is nothing.
    return response.status in {500, 503} and response.is_json and missing_page.status not in {0, response.status}


def _is_same_page(one: Response, other: Response) -> bool:
    """Return whether two answers are the same page, as those are of an application that answers every path."""
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
    """Return the check with its status word only where a second answer said the same."""
    if check.text:
        return check if again is not None and again.text.strip() == check.text else replace(check, text="")
    same = again is not None and isinstance(again.json, dict) and again.json.get(check.key) == check.value
    return check if same or not check.says_healthy else HealthCheck(check.path, check.status, database=check.database)
