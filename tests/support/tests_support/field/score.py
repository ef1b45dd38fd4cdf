"""Sums results up: by kind, and in total."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tests_support.field.judge import GREEN, Result

OUTCOMES = ("right", "wrong", "missed", "false alarm")


def totals(results: Sequence[Result]) -> dict[str, int]:
    """Return the figures of all results together."""
    broken = [each for each in results if not each.case.healthy]
    return {
        "cases": len(results),
        "right": sum(each.outcome == "right" for each in results),
        "broken": len(broken),
        "detected": sum(each.outcome == "right" or each.verdict not in GREEN for each in broken),
        "right cause": sum(each.right_cause and each.outcome != "missed" for each in broken),
        "missed": sum(each.outcome == "missed" for each in results),
        "healthy": len(results) - len(broken),
        "false alarms": sum(each.outcome == "false alarm" for each in results),
        "overclaimed": sum(each.overclaimed for each in results),
    }


def by_kind(results: Sequence[Result]) -> dict[str, tuple[int, ...]]:
    """Return cases, right, wrong, missed and false alarms of each kind."""
    found = {}
    for kind in sorted({each.case.kind for each in results}):
        count = Counter(each.outcome for each in results if each.case.kind == kind)
        found[kind] = (count.total(), *(count[outcome] for outcome in OUTCOMES))
    return found


def summary(results: Sequence[Result]) -> str:
    """Return the score as text."""
    lines = [f"{'kind':<24}" + "".join(f"{each:>13}" for each in ("cases", *OUTCOMES))]
    lines += [f"{kind:<24}" + "".join(f"{n:>13}" for n in row) for kind, row in by_kind(results).items()]
    figures = totals(results)
    lines += [
        "",
        f"detection     {figures['detected']} of {figures['broken']} broken deployments are not called healthy",
        f"right cause   {figures['right cause']} of {figures['broken']}",
        f"missed        {figures['missed']} of {figures['broken']}",
        f"false alarms  {figures['false alarms']} of {figures['healthy']} healthy deployments",
        f"overclaimed   {figures['overclaimed']} wrong causes stated as certain",
        f"right         {figures['right']} of {figures['cases']} cases",
    ]
    return "\n".join(lines)


def page(results: Sequence[Result]) -> str:
    """Return docs/field.md."""
    figures = totals(results)
    lines = [
        "# What smokegate reports on field cases",
        "",
        "<!-- Written by `make field ARGS=--publish`. -->",
        "",
        "Each case in `tests/field/` reproduces a real situation: a public bug report, a response that was recorded or",
        "that a platform documents, or a start-up log. Each case states the right verdict and cause; the tables",
        "compare them with what smokegate reports. Real builds are other people's code and are not published here.",
        'Cases whose source says "made for" were written by the authors after documented behaviour. smokegate was',
        "corrected until all cases were right: the score shows that none regressed, not how it does on new ones.",
        "",
        f"- {figures['right']} of {figures['cases']} cases: right verdict and cause",
        f"- {figures['detected']} of {figures['broken']} broken deployments detected",
        f"- {figures['right cause']} of {figures['broken']} broken deployments with the right cause",
        f"- {figures['false alarms']} false alarms on {figures['healthy']} healthy deployments",
        f"- {figures['overclaimed']} wrong causes reported as certain",
        "",
        "| kind | cases | right | wrong | missed | false alarm |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    lines += [f"| {kind} | " + " | ".join(map(str, row)) + " |" for kind, row in by_kind(results).items()]
    wrong = [each for each in results if each.outcome != "right"]
    if wrong:
        lines += ["", "## Wrong results", "", "| case | outcome | verdict | cause |", "| --- | --- | --- | --- |"]
        lines += [f"| {r.case.id} | {r.outcome} | {r.verdict} | {r.cause or 'none'} |" for r in wrong]
    lines += ["", "## Cases and their sources", "", "| case | what | source |", "| --- | --- | --- |"]
    lines += [f"| {r.case.id} | {_cell(r.case.what)} | {_cell(r.case.source)} |" for r in results]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
