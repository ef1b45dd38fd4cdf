"""`diagnose`: asks every rule in the order of the chain and chooses the headline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.case import Case
from smokegate.diagnosis.catalogue import explains, rules_for
from smokegate.diagnosis.exchange_names import on_frontend
from smokegate.diagnosis.model import Confidence, Diagnosis, Finding, Owner
from smokegate.diagnosis.rule import Rule, matches
from smokegate.diagnosis.undetermined import undetermined
from smokegate.internal_error import described

if TYPE_CHECKING:
    from collections.abc import Sequence

    from smokegate.diagnosis.outcome import TestOutcome
    from smokegate.environment.model import Environment
    from smokegate.observation.model import Observation

SURENESS = {Confidence.CERTAIN: 0, Confidence.LIKELY: 1, Confidence.POSSIBLE: 2}
Found = tuple[Rule, Finding]


def diagnose(
    environment: Environment, observation: Observation, results: Sequence[TestOutcome] = (), verify: str = ""
) -> Diagnosis:
    """Return what is the matter: gating causes before advice, the top of the chain first, then the surest.

    Where something is broken and no rule finds its cause, the headline is `undetermined`; where nothing is
    broken and nothing is worth a word, there is no headline. `verify` is the command that checks again.
    """
    case = Case(environment, observation, tuple(results), verify)
    rules, errors = rules_for(environment, logs=_any_troubled(case)), list[str]()
    findings = tuple(finding for _, finding in _broken_first(found_causes(case, rules, errors)))
    if not any(not finding.advisory for finding in findings):
        unknown = undetermined(case, {name for finding in findings for name in finding.exchanges})
        findings = (unknown, *findings) if unknown else findings
    return Diagnosis(environment.name, findings[0] if findings else None, findings[1:], tuple(errors))


def _any_troubled(case: Case) -> bool:
    if case.environment.server is None:
        return False
    from smokegate.diagnosis.server_evidence import any_troubled  # noqa: PLC0415 - costs start-up time

    return any_troubled(case)


def found_causes(case: Case, rules: tuple[Rule, ...], errors: list[str] | None = None) -> list[Found]:
    """Return what the rules find, without what follows from something that was found before.

    A rule that ends in an error of its own finds nothing, and is named in `errors`; without that it is raised.
    """
    found: list[Found] = []
    for rule in rules:
        if any(explains(first, rule) and not finding.advisory for first, finding in found):
            continue
        try:
            finding = rule.finding(case)
        except Exception as error:
            if errors is None:
                raise
            errors.append(f"rule {rule.code}: {described(error)}")
            continue
        if finding and not any(follows(rule, finding, first, cause) for first, cause in found):
            found.append((rule, finding))
    return found


def follows(rule: Rule, finding: Finding, first: Rule, cause: Finding) -> bool:
    """Return whether a finding follows from a cause up the chain: of the whole target, or of its exchanges."""
    if cause.advisory or not matches(first.code, rule.after):
        return False
    if matches(first.code, ("runner",)):
        return True
    whole = "health" in cause.exchanges and not _only_frontend(finding)
    return whole or (bool(finding.exchanges) and set(finding.exchanges) <= set(cause.exchanges))


def _only_frontend(finding: Finding) -> bool:
    return bool(finding.exchanges) and all(on_frontend(name) for name in finding.exchanges)


def _broken_first(found: list[Found]) -> list[Found]:
    """Order causes, with what is broken elsewhere before the suite's own data, which explain the sign-in only."""
    ordered = sorted(found, key=_rank)
    if not ordered or ordered[0][1].owner is not Owner.TEST_DATA:
        return ordered
    level = ordered[0][0].level
    broken = [
        each
        for each in ordered
        if not each[1].advisory and each[1].owner in {Owner.APP, Owner.CONFIGURATION} and each[0].level is not level
    ]
    return [*broken, *(each for each in ordered if each not in broken)]


def _rank(found: Found) -> tuple[bool, int, int, str]:
    rule, finding = found
    return (finding.advisory, rule.level, SURENESS[finding.confidence], finding.code)
