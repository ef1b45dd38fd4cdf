"""Golden texts of runs: what a person reads, with what differs from run to run taken out."""

from __future__ import annotations

import re

from smokegate.project import page

MORE = re.compile(r"^  more  .*\n?", re.MULTILINE)
"""The line that says where the report is."""
PROGRESS = re.compile(
    r"^(?:[\w-]+: (?:\d+ of \d+ answered|starting the replica|waiting for \d+ s;).*|\d+ of \d+ checks judged)\n?",
    re.MULTILINE,
)
"""The lines that a run shows when it takes long: whether they come is the machine's doing."""
CHANGES = (
    # How long it took, and how far a deploy had come in that time, depends on the machine.
    (re.compile(r"^([\w-]+): (?:not )?ready after .*$", re.MULTILINE), r"\1: HOW WAITING ENDED"),
    (re.compile(re.escape(page("docs/"))), "docs/"),  # a release changes no golden text
    (re.compile(r"\b127\.0\.0\.1:\d+"), "127.0.0.1:PORT"),
    (re.compile(r"\blocalhost:\d{5}\b"), "localhost:PORT"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "COMMIT"),
    (re.compile(r"(?<= · )[0-9a-f]{10}(?= · )"), "COMMIT"),
    (re.compile(r"(cert|CA) #[\w-]{16}"), r"\1 #ID"),
    (re.compile(r"\bindex-[0-9a-f]{8}\.js"), "index-HASH.js"),
    (re.compile(r"\bhealth \d\b"), "health N"),
    (re.compile(r"smokegate(?:\+|%2B)[0-9a-f]{12}"), "smokegate+RANDOM"),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?\b"), "DATE"),
    (re.compile(r"\b\d+(?:\.\d+)? ms\b"), "N ms"),
    (re.compile(r"\b\d+\.\d+ s\b"), "N s"),
    (re.compile(r"\bover by \d+ %"), "over by N %"),
    (re.compile(r"\bin -?\d+ days"), "in N days"),
    (re.compile(r"/[\w./-]*smokegate-replica-[\w./-]+"), "FOLDER"),
    # An age is rounded, and one in ten ends in a zero that is not written.
    (re.compile(r"((?:last_sync|uptime)_seconds(?: is `?|\":)-?)\d+(?:\.\d+)?"), r"\1N"),
    (re.compile(r"(?<![\d.])\d+\.\d{2,}(?![\d.])"), "N"),
    (re.compile(r"[^\"`,:]*`…"), "`…"),
    # An app's traceback names files of the machine, and where it is cut depends on how long their names are.
    (re.compile(r"(Traceback \(most recent call last\):)[^`'\n]*"), r"\1 …"),
    (re.compile(r"\bobject at 0x[0-9a-f]+"), "object"),
)


def told(text: str) -> str:
    """Return what a run prints, without where its report is and without its progress."""
    return PROGRESS.sub("", MORE.sub("", text)).strip() + "\n"


def normalised(text: str) -> str:
    """Return a text without what differs from run to run."""
    for pattern, instead in CHANGES:
        text = pattern.sub(instead, text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
