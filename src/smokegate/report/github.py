"""GitHub Actions: the job summary, and one annotation per red environment. From the run's JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smokegate.observation.evidence import sink
from smokegate.report.gate import RED, decision, explained, reason
from smokegate.report.markdown import markdown

DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
LONG = 1000
"""Characters of one annotation."""


def at_work(variables: Mapping[str, str]) -> bool:
    """Whether this process is a step of a GitHub workflow."""
    return variables.get("GITHUB_ACTIONS") == "true"


def write_summary(document: dict[str, Any], variables: Mapping[str, str]) -> None:
    """Append the run to the step's job summary, where the runner offers one."""
    target = variables.get("GITHUB_STEP_SUMMARY")
    if at_work(variables) and target:
        with Path(target).open("a", encoding="utf-8", errors="replace") as summary:
            summary.write(markdown(document) + "\n")


def commands(document: dict[str, Any]) -> Iterator[str]:
    """Yield one workflow command per environment that is not to go on.

    A line starts with our own word, and every sign that could start or end another command is encoded.
    """
    for environment in document["environments"]:
        if environment["verdict"] not in RED:
            continue
        cause = explained(environment)
        step = f". First: {cause['steps'][0]}" if cause and cause["steps"] else ""
        named = f"{cause['code']}: " if cause else ""
        title = f"{environment['name']} {environment['verdict']}: {decision(environment)}"
        text = f"{named}{reason(environment)}{step}"
        yield f"::error title={_line(title).translate(PROPERTY)}::{_line(text).translate(DATA)}"


def _line(text: str) -> str:
    line = " ".join(sink.plain(text).split())
    return line if len(line) <= LONG else f"{line[:LONG]}…"
