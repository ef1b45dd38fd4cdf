"""Before and after: a line per run and environment, the state before a deploy, and what is new since then.

All of it is read from, and added to, the run's JSON; verdict and exit code never change by it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from smokegate.observation.evidence.sink import encoded

Document = dict[str, Any]
RIBBON = 20
"""How many of the last runs are shown."""
TAIL = 512 * 1024
"""Bytes of a history that are read: its last ones."""
TREND = 64 * 1024
"""The same where only the last runs are of interest."""
ORDER = ("FAIL", "OUTAGE", "UNKNOWN", "WARN", "PASS")
RED = frozenset({"failed", "error", "advisory"})
GREEN = frozenset({"PASS", "WARN"})
NEW, OLD = "new", "already red"
SAME_CAUSE = "already red before this deploy with the same cause: a rollback will not help"


class StateError(ValueError):
    """The file that `--since` names cannot be used; the text says why."""


def history_file(reports: Path, name: str) -> Path:
    """Return the file with an environment's runs, one a line."""
    return reports / "history" / f"{name}.jsonl"


def entry(document: Document, environment: Document) -> Document:
    """Return what a history keeps of one environment of a run."""
    return {
        "schema": 1,
        "source": "run",
        "started": environment.get("started") or document["run"]["started"],
        "verdict": environment["verdict"],
        "cause": _cause(environment),
        "health_ms": _health(environment),
        "seconds": environment.get("seconds"),
        "version": environment["version"],
        **({"partial": True} if environment.get("partial") else {}),
        "red": [label(test) for test in environment["tests"] if test["outcome"] in RED],
        "passed": [label(test) for test in environment["tests"] if test["outcome"] == "passed"],
    }


def label(test: Document) -> str:
    """Return what a check is called in every run: its code, and which case."""
    code = str(test.get("code") or test["id"])
    return f"{code}[{test['parameter']}]" if test.get("parameter") else code


def append(path: Path, line: Document) -> None:
    """Append a line in one write, so that runs beside each other leave whole lines.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        os.write(descriptor, encoded(line).encode("utf-8", "replace") + b"\n")
    finally:
        os.close(descriptor)


def read(path: Path, tail: int = TAIL) -> list[Document]:
    """Return the last lines of a history, oldest first; none where there is none, and no line that is not whole."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - tail))
            lines = file.read().split(b"\n")
    except OSError:
        return []
    return [each for each in map(_parsed, lines) if each]


def _parsed(line: bytes) -> Document:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    whole = isinstance(found, dict) and isinstance(found.get("verdict"), str) and isinstance(found.get("started"), str)
    return found if whole else {}


def trends(reports: Path) -> list[Document]:
    """Return a row for every environment that has a history, the worst last verdict first."""
    rows = []
    for file in sorted((reports / "history").glob("*.jsonl")):
        runs = [each for each in read(file, TREND) if each["verdict"] in ORDER][-RIBBON:]
        if not runs:
            continue
        report = str(runs[-1].get("report") or file.stem)
        times = sorted(each["health_ms"] for each in runs[:-1] if isinstance(each.get("health_ms"), int | float))
        rows.append(
            {
                "name": file.stem,
                "runs": runs,
                "last": runs[-1],
                "green": sum(each["verdict"] in GREEN for each in runs),
                "usual": times[len(times) // 2] if times else None,
                "link": f"{quote(report)}.html" if (reports / f"{report}.html").is_file() else "",
            }
        )
    return sorted(rows, key=lambda row: ORDER.index(row["last"]["verdict"]))


def states_of(path: Path) -> dict[str, Document]:
    """Return the states that a recorded run holds, by environment.

    Raises:
        StateError: the file cannot be read, or is no run.
    """
    wanted = f"--since={path}: expected the JSON of a run, as --record=FILE or reports/NAME.json has it"
    try:
        document = json.loads(path.read_bytes())
        return {each["name"]: entry(document, each) for each in document["environments"]}
    except OSError as error:
        raise StateError(f"{wanted}; {(error.strerror or str(error)).lower()}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise StateError(f"{wanted}; found something else") from None


def last_green(lines: list[Document]) -> Document | None:
    """Return the last whole run that was green: what every red is compared with where no file is named."""
    runs = (each for each in reversed(lines) if each.get("source") == "run" and not each.get("partial"))
    return next((each for each in runs if each["verdict"] in GREEN), None)


def compare(document: Document, reports: Path, since: dict[str, Document] | None) -> None:
    """Add to every environment its last runs and the state before, mark what is red, and word the decision.

    Args:
        document: the run, which is changed.
        reports: where histories are.
        since: the states of a recorded run; None compares with the last green one.
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
    """Mark each red check, as far as the state before says something of it."""
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
        "health_now_ms": _health(environment),
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
        if before.get("cause") != _cause(environment):
            return f"{decision} (already red before, with another cause)"
        return decision if environment["verdict"] == "OUTAGE" else SAME_CAUSE
    share = "" if OLD not in marks else f"{marks.count(NEW)} of {len(marks)} "
    return f"{decision} ({share}new since {environment['since']['name']})"


def short(version: str) -> str:
    """Return the first ten digits of a commit, any other version whole."""
    is_commit = len(version) >= 40 and all(each in "0123456789abcdef" for each in version)
    return version[:10] if is_commit else version


def _cause(environment: Document) -> str | None:
    cause = environment["cause"]
    return str(cause["code"]) if cause and environment["verdict"] != "PASS" else None


def _health(environment: Document) -> float | None:
    health: Iterator[Document] = (each for each in environment["exchanges"] if each["name"] == "health")
    found = next(health, None)
    if found is None or not found.get("answer"):
        return None
    return round(float(found.get("warm_seconds") or found["seconds"]) * 1000, 1)
