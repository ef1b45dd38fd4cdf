"""Writes `docs/runbook.md` from the rules: `python -m smokegate.diagnosis.document [--check]`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from smokegate.diagnosis.catalogue import all_rules, can_silence
from smokegate.diagnosis.rule import VERIFY, Level, Rule, filled
from smokegate.diagnosis.server_rule_helpers import EDGE
from smokegate.diagnosis.undetermined import CODE, OWN_CODE, text_of
from smokegate.knowledge import table
from smokegate.knowledge.causes import Step

PAGE = Path("docs/runbook.md")
TEXTS = table("runbook.toml")
CHAPTERS: dict[str, str] = TEXTS["chapters"]
NO_CAUSE = "No cause found"


def runbook() -> str:
    """Return the whole page."""
    chapters: dict[Level, list[Rule]] = defaultdict(list)
    for rule in sorted(all_rules(), key=lambda each: (each.level, each.code)):
        chapters[rule.level].append(rule)
    parts = [TEXTS["head"], "\n".join(_contents(chapters))]
    for level, rules in chapters.items():
        parts.append(f"## {CHAPTERS[level.name]}\n")
        if level is Level.SERVER:
            parts.append(f"{TEXTS['in_trouble']} {', '.join(f'`{code}`' for code in _in_trouble())}.\n")
        parts += map(_rule, rules)
    parts += [f"## {NO_CAUSE}\n", _without_cause(OWN_CODE, "Not excluded"), _without_cause(CODE, "How to find out")]
    return "\n".join(parts).rstrip() + "\n"


def anchor(code: str) -> str:
    """Return the anchor that GitHub gives a heading that is a code."""
    return code.replace(".", "")


def _contents(chapters: dict[Level, list[Rule]]) -> Iterator[str]:
    listed = {CHAPTERS[level.name]: [rule.code for rule in rules] for level, rules in chapters.items()}
    for title, codes in {**listed, NO_CAUSE: [OWN_CODE, CODE]}.items():
        yield f"- {title}: " + ", ".join(f"[`{code}`](#{anchor(code)})" for code in codes)
    yield ""


def _in_trouble() -> list[str]:
    """Return the causes that a service itself shows: they explain what users meet at the edge."""
    return sorted(rule.code for rule in all_rules() if set(EDGE) <= set(rule.silences))


def _rule(rule: Rule) -> str:
    text = rule.text
    facts = [f"Symptom: {_fill(text.symptom)}", f"Who fixes it: {TEXTS['owners'][text.owner]}"]
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
    """Return codes as a list in which a family, and the services in trouble, stand as one where they are all there."""
    group = set(_in_trouble())
    words = ["[a service in trouble](#server-and-containers)"] if group <= set(codes) else []
    left = [code for code in codes if not (words and code in group)]
    sizes = Counter(rule.code.partition(".")[0] for rule in all_rules())
    for family, mine in groupby(left, key=lambda code: code.partition(".")[0]):
        found = list(mine)
        words += [f"`{family}.*`"] if len(found) == sizes[family] > 1 else [f"`{code}`" for code in found]
    return ", ".join(words)


def _without_cause(code: str, competing: str) -> str:
    text = text_of(code)
    facts = (f"Symptom: {text.symptom}", f"{competing}: {'; '.join(text.competing)}")
    return _entry(code, f"**{_fill(text.title)}.**", facts, text.steps)


def _step(step: Step) -> str:
    if isinstance(step, str):
        return _fill(step)
    own, other = map(_fill, step)
    return f"{own} (With `[compose]` in the environment file; else: {other})"


def _fill(text: str) -> str:
    done = filled(text, TEXTS["names"])
    if done is None:
        raise KeyError(f"a name in {text!r} is missing from `names` in smokegate/knowledge/runbook.toml")
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
