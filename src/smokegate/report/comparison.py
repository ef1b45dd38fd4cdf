"""Before and after a deploy: what is new, what was red before, and what the decision says of it.

All of it is read from, and added to, the run's JSON; verdict and exit code never change by it.
"""

from __future__ import annotations

from pathlib import Path

from smokegate.report.history import (
    GREEN,
    RED,
    RIBBON,
    Document,
    cause_code,
    health_ms,
    history_file,
    label,
    read,
    short,
)

NEW, OLD = "new", "already red"
SAME_CAUSE = "already red before this deploy with the same cause: a rollback will not help"


def last_green(lines: list[Document]) -> Document | None:
    """Return the last whole run that was green: what every red is compared with where no file is named."""
    runs = (each for each in reversed(lines) if each.get("source") == "run" and not each.get("partial"))
    return next((each for each in runs if each["verdict"] in GREEN), None)


def compare(document: Document, reports: Path, since: dict[str, Document] | None) -> None:
    """Add to every environment its last runs and the state before, mark what is red, and word the decision.

    Compares with the states of a recorded run, or with the last green one that the histories have.
    """
    for environment in document["environments"]:
        lines = read(history_file(reports, environment["name"]))
        environment["history"] = [_dot(each) for each in lines[-RIBBON:]]
        before = last_green(lines) if since is None else since.get(environment["name"])
        # A run that learned nothing of the deployment says nothing about its state, then or now.
        if before is not None and "UNKNOWN" not in {before["verdict"], environment["verdict"]}:
            _mark(environment, before)


def _dot(line: Document) -> Document:
    return {key: line.get(key) for key in ("started", "verdict", "cause", "version", "health_ms")}


def _mark(environment: Document, before: Document) -> None:
    """Mark each red check as new or old, where the earlier state covers it."""
    red, passed = set(before.get("red") or ()), set(before.get("passed") or ())
    marks = []
    for test in environment["tests"]:
        name = label(test)
        if test["outcome"] in RED and (name in red or name in passed):
            test["before"] = OLD if name in red else NEW
            marks.append((test["outcome"] != "advisory", test["before"]))
    now_green = {label(test) for test in environment["tests"] if test["outcome"] == "passed"}
    environment["since"] = {
        **_dot(before),
        "name": _name(environment, before),
        "fixed": sorted(red & now_green),
        "health_now_ms": health_ms(environment),
    }
    if environment["verdict"] in {"FAIL", "OUTAGE"}:
        environment["decision"] = _decision(environment, before, [mark for gating, mark in marks if gating])


def _name(environment: Document, before: Document) -> str:
    """Return what the state before is called: its version, or its moment where the version did not change."""
    version = before.get("version")
    if version and version != environment["version"]:
        return short(str(version))
    return str(before["started"]).replace("T", " ").removesuffix("Z") + " UTC"


def _decision(environment: Document, before: Document, marks: list[str]) -> str:
    decision = str(environment["decision"])
    if not marks:
        return decision
    if NEW not in marks:
        if before.get("cause") != cause_code(environment):
            return f"{decision} (already red before, with another cause)"
        return decision if environment["verdict"] == "OUTAGE" else SAME_CAUSE
    share = "" if OLD not in marks else f"{marks.count(NEW)} of {len(marks)} "
    return f"{decision} ({share}new since {environment['since']['name']})"
