"""What the checks made of each exchange, and the checks by subject: from the run's JSON, for the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from smokegate.report.gate import rank
from smokegate.report.history import ORDER

RED = frozenset({"failed", "error"})
BUDGET = ".budget"
"""How the code of a check of a latency budget ends."""
FILE = re.compile(r"smokegate/test_(\w+)\.py::")
SUBJECTS = {
    "reach": "Reaching it",
    "routing": "Routing",
    "health": "Health check",
    "version": "Version",
    "endpoint": "Endpoints",
    "monitoring": "Monitoring",
    "sign-in": "Sign-in",
    "frontend": "Frontend",
    "browser": "Browser",
    "containers": "Containers",
    "origin": "Origin",
    "render": "Render",
}


def subjects(environment: dict[str, Any]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the checks by what they are about, the subjects with failures first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for test in sorted(environment["tests"], key=rank):
        found.setdefault(_subject(test), []).append(test)
    return sorted(found.items(), key=lambda item: rank(item[1][0]))


def _subject(test: dict[str, Any]) -> str:
    """Return what a check is about, by its code; by its file where a worker crashed before it said the code."""
    name = str(test.get("code") or "").partition(".")[0]
    if not name and (file := FILE.match(test["id"])) is not None:
        name = file[1].replace("_", "-")
    return SUBJECTS.get(name) or SUBJECTS.get(name.removesuffix("s"), "Your own checks")


def exchange_outcome(environment: dict[str, Any], exchange: dict[str, Any]) -> str:
    """Return what the checks made of an exchange: failed, over budget, passed, not judged or not sent."""
    if "not_asked" in exchange or "not_sent" in exchange:
        return "not sent"
    name = exchange["name"]
    reading = [test for test in environment["tests"] if name in test.get("exchanges", ())]
    failed = [test for test in reading if _failed_on(test, name)]
    if any(not str(test.get("code", "")).endswith(BUDGET) for test in failed):
        return "failed"
    if failed:
        return "over budget"
    return "passed" if any(test["outcome"] == "passed" for test in reading) else "not judged"


def _failed_on(test: dict[str, Any], name: str) -> bool:
    """Whether a check fails because of this exchange; where it does not say which, its last one is meant."""
    if test["outcome"] not in {*RED, "advisory"}:
        return False
    named = test.get("failed_on") or (test["exchanges"][-1] if test["exchanges"] else "")
    return bool(named == name)


def checks_of(environment: dict[str, Any], exchange: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the checks that read an exchange, what is wrong first."""
    reading = (test for test in environment["tests"] if exchange["name"] in test.get("exchanges", ()))
    yield from sorted(reading, key=rank)


def worst_first(environments: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the environments in the order in which they need attention."""
    return sorted(environments, key=lambda each: ORDER.index(each["verdict"]))


def slowest(environment: dict[str, Any]) -> float | None:
    """Return the seconds of the slowest answer, None without any."""
    return max((each["seconds"] for each in environment["exchanges"] if "answer" in each), default=None)


def browser_pages(browser: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return what a browser saw, each page with its title."""
    found = [(f"Page {each['path']}", each) for each in browser["pages"]]
    if browser["second"]:
        found.append((f"Page {browser['second']['path']}, the second visit", browser["second"]))
    steps = (browser["journey"] or {}).get("steps", ())
    return found + [(f"{each['name'].capitalize()}: {each['page']['path']}", each["page"]) for each in steps]


def failed_call(call: dict[str, Any]) -> bool:
    """Return whether a page's request got no answer or an error, of the application or of another."""
    return call["status"] is None or call["status"] >= 400
