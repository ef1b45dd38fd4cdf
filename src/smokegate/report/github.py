"""CI systems: which run this is, and for GitHub Actions the job summary and an annotation per red environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from smokegate.observation.evidence import sink
from smokegate.report.gate import RED, explained, reason
from smokegate.report.markdown import markdown

DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})
LONG = 1000
"""Characters of one annotation."""


def at_work(variables: Mapping[str, str]) -> bool:
    """Whether this process is a step of a GitHub workflow."""
    return variables.get("GITHUB_ACTIONS") == "true"


def ci_run(variables: Mapping[str, str]) -> dict[str, str] | None:
    """Return the address of the CI run and the branch; None where no CI system that is known runs this."""
    if at_work(variables):
        parts = [variables.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
        url = f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}" if all(parts) else ""
        branch = variables.get("GITHUB_HEAD_REF") or variables.get("GITHUB_REF_NAME", "")
    elif variables.get("GITLAB_CI") == "true":
        url, branch = variables.get("CI_JOB_URL", ""), variables.get("CI_COMMIT_REF_NAME", "")
    else:
        return None
    return {"url": url if url.startswith(("https://", "http://")) else "", "branch": branch}


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
        title = f"{environment['name']} {environment['verdict']}: {environment['decision']}"
        text = f"{named}{reason(environment)}{step}"
        yield f"::error title={_line(title).translate(PROPERTY)}::{_line(text).translate(DATA)}"


def _line(text: str) -> str:
    line = " ".join(sink.plain(text).split())
    return line if len(line) <= LONG else f"{line[:LONG]}…"
