"""The run in the Common Test Report Format (ctrf.io), for tools that read no JUnit. From the run's JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from smokegate.project import VERSION
from smokegate.report.gate import check_name, explained

STATUS = {
    "passed": "passed",
    "failed": "failed",
    "error": "failed",
    "advisory": "other",
    "blocked": "skipped",
    "skipped": "skipped",
    "not judged": "skipped",
    "not run": "pending",
}
"""Our outcomes in the format's words; `rawStatus` has ours."""


def ctrf(document: dict[str, Any]) -> dict[str, Any]:
    """Return the run in that format; what it has no place for is under `extra`."""
    run = document["run"]
    tests = [_test(each, test) for each in document["environments"] for test in each["tests"]]
    start = round(datetime.fromisoformat(run["started"]).timestamp() * 1000)
    counts = {word: sum(test["status"] == word for test in tests) for word in dict.fromkeys(STATUS.values())}
    summary = {"tests": len(tests), **counts, "start": start, "stop": start + round(run["seconds"] * 1000)}
    return {
        "reportFormat": "CTRF",
        "specVersion": "0.0.0",
        "results": {
            "tool": {"name": "smokegate", "version": VERSION},
            "summary": summary,
            "tests": tests,
            "extra": {"exit": run["exit"], "environments": [_environment(each) for each in document["environments"]]},
        },
    }


def _test(environment: dict[str, Any], test: dict[str, Any]) -> dict[str, Any]:
    found = {
        "name": check_name(test),
        "status": STATUS.get(test["outcome"], "other"),
        "rawStatus": test["outcome"],
        "duration": round(_seconds(environment, test) * 1000),
        "suite": [environment["name"]],
        "extra": {"id": test["id"], "code": test.get("code") or "", "advisory": bool(test.get("advisory"))},
    }
    return {**found, "message": test["why"]} if test.get("why") else found


def _seconds(environment: dict[str, Any], test: dict[str, Any]) -> float:
    """Return how long a check's slowest request took; the check itself may only have waited for it, or not at all."""
    read = set(test.get("exchanges") or ())
    sent = [float(each["seconds"]) for each in environment["exchanges"] if each["name"] in read]
    return max(sent, default=float(test.get("seconds") or 0.0))


def _environment(each: dict[str, Any]) -> dict[str, Any]:
    cause = explained(each)
    return {
        "name": each["name"],
        "url": each["url"],
        "verdict": each["verdict"],
        "decision": each["decision"],
        "version": each["version"],
        "cause": cause["code"] if cause else None,
    }
