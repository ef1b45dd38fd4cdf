"""Writes `docs/runbook.md` from the rules: `python -m smokegate.diagnosis.document [--check]`."""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from smokegate.diagnosis import undetermined
from smokegate.diagnosis.catalogue import all_rules, can_silence
from smokegate.diagnosis.model import Owner
from smokegate.diagnosis.names import IN_RUNBOOK
from smokegate.diagnosis.rule import VERIFY, Level, Rule, filled
from smokegate.knowledge.causes import Step

PAGE = Path("docs/runbook.md")
CHAPTERS = {
    Level.RUNNER: "The runner",
    Level.NAME: "Name",
    Level.CONNECT: "Connection",
    Level.CERTIFICATE: "Certificate",
    Level.EXCHANGE: "HTTP",
    Level.SERVER: "Server and containers",
    Level.ROUTING: "Routing: Render's edge and nginx",
    Level.SERVICE: "Which service, which version",
    Level.DATABASE: "Database",
    Level.CONFIGURATION: "Configuration",
    Level.HEALTH: "Health",
    Level.SIGN_IN: "Sign-in",
    Level.MONITORING: "Monitoring",
    Level.PROMISE: "Expectations",
    Level.FRONTEND: "Frontend",
    Level.ADVICE: "Advice",
    Level.VANTAGE: "The way to the server",
}
HEAD = """\
# Runbook

<!-- Made by `python -m smokegate.diagnosis.document` from the rules in src/smokegate/diagnosis/rules/. -->

A red run names one cause; this page has an entry for each. The chapters follow the chain of a request: what
is higher up explains what is below it. Words in capitals stand for your deployment's own, which the run fills
in.

How sure a cause is: *certain* (what was seen proves it), *likely* (it fits, and something else could look the
same), *possible* (it fits, as other causes do). What the evidence cannot exclude is listed with each.
"""
WHO = {
    Owner.APP: "the application",
    Owner.CONFIGURATION: "configuration",
    Owner.PLATFORM: "the platform (verdict OUTAGE: do not roll back)",
    Owner.NETWORK: "the network between runner and deployment (verdict UNKNOWN)",
    Owner.RUNNER: "the machine that runs the suite (verdict UNKNOWN)",
    Owner.TEST_DATA: "the suite's own data or account (verdict UNKNOWN)",
    Owner.DEPLOY: "no one yet: the deploy has not ended, or another one overtook it (verdict UNKNOWN)",
}


def runbook() -> str:
    """Return the whole page."""
    chapters: dict[Level, list[Rule]] = defaultdict(list)
    for rule in sorted(all_rules(), key=lambda each: (each.level, each.code)):
        chapters[rule.level].append(rule)
    parts = [HEAD, "\n".join(_contents(chapters))]
    for level, rules in chapters.items():
        parts.append(f"## {CHAPTERS[level]}\n")
        parts += map(_rule, rules)
    parts += ["## No cause found\n", *_undetermined()]
    return "\n".join(parts).rstrip() + "\n"


def anchor(code: str) -> str:
    """Return the anchor that GitHub gives a heading that is a code."""
    return code.replace(".", "")


def _contents(chapters: dict[Level, list[Rule]]) -> Iterator[str]:
    for level, rules in chapters.items():
        links = ", ".join(f"[`{rule.code}`](#{anchor(rule.code)})" for rule in rules)
        yield f"- {CHAPTERS[level]}: {links}"
    links = ", ".join(f"[`{code}`](#{anchor(code)})" for code in (undetermined.OWN_CODE, undetermined.CODE))
    yield f"- No cause found: {links}"
    yield ""


def _rule(rule: Rule) -> str:
    text = rule.text
    facts = [f"Symptom: {_fill(text.symptom)}", f"Who fixes it: {WHO[Owner(text.owner)]}"]
    facts.append(f"Evidence: {'; '.join(text.reads)}")
    if text.competing:
        facts.append(f"Not excluded: {'; '.join(map(_fill, text.competing))}")
    silencers = sorted(other.code for other in all_rules() if other is not rule and can_silence(other, rule))
    if silencers:
        facts.append(f"Not reported where it follows from: {_families(silencers)}")
    title = f"**{_fill(text.title)}.**" + (" A warning, not a failure." if rule.advisory else "")
    return _entry(rule.code, title, facts, text.steps)


def _entry(code: str, title: str, facts: Sequence[str], steps: Sequence[Step]) -> str:
    numbered = [f"{number}. {_step(step)}" for number, step in enumerate((*steps, VERIFY), 1)]
    return "\n".join([f"### {code}\n", f"{title}\n", *(f"- {fact}" for fact in facts), "", *numbered, ""])


def _families(codes: list[str]) -> str:
    """Return codes as a list in which a family that is there as a whole stands as one."""
    everything = [rule.code for rule in all_rules()]
    families = dict.fromkeys(code.split(".")[0] for code in codes)
    words = []
    for family in families:
        whole = [code for code in everything if code.split(".")[0] == family]
        mine = [code for code in codes if code.split(".")[0] == family]
        words += [f"`{family}.*`"] if len(mine) == len(whole) > 1 else [f"`{code}`" for code in mine]
    return ", ".join(words)


def _undetermined() -> Iterator[str]:
    title = undetermined.OWN_TITLE.format(check="CODE")
    competing = f"Not excluded: {'; '.join(undetermined.OWN_COMPETING)}"
    symptom = f"Symptom: {undetermined.OWN_SYMPTOM}"
    yield _entry(undetermined.OWN_CODE, f"**{title}.**", (symptom, competing), undetermined.OWN_STEPS)
    settles = f"What would settle it: {'; '.join(undetermined.SETTLES)}"
    symptom = f"Symptom: {undetermined.SYMPTOM}"
    yield _entry(undetermined.CODE, f"**{undetermined.TITLE}.**", (symptom, settles), undetermined.STEPS)


def _step(step: Step) -> str:
    if isinstance(step, str):
        return _fill(step)
    own, other = map(_fill, step)
    return f"{own} (With `[compose]` in the environment file; else: {other})"


def _fill(text: str) -> str:
    done = filled(text, IN_RUNBOOK)
    if done is None:
        raise KeyError(f"a name in {text!r} is missing from IN_RUNBOOK in smokegate/diagnosis/names.py")
    return done


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page, or with `--check` only say whether it is up to date (exit 1 where it is not)."""
    parser = argparse.ArgumentParser(prog="python -m smokegate.diagnosis.document", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if out of date")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page (default: %(default)s)")
    options = parser.parse_args(arguments)
    text = runbook()
    if not options.check:
        options.page.parent.mkdir(parents=True, exist_ok=True)
        options.page.write_text(text, encoding="utf-8")
        return 0
    if options.page.is_file() and options.page.read_text(encoding="utf-8") == text:
        return 0
    command = "python -m smokegate.diagnosis.document"
    sys.stderr.write(f"{options.page} is out of date: the rules have changed. Run: {command}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
