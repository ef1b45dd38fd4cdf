"""Whether a deployment is in progress, in which a watch has nothing to say; for half an hour at most.

A deployment that hangs must not silence the watch: one that has been in progress for longer does not count.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from smokegate.commands.gate.github import GitHubError, api
from smokegate.commands.gate.step import escaped, write_outputs

AT_MOST = timedelta(minutes=30)
RUNNING = {"in_progress", "queued", "pending"}


def deploying(repository: str, now: datetime) -> bool:
    """Return whether one of the latest deployments is in progress."""
    for deployment in api("GET", f"repos/{repository}/deployments?per_page=10") or []:
        if now - datetime.fromisoformat(deployment["created_at"]) > AT_MOST:
            continue
        statuses = api("GET", f"repos/{repository}/deployments/{deployment['id']}/statuses?per_page=1") or []
        if not statuses or statuses[0].get("state") in RUNNING:
            return True
    return False


def main(variables: Mapping[str, str] = os.environ) -> int:
    """Write the output `deploying`; where GitHub cannot be reached, the watch continues."""
    try:
        found = deploying(variables.get("GITHUB_REPOSITORY", ""), datetime.now(UTC))
    except (GitHubError, KeyError, ValueError) as error:
        sys.stdout.write(f"::warning title=smokegate::{escaped(str(error))}\n")
        found = False
    write_outputs(variables, {"deploying": str(found).lower()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
