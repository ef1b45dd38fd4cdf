"""What the project says of itself: its version, and where its pages are on the web."""

from __future__ import annotations

VERSION = "0.1.0"
REPOSITORY = "https://github.com/smokegate/smokegate"
"""A placeholder until the project is published: the one place that names its home."""


def page(path: str, anchor: str = "") -> str:
    """Return the address of a page of the documentation as it is at this version.

    A report is read far from any checkout: from an artifact, a mail, a chat. So its links are absolute.
    """
    return f"{REPOSITORY}/blob/v{VERSION}/{path}" + (f"#{anchor}" if anchor else "")
