"""The texts to search for so that a secret is found, whatever program wrote it down.

Escapes are not among them: they are resolved in the text (`views`). What is left is what changes every
character: base64, at each place in a longer text, and hexadecimal digits.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote

from smokegate.observation.evidence.views import Views

SHORTEST = 6
"""Characters of a secret; shorter values stand in too many innocent words."""
SHORTEST_ENCODED = 8
SHORTEST_LINE = 16
"""Characters of a line that is a secret of its own, as those of a private key are."""


def forms(value: str) -> frozenset[str]:
    """Return every form of a secret that a decoded text can hold."""
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
    """Yield what of the base64 form depends on the secret alone, for each place in a longer text."""
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + raw).decode()
        core = encoded[-(-offset * 8 // 6) : (offset + len(raw)) * 8 // 6]
        yield core
        yield core.replace("+", "-").replace("/", "_")
