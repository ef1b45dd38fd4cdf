"""The rules there are: every module of `smokegate.diagnosis.rules`, in the order of their prerequisites."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pkgutil import walk_packages

from smokegate.diagnosis import rules
from smokegate.diagnosis.rule import Rule, matches


@cache
def all_rules(*, logs: bool = True, platform: bool = True) -> tuple[Rule, ...]:
    """Return every rule, each behind those that can silence it, otherwise from the top of the chain down.

    Args:
        logs: also those that read logs, whose data are only loaded where a service is in trouble.
        platform: also those that read what the platform's API says, whose data are only loaded where it is declared.

    Raises:
        ValueError: two rules have one code.
        graphlib.CycleError: rules silence each other in a circle.
    """
    found: dict[str, Rule] = {}
    for module in sorted(walk_packages(rules.__path__, f"{rules.__name__}."), key=lambda each: each.name):
        for rule in getattr(import_module(module.name), "RULES", ()):
            if rule.code in found:
                raise ValueError(f"two rules have the code {rule.code!r}; the second one is in {module.name}")
            found[rule.code] = rule
    if logs:
        from smokegate.diagnosis.log_rules import log_rules  # noqa: PLC0415 -- it reads data

        found |= {rule.code: rule for rule in log_rules()}
    if platform:
        from smokegate.diagnosis.platform_rules import platform_rules  # noqa: PLC0415 -- it reads data

        found |= {rule.code: rule for rule in platform_rules()}
    return _ordered(tuple(found.values()))


def _ordered(found: tuple[Rule, ...]) -> tuple[Rule, ...]:
    by_code = {rule.code: rule for rule in found}
    before = {rule.code: _named((*rule.unless, *rule.after), by_code) for rule in found}
    for rule in found:
        for code in _named(rule.silences, by_code):
            before[code].add(rule.code)
    for code, others in before.items():
        others.discard(code)
    sorter = TopologicalSorter(before)
    sorter.prepare()
    ordered: list[Rule] = []
    while sorter.is_active():
        ready = [by_code[code] for code in sorter.get_ready()]
        ready.sort(key=lambda rule: (rule.level, rule.code))
        ordered += ready
        sorter.done(*(rule.code for rule in ready))
    return tuple(ordered)


def _named(patterns: tuple[str, ...], codes: Iterable[str]) -> set[str]:
    """Return the codes that codes or families name."""
    return {code for code in codes if matches(code, patterns)} if patterns else set()


def can_silence(first: Rule, second: Rule) -> bool:
    """Tell whether a finding of the first rule may keep the second one from being told."""
    return explains(first, second) or matches(first.code, second.after)


def explains(first: Rule, second: Rule) -> bool:
    """Tell whether a finding of the first rule explains one of the second wherever it is found."""
    return matches(first.code, second.unless) or matches(second.code, first.silences)
