"""One comment for each environment on a pull request, changed only when verdict or cause change.

A pull request of a fork has no token that may write: then the job summary is all there is, and a line says so.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from smokegate.commands.gate.github import GitHubError, api, run_address
from smokegate.commands.gate.issue import Seen, body_of, each_environment

MARK = re.compile(r"<!-- smokegate comment environment=(\S+) verdict=(\S+) cause=(\S+) -->")
PAGES = 10
"""So many pages of a hundred comments are looked through."""


def stick(environment: Mapping[str, Any], repository: str, pull_request: int, seen: Seen) -> str:
    """Bring the comment of one environment in line with its verdict; returns what was done."""
    name, verdict = str(environment["name"]), str(environment["verdict"])
    cause = str((environment.get("cause") or {}).get("code") or "none")
    said = _comment(repository, pull_request, name)
    if said is not None and said[1:] == (verdict, cause):
        return f"{name}: {verdict}, the comment says so already"
    mark = f"<!-- smokegate comment environment={name} verdict={verdict} cause={cause} -->"
    details = body_of(environment, cause, seen) if cause != "none" else seen.links
    text = {"body": f"{mark}\n**{name}** is {verdict}\n\n{details}"}
    if said is None:
        api("POST", f"repos/{repository}/issues/{pull_request}/comments", text)
        return f"{name}: comment made"
    api("PATCH", f"repos/{repository}/issues/comments/{said[0]}", text)
    return f"{name}: comment changed"


def _comment(repository: str, pull_request: int, name: str) -> tuple[int, str, str] | None:
    """Return number, verdict and cause of the environment's comment."""
    for page in range(1, PAGES + 1):
        path = f"repos/{repository}/issues/{pull_request}/comments?per_page=100&page={page}"
        comments = api("GET", path) or []
        for comment in comments:
            marked = MARK.search(comment.get("body") or "")
            if marked and marked[1] == name:
                return int(comment["id"]), marked[2], marked[3]
        if len(comments) < 100:
            break
    return None


def pull_request_of(variables: Mapping[str, str]) -> int | None:
    """Return the number of the pull request that the workflow runs for; None where it runs for none."""
    try:
        event = json.loads(Path(variables.get("GITHUB_EVENT_PATH", "")).read_text(encoding="utf-8"))
        return int(event["pull_request"]["number"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def main(words: list[str], variables: Mapping[str, str]) -> int:
    """Comment on every environment of the reports that are named; never changes a verdict."""
    number, repository = pull_request_of(variables), variables.get("GITHUB_REPOSITORY", "")
    if number is None:
        return 0
    if not variables.get("GH_TOKEN"):
        sys.stdout.write("no token for a comment on the pull request: the job summary says it all\n")
        return 0

    def act(environment: Mapping[str, Any]) -> str:
        try:
            return stick(environment, repository, number, Seen(datetime.now(UTC), run_address(variables)))
        except GitHubError as error:
            if "403" in str(error) or "Resource not accessible" in str(error):
                return f"{environment['name']}: no comment, the token may not write one: the job summary says it all"
            raise

    each_environment(words, act)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
