"""The encoded forms of a secret to search for, whatever program wrote it.

Escapes are resolved in the text instead (`views`). The rest change every character: base64, at each offset in a
longer text, and hexadecimal digits.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote

from smokegate.observation.evidence.views import Views

SHORTEST = 6
"""Minimum characters of a secret; shorter values occur in too many ordinary words."""
SHORTEST_ENCODED = 8
SHORTEST_LINE = 16
"""Minimum characters of a line that is a secret by itself, such as those of a private key."""


def forms(value: str) -> frozenset[str]:
    """Return every form of a secret in a decoded text."""
    if len(value) < SHORTEST:
        return frozenset()
    plain = {value, value.replace(" ", "+"), *Views(value, spaceless=True)}
    if "\n" in value:
        lines = (line.strip() for line in value.splitlines())
        plain |= {line for line in lines if len(line) >= SHORTEST_LINE and not line.startswith("-----")}
    encoded: set[str] = set()
    for text in {value, json.dumps(value)[1:-1], quote(value, safe="", errors="replace")}:
        raw = text.encode("utf-8", "surrogatepass")
        encoded.update(_base64(raw))
        encoded |= {raw.hex(), raw.hex().upper()}
    return frozenset(
        {form for form in plain if len(form) >= SHORTEST} | {form for form in encoded if len(form) >= SHORTEST_ENCODED}
    )


def _base64(raw: bytes) -> Iterator[str]:
    """Yield the base64 characters that depend on the secret alone, for each offset in a longer text."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        core = encoded[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6]
        yield core
        yield core.replace("+", "-").replace("/", "_")
