"""Calls GitHub through `gh`, which every hosted runner has and which holds the token."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from typing import Any

LIMIT = 60.0
"""Seconds for one call of GitHub."""


class GitHubError(RuntimeError):
    """GitHub refused or did not answer; the text says what was tried."""


def api(method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """Call GitHub's REST API; raises GitHubError where that fails."""
    command = ["gh", "api", "--method", method, path, *(["--input", "-"] if body is not None else [])]
    try:
        given = None if body is None else json.dumps(body)
        done = subprocess.run(command, input=given, capture_output=True, text=True, timeout=LIMIT, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GitHubError(f"{method} {path}: {error}") from None
    if done.returncode:
        raise GitHubError(f"{method} {path}: {done.stderr.strip()[:300]}")
    return json.loads(done.stdout) if done.stdout.strip() else None


def run_address(variables: Mapping[str, str]) -> str:
    """Return the address of the run of the workflow."""
    server, repository = variables.get("GITHUB_SERVER_URL", ""), variables.get("GITHUB_REPOSITORY", "")
    return f"{server}/{repository}/actions/runs/{variables.get('GITHUB_RUN_ID', '')}"
