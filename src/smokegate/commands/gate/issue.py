"""One GitHub issue for each red environment: opened once, commented when the cause changes, closed on recovery.

While it stays red its text is kept up to date, which notifies no one: when it was seen first and last, the last report.

Speaks to GitHub through `gh`, which every hosted runner has and which holds the token; texts go through its standard
input, never through a command line. A failure here never changes a verdict: it is a warning of the job.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from smokegate.commands.gate.github import GitHubError, api, run_address
from smokegate.commands.gate.step import escaped

LABEL = "smokegate"
RED = {"FAIL", "OUTAGE"}
GREEN = {"PASS", "WARN"}
MARK = re.compile(r"<!-- smokegate environment=(\S+) cause=(\S+)(?: since=(\S+))? -->")
ALERT = "SMOKEGATE_ALERT"
"""The variable with the addresses of apprise that a change is sent to, separated by blanks."""
TEXT_AT_MOST = 60_000


class Seen(Struct, frozen=True):
    """This look at the environments."""

    now: datetime
    run_url: str
    page: str = ""
    """The address of the report; empty where it was not uploaded."""

    @property
    def stamp(self) -> str:
        """The time, to the minute."""
        return self.now.strftime("%Y-%m-%dT%H:%MZ")

    @property
    def links(self) -> str:
        """The links to report and run, as Markdown."""
        return " · ".join([*([f"[Report]({self.page})"] if self.page else []), f"[Run]({self.run_url})"])


class Done(Struct, frozen=True):
    """What was done, and whether the environment's state has changed: red, red for another cause, recovered."""

    said: str
    changed: bool = False
    was: str = ""


def follow(environment: Mapping[str, Any], repository: str, seen: Seen) -> Done:
    """Bring the issue of one environment in line with its verdict."""
    name, verdict = str(environment["name"]), str(environment["verdict"])
    cause = str((environment.get("cause") or {}).get("code") or "none")
    found = _open_issue(repository, name)
    if verdict in RED and found is None:
        body = {"title": f"{name} is {verdict}: {_title(environment)}", "labels": [LABEL]}
        api("POST", f"repos/{repository}/issues", {**body, "body": body_of(environment, cause, seen, seen.stamp)})
        return Done(f"{name}: issue opened", changed=True, was="green")
    if found is None or verdict not in RED | GREEN:
        return Done(f"{name}: {verdict}, nothing to change")
    number, noted, since = found
    path = f"repos/{repository}/issues/{number}"
    if verdict in GREEN:
        text = f"`{name}` is {verdict} again, red from {since or 'an unknown time'} to {seen.stamp}. {seen.links}"
        api("POST", f"{path}/comments", {"body": text})
        api("PATCH", path, {"state": "closed"})
        return Done(f"{name}: issue {number} closed", changed=True, was="red")
    body = {"body": body_of(environment, cause, seen, since or seen.stamp)}
    if noted != cause:
        api("POST", f"{path}/comments", body)
    api("PATCH", path, body)
    if noted != cause:
        return Done(f"{name}: issue {number}: the cause has changed", changed=True, was=f"red for {noted}")
    return Done(f"{name}: issue {number}: still so")


def _open_issue(repository: str, name: str) -> tuple[int, str, str] | None:
    """Return number, noted cause and time of the environment's open issue."""
    for issue in api("GET", f"repos/{repository}/issues?state=open&labels={LABEL}&per_page=100") or []:
        marked = MARK.search(issue.get("body") or "")
        if marked and marked[1] == name:
            return int(issue["number"]), marked[2], marked[3] or ""
    return None


def _title(environment: Mapping[str, Any]) -> str:
    title = str((environment.get("cause") or {}).get("title") or "the cause is not known")
    return " ".join(title.split())[:200]


def body_of(environment: Mapping[str, Any], cause: str, seen: Seen, since: str = "") -> str:
    """Return verdict, decision, cause, evidence and steps as Markdown; `since` marks it as an issue's text."""
    found = environment.get("cause") or {}
    evidence = "\n".join(f"    {' '.join(str(line).split())}" for line in found.get("evidence", ()))
    steps = "\n".join(f"{number}. {_plain(step)}" for number, step in enumerate(found.get("steps", ()), 1))
    parts = [
        f"<!-- smokegate environment={environment['name']} cause={cause} since={since} -->" if since else "",
        f"**{environment['verdict']}** · {_plain(environment.get('decision') or '')}",
        f"{_plain(_title(environment))} (`{cause}`, {found.get('confidence', 'not certain')})",
        evidence,
        steps,
        f"First seen {since}, last seen {seen.stamp}. {seen.links}" if since else seen.links,
    ]
    return "\n\n".join(part for part in parts if part)[:TEXT_AT_MOST]


def _plain(text: object) -> str:
    """Return foreign text that mentions no one and renders as it stands."""
    one_line = " ".join(str(text).split())
    marked = re.sub(r"([\\`*_{}\[\]#|])", r"\\\1", one_line)
    return marked.replace("<", "&lt;").replace("@", "@\u200b")


def main(words: list[str], variables: Mapping[str, str]) -> int:
    """Follow every environment of the reports that are named, and announce what has changed."""
    repository = variables.get("GITHUB_REPOSITORY", "")
    seen = Seen(datetime.now(UTC), run_address(variables), variables.get("PAGE", ""))

    def act(environment: Mapping[str, Any]) -> str:
        done = follow(environment, repository, seen)
        if done.changed and variables.get(ALERT):
            _announce(environment, done.was, variables[ALERT].split())
        return done.said

    each_environment(words, act)
    return 0


def _announce(environment: Mapping[str, Any], was: str, targets: list[str]) -> None:
    """Send a change through apprise; what fails is a warning of the job."""
    from smokegate.commands.alerts import Alerts, Change  # noqa: PLC0415 -- only after a change
    from smokegate.exit_codes import CommandError  # noqa: PLC0415 -- see above

    cause = environment.get("cause") or {}
    title = str(cause.get("title") or environment.get("decision") or "")
    change = Change(str(environment["name"]), str(environment["verdict"]), was, str(cause.get("code") or ""), title)
    try:
        problems = Alerts(targets=targets).announce(change)
    except CommandError as wrong:
        problems = [str(wrong)]
    for each in problems:
        sys.stdout.write(f"::warning title=smokegate::{escaped(each)}\n")


def each_environment(reports: list[str], act: Callable[[Mapping[str, Any]], str]) -> None:
    """Act for each environment of the reports and print what was done; what fails is a warning of the job."""
    for word in reports:
        try:
            environments = json.loads(Path(word).read_text(encoding="utf-8"))["environments"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            sys.stdout.write(f"::warning title=smokegate::{escaped(f'{word} is not a report: {error}')}\n")
            continue
        for environment in environments:
            try:
                sys.stdout.write(f"{escaped(act(environment))}\n")
            except GitHubError as error:
                sys.stdout.write(f"::warning title=smokegate::{escaped(str(error))}\n")


if __name__ == "__main__":
    import os

    sys.exit(main(sys.argv[1:], os.environ))
