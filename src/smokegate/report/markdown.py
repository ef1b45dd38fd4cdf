"""The run as Markdown: `reports/NAME.md`, GitHub's job summary, a comment. From the run's JSON; at most 60 kB."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from smokegate.observation.evidence.clean import clean
from smokegate.report.gate import check_name, counted, explained, gate, rank, reason, requests

LIMIT = 60_000
"""Bytes: GitHub drops a step's whole summary above 1 MiB, and a comment above 64 kB."""
EVIDENCE = 8
CHECKS = 40
"""How many lines of evidence, and how many checks that did not pass, are shown of one environment."""
LONG = 600
"""Characters of one foreign text."""
MARKS = {"PASS": "✅", "WARN": "⚠️", "FAIL": "❌", "OUTAGE": "⛔", "UNKNOWN": "❓"}
SPECIAL = re.compile(r"([\\`*_{}\[\]#|~!])")
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}


def markdown(document: dict[str, Any]) -> str:
    """Return the whole page: the verdicts first, then per environment cause, evidence and steps."""
    head = "\n".join(_head(document))
    size = len(head.encode())
    parts = [head]
    for environment in document["environments"]:
        part = "\n".join(_environment(environment, alone=len(document["environments"]) == 1))
        size += len(part.encode()) + 1
        if size > LIMIT - 200:
            parts.append("\nFurther environments are in the report: this page has a limit of 60 kB.")
            break
        parts.append(part)
    return "\n".join(parts).rstrip() + "\n"


def _head(document: dict[str, Any]) -> Iterator[str]:
    run = document["run"]
    heading = gate(document)[1]
    yield f"### {escaped(heading)}"
    yield ""
    yield "| environment | verdict | cause or reason | checks |"
    yield "| --- | --- | --- | --- |"
    shown = document["environments"][:100]
    for each in shown:
        verdict = each["verdict"]
        what = "" if len(shown) == 1 and each["decision"] in heading else f": {escaped(each['decision'])}"
        yield (
            f"| {escaped(each['name'])} | {MARKS[verdict]} {verdict}{what} "
            f"| {marked(reason(each))} | {escaped(counted(each))} |"
        )
    if len(document["environments"]) > len(shown):
        yield f"| {len(document['environments']) - len(shown)} more | in the report | | |"
    yield ""
    yield f"{escaped(requests(document))}, {run['seconds']:.1f} s, exit code {run['exit']}, started {run['started']}"


def _environment(environment: dict[str, Any], *, alone: bool) -> Iterator[str]:
    cause = explained(environment)
    others = sorted((test for test in environment["tests"] if test["outcome"] != "passed"), key=rank)
    if cause is None and not others:
        return
    if not alone:  # of one alone, the table says it
        yield ""
        yield f"#### {escaped(environment['name'])}: {marked(reason(environment))}"
    if cause is not None:
        yield from _cause(cause)
    if others:
        yield ""
        yield f"<details><summary>{len(others)} {'check' if len(others) == 1 else 'checks'} that did not pass</summary>"
        yield ""
        for test in others[:CHECKS]:
            why = " ".join(str(test["why"]).split())
            yield f"- {escaped(test['outcome'])}: {code(check_name(test))}" + (f": {marked(why)}" if why else "")
        if len(others) > CHECKS:
            yield f"- and {len(others) - CHECKS} more"
        yield ""
        yield "</details>"


def _cause(cause: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield (
        f"Cause {code(cause['code'])} ({escaped(cause['confidence'])}, {escaped(cause['owner'])}), "
        f"[runbook]({cause['runbook']})"
    )
    for title, lines in (("Evidence", cause["evidence"]), ("Against it", cause["against"])):
        if lines:
            yield ""
            yield f"{title}:"
            yield ""
            yield from (f"- {marked(line)}" for line in lines[:EVIDENCE])
    if cause["steps"]:
        yield ""
        yield "What to do:"
        yield ""
        yield from (f"{number}. {marked(step)}" for number, step in enumerate(cause["steps"], 1))


def escaped(text: object) -> str:
    """Return foreign text as one harmless line: no markup, no link, no mention, no HTML."""
    line = " ".join(clean(str(text)).split())
    line = line if len(line) <= LONG else f"{line[:LONG]}…"
    line = "".join(ENTITIES.get(character, character) for character in line)
    return SPECIAL.sub(r"\\\1", line).replace("://", "&#58;//").replace("www.", "www&#46;")


def code(text: object) -> str:
    """Return foreign text as code; its marks are escaped, too, since Markdown goes on inside HTML."""
    return f"<code>{escaped(text)}</code>"


def marked(text: object) -> str:
    """Return a line of ours as Markdown: what stands in backticks as code, the rest escaped."""
    parts = str(text).split("`")
    return "".join(code(part) if index % 2 else escaped_inline(part) for index, part in enumerate(parts))


def escaped_inline(text: str) -> str:
    """Return a part of a line escaped, with the spaces at its ends."""
    before, after = " " * text.startswith(" "), " " * text.endswith(" ")
    return f"{before}{escaped(text)}{after if text.strip() else ''}"
