"""The table of unsafe characters, and how untrusted text is shown: readable, on one line, without effects."""

from __future__ import annotations

import re

#: C0 controls but newline and tab, DEL and C1 (terminal escapes), bidirectional marks and overrides ("Trojan
#: Source", CVE-2021-42574), zero-width space and word joiner, line and paragraph separators, byte order marks,
#: interlinear and tag characters (invisible text), and lone surrogates, which cannot be encoded.
TABLE = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0001-\U000e007f"
)
UNSAFE = re.compile(f"[{TABLE}]")
#: A command to the CI system that reads the log: GitHub's old form and those of Azure DevOps and TeamCity work
#: anywhere in a line, GitHub's new form (`::error::`) only where the line begins with it.
ANYWHERE = re.compile(r"##(?=\[|vso\[|teamcity\[)")
AT_START = re.compile(r"^([^\S\n]*):(?=:)", re.MULTILINE)


def clean(text: str) -> str:
    r"""Return a text without unsafe characters, each marked: a bell becomes `<U+0007>`; `\n` and `\t` stay."""
    if UNSAFE.search(text) is None:
        return text
    return UNSAFE.sub(_mark, text.replace("\r\n", "\n"))


def _mark(found: re.Match[str]) -> str:
    return f"<U+{ord(found[0]):04X}>"


def inert(text: str) -> str:
    """Return a text without CI commands: `::error::` becomes `: :error::`."""
    if "##" in text:
        text = ANYWHERE.sub("# #", text)
    return AT_START.sub(r"\1: ", text) if "::" in text else text


def safe_lines(text: str) -> str:
    """Return untrusted text, safe for a terminal and a CI log; lines are kept."""
    return inert(clean(text))


def safe(text: str) -> str:
    """Return untrusted text on one line, safe for a terminal and a CI log."""
    return safe_lines(" ".join(text.splitlines()) if "\n" in text or "\r" in text else text)
