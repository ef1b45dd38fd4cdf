"""Proposes the sign-in settings of a deployment from its first responses, for the user to complete."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from msgspec import Struct

from smokegate.observation.discovery.getter import Response
from smokegate.observation.discovery.health import knowledge

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
    schemes = (SCHEME.match(each.header("www-authenticate")) for each in refused)
    return any(found is not None and found[1].lower() == "basic" for found in schemes)


def _preset(page: Response) -> str:
    cookies = " ".join(value for name, value in page.headers if name.lower() == "set-cookie")
    for preset, signs in knowledge()["sign_in"].items():
        if re.search(signs["form"], page.text) or (signs.get("cookie") and re.search(signs["cookie"], cookies)):
            return str(preset)
    return ""
