"""What a check without a file may say where only a guess of ours is broken."""

from __future__ import annotations

import json
import re
from typing import Any

from smokegate.diagnosis.verdict import Verdict, exit_code
from smokegate.observation.discovery.found import Found

#: Causes that only say that a deployment is not as expected: worth nothing where the expectation was a guess.
GUESSED = frozenset({"app.health-missing", "app.promise-broken", "undetermined"})
NO_ROUTE = "edge.no-route"
#: A step that says when to change something in the environment file.
CHANGES_FILE = re.compile(r"If .*\b(?:correct|set|raise|write|add|adapt|promise)\b")
UNDECIDED = "nothing was learned: do what the note says, and run again"


def downgrade_guesses(document: dict[str, Any], name: str, found: Found) -> None:
    """Add what was found; where nothing was, and only our guess is broken, nothing is known of the deployment."""
    environment = next(each for each in document["environments"] if each["name"] == name)
    environment["discovery"] = {
        "requests": found.requests,
        "found": found.found,
        "assumed": found.assumed,
        "not_found": found.missing,
    }
    cause = environment["cause"]
    for each in [cause, *environment["other_causes"]] if cause else []:
        each["steps"] = [shown for step in each["steps"] if (shown := _without_file(step, name, found.url))]
    code = cause["code"] if cause else ""
    # A gateway that is not known by name may be the application itself, which has no such path.
    why = _undecided(found, "app.health-missing" if code == NO_ROUTE and cause["confidence"] != "certain" else code)
    if why and environment["verdict"] not in {"UNKNOWN", "OUTAGE"}:
        environment.update(verdict="UNKNOWN", decision=UNDECIDED, cause=None, reasons=[why])
        document["run"]["exit"] = exit_code(Verdict[each["verdict"]] for each in document["environments"])


def _undecided(found: Found, cause: str) -> str:
    """Return why nothing is known where only a guess of ours holds or is broken, empty where something is proven."""
    check = found.health
    if check is not None and check.is_unclear and cause in {"", "app.unhealthy"}:
        return (
            f"{check.path} answers {check.status}, and {check.key} is {json.dumps(check.value, ensure_ascii=False)}:"
            f" say whether that is healthy in an environment file: smokegate init {found.url}, then correct `json`"
        )
    if found.guarded and (cause in GUESSED or not (cause or found.is_checkable)) and (check or not found.page):
        return (
            f"it requires credentials: smokegate init {found.url}, and declare them in the file"
            " (`basic`, `bearer` or `send` in `[backend]`)"
        )
    if found.leads_to and not found.is_checkable and cause in {"", "net.redirects", *GUESSED}:
        return f"it redirects to another host; check that one: smokegate check {found.leads_to}"
    if not found.answered or found.is_checkable or cause not in {"", *GUESSED}:
        return ""
    return f"it responds, but no health check was found; name it: smokegate check {found.url} --health PATH"


def _without_file(step: str, name: str, url: str) -> str:
    """Return a step for who has no file, empty where all it says is what to change in one.

    The environment exists for this run only, and this command verifies a fix.
    """
    file = f"environments/{name}.toml"
    for before, after in (
        (f"smokegate run {name}", f"smokegate check {url}"),
        (f"set that address in `{file}` instead of `{url}`", "check that address"),
        (f"`backend.url` in {file}", "what `smokegate check` was given"),
        (f" in {file}", ""),
        (f" of {file}", ""),
        (file, "the environment file"),
    ):
        if before == f" in {file}" and file in step and CHANGES_FILE.match(step):
            return ""
        step = step.replace(before, after)
    return step
