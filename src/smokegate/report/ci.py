"""Which CI run this is, where the CI system says so: its page and its branch."""

from __future__ import annotations

from collections.abc import Mapping


def ci_run(variables: Mapping[str, str]) -> dict[str, str] | None:
    """Return the address of the CI run and the branch; None where no CI system that is known runs this."""
    if variables.get("GITHUB_ACTIONS") == "true":
        parts = [variables.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID")]
        url = f"{parts[0]}/{parts[1]}/actions/runs/{parts[2]}" if all(parts) else ""
        branch = variables.get("GITHUB_HEAD_REF") or variables.get("GITHUB_REF_NAME", "")
    elif variables.get("GITLAB_CI") == "true":
        url, branch = variables.get("CI_JOB_URL", ""), variables.get("CI_COMMIT_REF_NAME", "")
    else:
        return None
    return {"url": url if url.startswith(("https://", "http://")) else "", "branch": branch}
