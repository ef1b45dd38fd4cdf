"""The GitHub workflow that `smokegate init` writes: a job that gates each deployment of one environment."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from smokegate.project import REPOSITORY, VERSION

FILE = Path(".github/workflows/smoke.yml")
CHECKOUT = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1"
CACHE = "actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0"
TEXT = Path(__file__).with_name("workflow.yml")
ACCOUNT = "        env:\n"
"""What begins the last lines, which only an account needs."""


def workflow(name: str, docs: str, *, signs_in: bool) -> str:
    """Return the workflow for one environment; with the secrets of a standing account where it signs in."""
    action = f"{urlsplit(REPOSITORY).path.strip('/')}@v{VERSION}"
    text = TEXT.read_text("utf-8")
    text = text if signs_in else text.partition(ACCOUNT)[0]
    upper = name.upper().replace("-", "_")
    values = {"NAME": name, "UPPER": upper, "DOCS": docs, "CHECKOUT": CHECKOUT, "CACHE": CACHE, "ACTION": action}
    return re.sub(
        r"\b(?:NAME|DOCS|CHECKOUT|CACHE|ACTION)\b|(?<=SMOKE_)UPPER(?=_)", lambda found: values[found[0]], text
    )


def write_workflow(name: str, docs: str, *, signs_in: bool) -> str:
    """Write the workflow into the repository of this folder; returns a line that says what was done.

    A file that is there is left alone: it may be the team's own.
    """
    if not Path(".git").exists():
        return f"No workflow is written: this folder is not a repository. Gate deploys in GitHub Actions: {docs}"
    if FILE.exists():
        return f"{FILE} is there already and is left alone. What belongs into it: {docs}"
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(workflow(name, docs, signs_in=signs_in), encoding="utf-8")
    return f"{FILE} is written: a job that gates each deployment of {name}"
