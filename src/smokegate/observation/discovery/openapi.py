"""Reads an OpenAPI description: paths, health check and token URL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from smokegate.observation.discovery.getter import Response
from smokegate.observation.discovery.health import knowledge


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
