"""The rules there are: every module of `smokegate.diagnosis.rules`, in the order of their prerequisites."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from smokegate.diagnosis import rules
from smokegate.diagnosis.rule import Rule, matches

if TYPE_CHECKING:
    from smokegate.environment.model import Environment


def rules_for(environment: Environment, *, logs: bool) -> tuple[Rule, ...]:
    """Return the rules that can find something in an environment: a vantage point that it lacks shows nothing."""
    return all_rules(
        logs=logs,
        platform=environment.render is not None,
        server=environment.server is not None,
        browser=environment.browser is not None,
    )


@cache
def all_rules(
    *, logs: bool = True, platform: bool = True, server: bool = True, browser: bool = True
) -> tuple[Rule, ...]:
    """Return every rule, each behind those that can silence it, otherwise from the top of the chain down.

    The data of those that read `logs` are only loaded where a service is in trouble, and of those that read what the
    `platform`'s API says where it is declared. Two rules with one code are a ValueError, rules that silence each other
    in a circle a graphlib.CycleError.
    """
    found: dict[str, Rule] = {}
    left_out = {name for name, wanted in (("container", server), ("browser", browser)) if not wanted}
    for name in sorted(_modules(left_out)):
        for rule in getattr(import_module(name), "RULES", ()):
            if rule.code in found:
                raise ValueError(f"two rules have the code {rule.code!r}; the second one is in {name}")
            found[rule.code] = rule
    if logs:
        from smokegate.diagnosis.log_rules import log_rules  # noqa: PLC0415 -- it reads data

        found |= {rule.code: rule for rule in log_rules()}
    if platform:
        from smokegate.diagnosis.platform_rules import platform_rules  # noqa: PLC0415 -- it reads data

        found |= {rule.code: rule for rule in platform_rules()}
    return _ordered(tuple(found.values()))


def _modules(left_out: Collection[str]) -> Iterator[str]:
    """Yield the names of the modules of rules, without those of some families."""
    for family in iter_modules(rules.__path__, f"{rules.__name__}."):
        if family.name.rpartition(".")[2] not in left_out:
            yield from (each.name for each in iter_modules(import_module(family.name).__path__, f"{family.name}."))


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
    """Return whether a finding of the first rule may keep the second one from being reported."""
    return explains(first, second) or matches(first.code, second.after)


def explains(first: Rule, second: Rule) -> bool:
    """Return whether a finding of the first rule explains one of the second wherever it is found."""
    return matches(first.code, second.unless) or matches(second.code, first.silences)
