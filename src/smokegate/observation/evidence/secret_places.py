"""Finds secrets in a text, in every encoded form, whole or truncated, and credentials by their context.

Escapes are resolved in the text (`views`). Other encodings change every character of a secret, whatever program wrote
it: base64, at each offset in a longer text, and hexadecimal digits.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterator
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


MARK = "[redacted]"
#: The password in a URL such as `postgresql://user:password@db`, or a token in place of the user: drivers, servers
#: and CI systems print those, and they are in no environment file.
IN_ADDRESS = re.compile(
    r"""://(?:[^/\s:@"'\\]{0,256}:([^@/\s"'\\]{1,512})|(?=[^\d@]{0,128}\d)([^/\s:@"'\\]{16,512}))@"""
)
#: A credential in the text of a header field.
IN_HEADER = re.compile(
    r"""(?i:\b(?:authorization["']?:\s?["']?(?:(?:basic|bearer|token|digest)\s)?|cookie["']?:\s?["']?[^\s;=]{1,128}=))"""
    r"""([^\s;,"'`]{6,4096})"""
)
CUT = 8
"""Characters that identify a secret where the text was truncated within it."""
ELLIPSES = ("…", "...")
CUT_MARKS = (*ELLIPSES, '",', '"}', '"]')
"""Marks of truncation: an ellipsis, or the end of a JSON string."""
QUOTES = "\"'`"


def places(text: str, form: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of a form in a text, also where the text was truncated within it."""
    whole = 0
    at = text.find(form)
    while at >= 0:
        whole += 1
        yield at, at + len(form)
        at = text.find(form, at + 1)
    if len(form) <= CUT:
        return
    if text.count(form[:CUT]) > whole or text.count(form[-CUT:]) > whole:
        for begin, end in _cuts(text):
            yield from _cut_places(text, form, begin, end)


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    """Yield the truncations of a text: at an ellipsis (its span), the end of a JSON string, and the text's end."""
    for mark in CUT_MARKS:
        at = text.find(mark)
        while at >= 0:
            begin = at
            while begin > 0 and at - begin < 2 and text[begin - 1] in QUOTES:
                begin -= 1
            yield begin, at + len(mark)
            at = text.find(mark, at + 1)
    yield len(text), len(text)


def _cut_places(text: str, form: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the beginning of a form before a truncation, and the end of one after it."""
    elided = text[begin:end].strip(QUOTES) in ELLIPSES
    at = text.find(form[:CUT], max(0, begin - len(form) + 1), begin)
    while at >= 0:
        if form.startswith(text[at:begin]) and (elided or not _is_first_word(form, text[at:begin])):
            yield at, begin
        at = text.find(form[:CUT], at + 1, begin)
    at = text.find(form[-CUT:], end, end + len(form) - 1)
    while at >= 0:
        if form.endswith(text[end : at + CUT]):
            yield end, at + CUT
        at = text.find(form[-CUT:], at + 1, end + len(form) - 1)


def _is_first_word(form: str, piece: str) -> bool:
    """Return whether a text ends with only a secret's first word, such as the name in `smokegate+1f@….key`."""
    return piece.isalpha() and not form[len(piece) : len(piece) + 1].isalnum() and len(piece) < len(form) // 2


def credentials_by_place(text: str) -> Iterator[tuple[int, int]]:
    """Yield credentials that are not in the environment file but identified by their context."""
    if "://" in text and "@" in text:
        yield from (f.span(f.lastindex or 0) for f in IN_ADDRESS.finditer(text) if f[f.lastindex or 0] != MARK)
    if "ookie" in text or "uthorization" in text or "OOKIE" in text or "UTHORIZATION" in text:
        yield from (found.span(1) for found in IN_HEADER.finditer(text) if found[1] != MARK)


def merged(spans: Collection[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return sorted spans, with adjacent ones merged."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found
