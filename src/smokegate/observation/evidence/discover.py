"""Finds credentials in answers, so that they are redacted from all output.

This has no effect on verdicts: expectations are judged on the unredacted answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain, islice
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.evidence.secret_places import IN_ADDRESS
from smokegate.observation.plan.step import RawResponse

MAX_CREDENTIALS = 256
"""Maximum credentials per answer. With more, the answer is data, and its body is withheld from outputs."""
MAX_PLAIN = 50_000
MAX_LENGTH = 4096
"""Maximum characters of a credential: its beginning identifies it, too."""
MAX_DEPTH = 50
LAST_WORDS = (
    *("token", "secret", "password", "passwd", "passphrase", "passcode", "pwd", "credential", "credentials"),
    *("apikey", "accesskey", "secretkey", "privatekey", "signingkey", "sessionkey", "jwt", "bearer"),
    *("session", "sessionid", "sid", "cookie", "csrf", "xsrf", "otp"),
)
"""How names of credentials end: `tokenAddress` and `sessionCount` do not."""
NOT_BEFORE_TOKEN = frozenset(
    {"page", "next", "previous", "continuation", "cursor", "pagination", "sync", "base", "quote", "native", "contract"}
)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
COOKIE_NAME = re.compile(r"sess|sid\b|auth|token|csrf|xsrf|jwt|remember|login|identity|secret|aspnet", re.IGNORECASE)
PLAIN_COOKIE = re.compile(r"build|version|commit|revision|release|consent|locale|lang|theme|region", re.IGNORECASE)
#: What a generated secret looks like: long, without spaces, and not a plain word. `"api_key": "configured"` is
#: none, nor are an address on a block chain, a URL, a time and a number.
SECRET_VALUE = re.compile(r"(?=[^\d]*\d|.*?[a-z][A-Z])[^\s]{12,}", re.DOTALL)
NO_SECRET = re.compile(r"0x[0-9a-fA-F]{40}|https?://.*|\d{4}-\d\d-\d\d[T ]?[\d:.,+Z-]*|[\d.,]+", re.DOTALL)
RUN = re.compile(r"[\w.-]{16,}")
"""May hold a JSON Web Token; matched as a whole to stay linear."""


def discover(raw: RawResponse, redactor: Redactor) -> bool:
    """Redact an answer's credentials from now on; returns whether its body must be withheld."""
    redactor.add(*(value[:MAX_LENGTH] for value in islice(_elsewhere(raw), MAX_CREDENTIALS)))
    found = _in_body(raw)
    redactor.add(*(value[:MAX_LENGTH] for value in islice(found, MAX_CREDENTIALS)))
    rest = list(islice(found, MAX_PLAIN))
    redactor.add_plain(value[:MAX_LENGTH] for value in rest)
    return bool(rest)


def discover_in_text(text: str, redactor: Redactor) -> None:
    """Redact the passwords of a text's connection strings from now on, wherever they occur.

    A word of letters only, such as `postgres`, may be a name: it is redacted only in the address.
    """
    found = (match[match.lastindex or 0] for match in IN_ADDRESS.finditer(text) if match.lastindex)
    redactor.add(*(value for value in islice(found, MAX_CREDENTIALS) if not value.isalpha()))


def _elsewhere(raw: RawResponse) -> Iterator[str]:
    """Yield the credentials in redirects and cookies."""
    for hop in raw.redirects:
        yield from (value for key, value in parse_qsl(urlsplit(hop.location).query) if is_credential(key, value))
    for name, value in raw.headers.fields:
        if name.lower() == "set-cookie":
            cookie, _, attributes = value.partition(";")
            key, _, text = cookie.partition("=")
            kept_from_scripts = "httponly" in attributes.lower() and PLAIN_COOKIE.search(key) is None
            if (kept_from_scripts or COOKIE_NAME.search(key)) and looks_generated(text.strip().strip('"')):
                yield text.strip().strip('"')


def _in_body(raw: RawResponse) -> Iterator[str]:
    seen: set[str] = set()
    for value in chain(_tokens(raw.json), jwts(raw.text)):
        if value not in seen:
            seen.add(value)
            yield value


def _tokens(value: Any, key: str = "", depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        if is_credential(key, value):
            yield value
    elif depth <= MAX_DEPTH and isinstance(value, dict | list):
        pairs: Iterable[tuple[str, Any]] = value.items() if isinstance(value, dict) else ((key, each) for each in value)
        for name, each in pairs:
            yield from _tokens(each, str(name), depth + 1)


def is_credential(key: str, value: str) -> bool:
    """Return whether a key names a credential and its value looks like one."""
    return names_credential(key[-100:]) and looks_generated(value)


@lru_cache(4096)
def names_credential(key: str) -> bool:
    """Return whether a name is that of a credential."""
    words = [word.lower() for word in WORD.findall(key)]
    if not words or (words[-1] == "token" and len(words) > 1 and words[-2] in NOT_BEFORE_TOKEN):
        return False
    return "".join(words).endswith(LAST_WORDS)


def looks_generated(value: str) -> bool:
    """Return whether a value looks generated."""
    return SECRET_VALUE.fullmatch(value) is not None and NO_SECRET.fullmatch(value) is None


def jwts(text: str) -> Iterator[str]:
    """Yield the JSON Web Tokens in a text: three parts, the first of which is base64 for `{"…`."""
    if "eyJ" not in text:
        return
    for found in RUN.finditer(text):
        parts = found[0].split(".")
        for header, claims, signature in zip(parts, parts[1:], parts[2:], strict=False):
            at = header.find("eyJ")
            if at >= 0 and len(header) - at >= 8 and len(claims) >= 5:
                yield f"{header[at:]}.{claims}.{signature}"
