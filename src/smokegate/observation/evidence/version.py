"""Reads the deployed version from an answer and compares it with the expected one."""

from __future__ import annotations

import re
from typing import Any

from smokegate.environment.model import Environment, Version
from smokegate.environment.patterns import found
from smokegate.observation.evidence.html import element
from smokegate.observation.evidence.json_rules import value_at
from smokegate.observation.exchange import Answer, Exchange

#: Seven digits are git's own default for abbreviated hashes; fewer prove nothing.
COMMIT = re.compile(r"[0-9a-f]{7,64}", re.IGNORECASE)
#: A commit among other words, as in `sha-7f3a6ce`, `0.0.10-7f3a6ce`, `v1.2-4-g7f3a6ce` and `main-7f3a6ce-dirty`.
WITHIN = re.compile(r"(?<![0-9a-z])g?([0-9a-f]{7,64})(?![0-9a-z])", re.IGNORECASE)
#: A release with its product: `shop@1.4.2`, `release-1.4.2`, `ghcr.io/acme/shop:1.4.2`.
NAMED = re.compile(
    r"(?P<name>[a-z](?:(?![0-9]\.[0-9])[\w.:/@-]){0,150}[@:/_ -])v?(?P<release>[0-9]+(?:\.[0-9]+)+\S*)", re.IGNORECASE
)
#: Prefixes of a pre-release or of another release.
EARLY = re.compile(
    r"(?<![a-z])(?:a|b|rc|alpha|beta|pre|dev|snapshot|canary|nightly|preview|next|hotfix|feature|fix|not|before|post)(?![a-z])",
    re.IGNORECASE,
)
#: Placeholders that builds write if no version was set.
UNKNOWN = frozenset({"", "unknown", "none", "null", "undefined", "dev"})
LONGEST = 200
"""Maximum characters of a version; a longer text is a page."""
HIT = re.compile(r"(?:\b|_)(?:hit|stale)\b(?!-for)", re.IGNORECASE)
CACHES = (
    "x-cache",
    "cf-cache-status",
    "x-cache-status",
    "cache-status",
    "x-vercel-cache",
    "x-nextjs-cache",
    "cdn-cache",
    "x-proxy-cache",
    "x-fastcgi-cache",
    "x-litespeed-cache",
    "x-sucuri-cache",
)


def deployed_version(version: Version, answer: Answer) -> str | None:
    """Return the version in an answer; None if it has none, or reports it as unknown."""
    stated = _stated(version, answer)
    if stated is not None and version.matches is not None:
        match = found(version.matches, stated)
        stated = None if match is None else (match[1] if match.re.groups else match[0])
    text = "" if stated is None else stated.strip()
    return None if text.lower() in UNKNOWN or len(text) > LONGEST else text


def _stated(version: Version, answer: Answer) -> str | None:
    if version.header is not None:
        return answer.headers.get(version.header)
    if version.meta is not None:
        return element(answer.body.text, version.meta, "content")
    if version.field is not None:
        value = value_at(answer.body.json, version.field)
        return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None
    return answer.body.text


def known_version(environment: Environment, exchange: Exchange | None, platform: Any, server: Any) -> str | None:
    """Return the version in the answer, else the one from the vantage point that the file names."""
    version = environment.version
    answer = exchange.answer if exchange else None
    answered = deployed_version(version, answer) if version and answer else None
    if answered is not None:
        return answered
    source = (version.from_ or "answers") if version is not None else "platform"
    if source == "platform" and platform is not None and platform.backend is not None:
        live = platform.backend.live
        return live.commit if live is not None else None
    if source == "label" and server is not None and environment.compose is not None:
        service = server.service(environment.compose.backend)
        return service.revision if service is not None else None
    return None


def same_version(expected: str, actual: str | None, version: Version | None = None) -> bool:
    """Return whether the deployed version is the expected one, compared as the file declares."""
    compare = version.compare if version is not None else "like a version"
    if actual is None:
        return False
    one, other = expected.strip(), actual.strip()
    if compare != "as a commit" and one == other:
        return True
    if compare == "exactly":
        return False
    return same_commit(one, other) or (compare == "like a version" and _bare(one) in _releases(other))


def same_commit(expected: str, actual: str | None) -> bool:
    """Return whether two texts name the same commit; either may be abbreviated to seven characters or more."""
    if actual is None:
        return False
    wanted = [expected.strip()] if COMMIT.fullmatch(expected.strip()) else WITHIN.findall(expected)
    stated = [actual.strip()] if COMMIT.fullmatch(actual.strip()) else WITHIN.findall(actual)
    pairs = (sorted((wanted[0].lower(), each.lower()), key=len) for each in stated)
    return len(wanted) == 1 and any(long.startswith(short) for short, long in pairs)


def _releases(text: str) -> tuple[str, ...]:
    """Return a release as stated, without its product name, and without build metadata."""
    bare = _bare(text)
    named = NAMED.fullmatch(bare)
    alone = bare if named is None or EARLY.search(named["name"]) else named["release"]
    return bare, alone, alone.partition("+")[0]


def _bare(text: str) -> str:
    """Return a release without the `v` prefix of tags."""
    return re.sub(r"^v(?=[0-9])", "", text, flags=re.IGNORECASE)


def from_cache(answer: Answer) -> str | None:
    """Return the header that shows a cached answer, None if there is none."""
    age = answer.headers.get("age", "").strip()
    if age.isdigit() and int(age) > 0:
        return f"age: {age}"
    said = ((name, answer.headers.get(name, "")) for name in CACHES)
    hits = (f"{name}: {value}" for name, value in said if HIT.search(value))
    return next(hits, None)
