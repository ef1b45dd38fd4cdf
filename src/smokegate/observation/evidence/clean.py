"""Strips from foreign text what could fool a terminal, a report or a reader."""

from __future__ import annotations

import re

#: C0 controls but newline and tab, DEL and C1 (terminal escapes), bidirectional overrides and marks ("Trojan
#: Source", CVE-2021-42574), line and paragraph separators, byte order marks, and lone surrogates, which no
#: encoder takes.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def clean(text: str) -> str:
    r"""Return the text without control characters but `\n` and `\t`, bidi overrides and lone surrogates."""
    return FORBIDDEN.sub("", text)
