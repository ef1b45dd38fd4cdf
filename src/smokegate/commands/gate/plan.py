"""Which environments a workflow checks, as the matrix of its jobs; refuses a deployment that is not expected.

What a deployment's event says comes from outside: its repository, environment, commit and host are compared with
what this repository states before any request is sent.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from smokegate.commands.gate.inputs import COMMIT, InputError, Inputs, read_inputs
from smokegate.commands.gate.step import escaped, write_outputs
from smokegate.environment.load import names as environment_names
from smokegate.exit_codes import USAGE

READY = "success"
Row = dict[str, str]


def plan(inputs: Inputs) -> list[Row]:
    """Return a row for each job: environment, commit and values to override."""
    known = environment_names(Path(inputs["environments"] or "environments"))
    chosen = inputs["env"].replace(",", " ").split()
    if "deployment_status" in inputs.event:
        return _of_deployment(inputs, known)
    unknown = sorted(set(chosen) - {*known, "all"})
    if unknown:
        raise InputError(f"env: no file for {', '.join(unknown)}; there are {', '.join(known) or 'none'}")
    names = known if not chosen or "all" in chosen else tuple(chosen)
    return [{"env": name, "commit": inputs["expect-commit"], "set": inputs["set"]} for name in names]


def _of_deployment(inputs: Inputs, known: tuple[str, ...]) -> list[Row]:
    status, deployment = inputs.event.get("deployment_status", {}), inputs.event.get("deployment", {})
    repository = inputs.event.get("repository", {}).get("full_name")
    if status.get("state") != READY:
        return []
    if repository != inputs.values.get("GITHUB_REPOSITORY"):
        raise InputError(f"deployment: it is of the repository {str(repository)[:80]!r}, not of this one")
    commit = str(deployment.get("sha", ""))
    if not COMMIT.fullmatch(commit):
        raise InputError(f"deployment: expected a commit, got {commit[:80]!r}")
    name = str(deployment.get("environment", "")).strip().lower().replace(" ", "-")
    if name not in known:
        raise InputError(
            f"deployment: no environment file for {name[:80]!r}; add environments/{name[:40]}.toml, or do not start "
            f"the workflow for it (there are {', '.join(known) or 'none'})"
        )
    return [{"env": name, "commit": commit, "set": _override(inputs, str(status.get("environment_url") or ""))}]


def _override(inputs: Inputs, url: str) -> str:
    """Return the override that points the file at the deployment's own address, where that is wanted."""
    key, hosts = inputs["url-key"], inputs["hosts"].replace(",", " ").split()
    if not key:
        return inputs["set"]
    host = urlsplit(url).hostname or ""
    if urlsplit(url).scheme != "https" or not any(host == each or host.endswith(f".{each}") for each in hosts):
        raise InputError(
            f"deployment: the host of {url[:80]!r} is not an expected one ({', '.join(hosts) or 'none is'}); "
            "set the variable SMOKEGATE_HOSTS of the repository"
        )
    return f"{key}={url}\n{inputs['set']}".strip()


def main(variables: Mapping[str, str] = os.environ) -> int:
    """Write the matrix as the output `matrix`, and whether there is anything to do as `any`."""
    try:
        rows: list[Any] = plan(read_inputs(variables))
    except InputError as wrong:
        sys.stdout.write(f"::error title=smokegate::{escaped(str(wrong))}\n")
        return USAGE
    write_outputs(variables, {"matrix": json.dumps({"include": rows}), "any": str(bool(rows)).lower()})
    return 0


if __name__ == "__main__":
    sys.exit(main())
