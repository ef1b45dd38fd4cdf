"""Reads an answer of the sign-in flow: a page, a redirect, success or failure in JSON."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from smokegate.observation.evidence.cookies import cookies_of
from smokegate.observation.exchange import Answer, Headers

PASSWORD_INPUT = re.compile(r"<input[^>]{0,400}type\s*=\s*[\"']?password", re.IGNORECASE)
TO_SIGN_IN = re.compile(r"/(?:log|sign)[-_]?in\b", re.IGNORECASE)
"""Redirect targets of a client that is not signed in."""
SUCCESS = ("success", "succeeded", "ok", "isSuccess", "status")
"""JSON keys that report success or failure."""
FAILURE = {"error", "fail", "failed", "failure"}
REFUSAL = re.compile(r"password|credential|incorrect|wrong|invalid|unauthori[sz]ed", re.IGNORECASE)


class Reply(Struct, frozen=True):
    """The parts of an answer that are judged, redacted or not."""

    status: int
    headers: Headers
    text: str = ""
    json: Any = None
    is_json: bool = False
    turned_away: bool = False
    """Whether redirects led to a sign-in page."""

    @property
    def ok(self) -> bool:
        """Whether the status is a success."""
        return 200 <= self.status < 300

    @property
    def redirects(self) -> bool:
        """Whether it is a redirect."""
        return 300 <= self.status < 400 and "location" in self.headers

    @property
    def is_page(self) -> bool:
        """Whether it is a web page."""
        said = self.headers.get("content-type", "")
        return "text/html" in said or self.text.lstrip()[:9].lower() in {"<!doctype", "<html>", "<html lan"}

    @property
    def is_login_page(self) -> bool:
        """Whether it is a page with a password field."""
        return self.is_page and PASSWORD_INPUT.search(self.text) is not None

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that it sets, by name."""
        return cookies_of(self.headers)


def reply(answer: Answer) -> Reply:
    """Return the judged parts of a recorded answer."""
    body, away = answer.body, any(TO_SIGN_IN.search(each.location) for each in answer.redirects)
    return Reply(answer.status, answer.headers, body.text, body.json, body.is_json, away)


def says_no(got: Reply) -> bool:
    """Return whether JSON reports a failure under a successful status: many APIs always answer 200.

    `{"success": false}`, `{"error": "…"}` and `{"status": "error"}` do, and a `code` that is an HTTP error, or is not 0
    while the text is about credentials.
    """
    said = got.json if got.is_json and isinstance(got.json, dict) else {}
    if any(said.get(key) is False for key in SUCCESS) or any(said.get(key) for key in ("error", "errors")):
        return True
    if str(said.get("status")).lower() in FAILURE:
        return True
    code = str(said.get("code", ""))
    return re.fullmatch(r"[45]\d\d", code) is not None or (
        re.fullmatch(r"-?\d{1,6}", code) is not None and int(code) != 0 and REFUSAL.search(got.text[:2000]) is not None
    )


def says_yes(got: Reply) -> bool:
    """Return whether JSON reports success: `{"ok": true}`."""
    said = got.json if got.is_json and isinstance(got.json, dict) else {}
    return any(said.get(key) is True for key in SUCCESS) and not says_no(got)
