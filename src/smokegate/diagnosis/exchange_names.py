"""What the names of exchanges say: samples of a check, and exchanges with the frontend's host.

A check of a healthy run reads them, too.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from smokegate.observation.plan.step import ON_FRONTEND


def is_sample(name: str) -> bool:
    """Return whether an exchange is one of the health check's samples."""
    return is_of(name, "health")


def is_of(name: str, first: str) -> bool:
    """Return whether an exchange is this one or a further sample of it."""
    return name == first or (name.startswith(f"{first} ") and name[len(first) + 1 :].isdecimal())


def on_frontend(name: str) -> bool:
    """Return whether an exchange is one with the frontend's host."""
    return name in {"page", "api on frontend"} or name.startswith(("script ", "style ", "settings ", ON_FRONTEND))


def host_of(url: str) -> str:
    """Return the host of an address, with the port if it has one."""
    return urlsplit(url).netloc or url
