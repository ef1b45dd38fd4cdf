"""One GitHub issue for each red environment: opened once, commented when the cause changes, closed on recovery.

Speaks to GitHub through `gh`, which every hosted runner has and which holds the token; texts go through its standard
input, never through a command line. A failure here never changes a verdict: it is a warning of the job.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from smokegate.commands.gate.step import escaped

LABEL = "smokegate"
RED = {"FAIL", "OUTAGE"}
GREEN = {"PASS", "WARN"}
MARK = re.compile(r"<!-- smokegate environment=(\S+) cause=(\S+) -->")
LIMIT = 60.0
"""Seconds for one call of GitHub."""
TEXT_AT_MOST = 60_000


class GitHubError(RuntimeError):
    """GitHub refused or did not answer; the text says what was tried."""


def api(method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """Call GitHub's REST API.

    Raises:
        GitHubError: it failed.
    """
    command = ["gh", "api", "--method", method, path, *(["--input", "-"] if body is not None else [])]
    try:
        done = subprocess.run(
            command,
            input=None if body is None else json.dumps(body),
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitHubError(f"{method} {path}: {error}") from None
    if done.returncode:
        raise GitHubError(f"{method} {path}: {done.stderr.strip()[:300]}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def follow(environment: Mapping[str, Any], repository: str, run_url: str) -> str:
    """Bring the issue of one environment in line with its verdict; returns what was done.

    Raises:
        GitHubError: a call failed.
    """
    name, verdict = str(environment["name"]), str(environment["verdict"])
    cause = str((environment.get("cause") or {}).get("code") or "none")
    found = _open_issue(repository, name)
    if verdict in RED and found is None:
        body = {"title": f"{name} is {verdict}: {_title(environment)}", "labels": [LABEL]}
        api("POST", f"repos/{repository}/issues", {**body, "body": body_of(environment, cause, run_url)})
        return f"{name}: issue opened"
    if verdict in RED and found is not None and found[1] != cause:
        number = found[0]
        api("POST", f"repos/{repository}/issues/{number}/comments", {"body": body_of(environment, cause, run_url)})
        api("PATCH", f"repos/{repository}/issues/{number}", {"body": body_of(environment, cause, run_url)})
        return f"{name}: issue {number}: the cause has changed"
    if verdict in GREEN and found is not None:
        text = f"`{name}` is {verdict} again. [Run]({run_url})"
        api("POST", f"repos/{repository}/issues/{found[0]}/comments", {"body": text})
        api("PATCH", f"repos/{repository}/issues/{found[0]}", {"state": "closed"})
        return f"{name}: issue {found[0]} closed"
    return f"{name}: {verdict}, nothing to change"


def _open_issue(repository: str, name: str) -> tuple[int, str] | None:
    """Return number and noted cause of the environment's open issue."""
    for issue in api("GET", f"repos/{repository}/issues?state=open&labels={LABEL}&per_page=100") or []:
        marked = MARK.search(issue.get("body") or "")
        if marked and marked[1] == name:
            return int(issue["number"]), marked[2]
    return None


def _title(environment: Mapping[str, Any]) -> str:
    title = str((environment.get("cause") or {}).get("title") or "the cause is not known")
    return " ".join(title.split())[:200]


def body_of(environment: Mapping[str, Any], cause: str, run_url: str) -> str:
    """Return verdict, decision, cause, evidence and steps as Markdown, marked so that the text is found again."""
    found = environment.get("cause") or {}
    evidence = "\n".join(f"    {' '.join(str(line).split())}" for line in found.get("evidence", ()))
    steps = "\n".join(f"{number}. {_plain(step)}" for number, step in enumerate(found.get("steps", ()), 1))
    parts = [
        f"<!-- smokegate environment={environment['name']} cause={cause} -->",
        f"**{environment['verdict']}** · {_plain(environment.get('decision') or '')}",
        f"{_plain(_title(environment))} (`{cause}`, {found.get('confidence', 'not certain')})",
        evidence,
        steps,
        f"[Run]({run_url})",
    ]
    return "\n\n".join(part for part in parts if part)[:TEXT_AT_MOST]


def _plain(text: object) -> str:
    """Return foreign text that mentions no one and renders as it stands."""
    one_line = " ".join(str(text).split())
    marked = re.sub(r"([\\`*_{}\[\]#|])", r"\\\1", one_line)
    return marked.replace("<", "&lt;").replace("@", "@\u200b")


def main(words: list[str], variables: Mapping[str, str]) -> int:
    """Follow every environment of the reports that are named."""
    repository = variables.get("GITHUB_REPOSITORY", "")
    each_environment(words, lambda environment: follow(environment, repository, run_address(variables)))
    return 0


def run_address(variables: Mapping[str, str]) -> str:
    """Return the address of the run of the workflow."""
    server, repository = variables.get("GITHUB_SERVER_URL", ""), variables.get("GITHUB_REPOSITORY", "")
    return f"{server}/{repository}/actions/runs/{variables.get('GITHUB_RUN_ID', '')}"


def each_environment(reports: list[str], act: Callable[[Mapping[str, Any]], str]) -> None:
    """Act for each environment of the reports and print what was done; what fails is a warning of the job."""
    for word in reports:
        try:
            environments = json.loads(Path(word).read_text(encoding="utf-8"))["environments"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            sys.stdout.write(f"::warning title=smokegate::{escaped(f'{word} is no report: {error}')}\n")
            continue
        for environment in environments:
            try:
                sys.stdout.write(f"{escaped(act(environment))}\n")
            except GitHubError as error:
                sys.stdout.write(f"::warning title=smokegate::{escaped(str(error))}\n")


if __name__ == "__main__":
    import os

    sys.exit(main(sys.argv[1:], os.environ))
