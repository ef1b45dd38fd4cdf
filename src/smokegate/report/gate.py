"""The sentence that answers the question: may this deploy go on? From the run's JSON, for every format."""

from __future__ import annotations

import re
from typing import Any

from smokegate.report.history import label

TONES = {"PASS": "good", "WARN": "warn", "FAIL": "bad", "OUTAGE": "bad", "UNKNOWN": "warn"}
SIGNS = {"PASS": "✓", "WARN": "!", "FAIL": "✗", "OUTAGE": "-", "UNKNOWN": "?"}
"""How a verdict of the past is drawn: by a sign as well as by its colour."""
RED = frozenset({"FAIL", "OUTAGE", "UNKNOWN"})
"""The verdicts that end with an exit code other than 0."""
COUNTED = re.compile(r"\d+ gating checks? failed")
"""A reason that the counts say already."""
REPEATED = re.compile(r"\d+ checks? could not be judged: |advisory: |every check .*? by one cause: ")
"""What a reason begins with that may only repeat the cause: how many checks it is about is among the counts."""
RANK = ("failed", "error", "advisory", "not run", "blocked", "not judged", "skipped", "passed")
"""Outcomes in the order in which a reader needs them."""
COUNTS = ("passed", "failed", "blocked", "advisory", "skipped", "not_judged")
WORDS = {"advisory": "warnings", "skipped": "not checked", "not_judged": "not judged"}


def gate(document: dict[str, Any]) -> tuple[str, str]:
    """Return the tone (good, warn or bad) and the sentence."""
    environments = document["environments"]
    total = len(environments)
    red = [each for each in environments if each["verdict"] in RED]
    warned = [each for each in environments if each["verdict"] == "WARN"]
    if red and total == 1:
        return "bad", f"Do not go on: {red[0]['decision']}"
    if red or not total:
        return "bad", f"Do not go on: {len(red)} of {total} environments not OK"
    if document["run"]["exit"] != 0:
        return "bad", f"Do not go on: the run ended with exit code {document['run']['exit']}"
    if any(each.get("partial") for each in environments):
        return "warn", "Nothing is decided: only a part of the checks ran"
    if warned:
        return "warn", f"Go on, with warnings: {len(warned)} of {total} environments"
    return "good", f"Go on: {total} of {total} environments live and working"


def counted(environment: dict[str, Any]) -> str:
    """Return how many checks came out as what."""
    counts = environment["counts"]
    found = ", ".join(f"{counts[key]} {WORDS.get(key, key)}" for key in COUNTS if counts.get(key))
    return re.sub(r"\b1 warnings", "1 warning", found) or "nothing was checked"


def title(document: dict[str, Any]) -> str:
    """Return what stands in a browser's tab."""
    return "Smoke: " + ", ".join(f"{each['name']} {each['verdict']}" for each in document["environments"])


def tab(document: dict[str, Any]) -> str:
    """Return the tab's title of our own page: the verdict first."""
    environments = document["environments"]
    if len(environments) == 1:
        return f"{environments[0]['verdict']}: {environments[0]['name']}"
    return headline(document)


def headline(document: dict[str, Any]) -> str:
    """Return the sentence over several environments: how many are not OK, and which."""
    environments = document["environments"]
    red = [each["name"] for each in environments if each["verdict"] in RED]
    if not red:
        return gate(document)[1]
    more = f" and {len(red) - 3} more" if len(red) > 3 else ""
    verdicts = {each["verdict"] for each in environments if each["verdict"] in RED}
    word = "not OK" if "UNKNOWN" in verdicts else "broken"
    return f"{len(red)} of {len(environments)} {word}: {', '.join(red[:3])}{more}"


def requests(document: dict[str, Any]) -> str:
    """Return how many requests were sent, as far as that is known."""
    run, lost = document["run"], any(each.get("lost") for each in document["environments"])
    if lost and not run["requests"]:
        return "how many requests were sent is not known"
    writing = f", {run['writes']} of them writing" if run.get("writes") else ""
    return f"{run['requests']} requests{writing}" + (", without those of the worker that crashed" if lost else "")


def explained(environment: dict[str, Any]) -> dict[str, Any] | None:
    """Return the cause where the verdict is not PASS: what is only advice explains nothing there."""
    cause: dict[str, Any] | None = environment["cause"]
    return cause if environment["verdict"] != "PASS" else None


def reason(environment: dict[str, Any]) -> str:
    """Return the verdict's reason in one sentence."""
    cause = explained(environment)
    if cause is not None:
        return str(cause["title"])
    return str(environment["reasons"][0]) if environment["reasons"] else "no reason is on record"


def notes(environment: dict[str, Any]) -> list[str]:
    """Return the reasons that neither the verdict's sentence nor the counts say already."""
    said = {reason(environment), "every declared check ran and passed"}
    if (cause := explained(environment)) is not None:
        found = [cause, *environment["other_causes"]]
        said |= {*cause["evidence"], *(f"{each['title']} ({each['code']})" for each in found)}
        read = {name for each in found for name in each.get("exchanges", ())}
        said |= {
            test["why"]
            for test in environment["tests"]
            if test["outcome"] == "advisory" and test.get("failed_on") in read
        }
    return [
        text
        for text in environment["reasons"]
        if not ({text, REPEATED.sub("", text)} & said or COUNTED.fullmatch(text))
    ]


def rank(test: dict[str, Any]) -> int:
    """Return a check's place: what is wrong comes first."""
    outcome = test["outcome"]
    return RANK.index(outcome) if outcome in RANK else len(RANK)


def check_name(test: dict[str, Any]) -> str:
    """Return a check's name as a person says it: its code, else its test without folder."""
    if test.get("code"):
        return label(test)
    path, bracket, case = str(test["id"]).partition("[")
    return path.rsplit("/", 1)[-1] + bracket + case


def short_reason(why: object) -> str:
    """Return the line of a check's reason that says what was found instead."""
    found = re.search(r"^(?:actual|failed) +(.+)$", str(why), re.MULTILINE)
    return found[1] if found else str(why).strip().split("\n", 1)[0]
