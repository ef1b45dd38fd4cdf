"""The suite, run on an observation by hand: the very functions of `tests/smoke`, without pytest around them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any, ClassVar

from smokegate.api import Blocked, Check, Deployment, ExpectationFailed, NotApplicable, NotJudged
from smokegate.diagnosis.engine import diagnose
from smokegate.diagnosis.model import Diagnosis
from smokegate.diagnosis.outcome import TestOutcome, Word
from smokegate.diagnosis.verdict import decide, decision, reasons
from smokegate.environment.coverage import not_covered
from smokegate.environment.model import Environment
from smokegate.observation.exchange import Exchange, NotSent, Request
from smokegate.observation.model import Observation
from smokegate.observation.plan.step import Group
from smokegate.plugin.blocking import blocker
from smokegate.plugin.check import ATTRIBUTE
from smokegate.plugin.suite_location import suite_directory
from smokegate.report.model import EnvironmentReport
from tests_support.diagnosis import BACKEND, an_environment, seen

BEGINS: dict[Group, tuple[str, ...]] = {
    "health": ("health",),
    "endpoints": ("endpoint ",),
    "monitoring": ("monitoring",),
    "sign_in": ("register", "log", "account", "kept", "csrf"),
    "refusal": ("wrong password", "account after wrong"),
    "write": ("write", "undo"),
    "frontend": ("page", "preflight", "api on", "script "),
    "version": ("version",),
    "server": (),
    "browser": ("browser ",),
    "platform": (),
}
"""How the names of a group's exchanges begin."""


def backend_only(endpoint: str, *, status: str) -> Environment:
    """Return an environment that declares nothing but a backend: a health check that states this, and an endpoint."""
    health = {"json": {"status": status}, "samples": 1}
    backend = {"url": BACKEND, "health": health, "endpoints": [{"path": endpoint}]}
    return an_environment(sign_in=None, frontend=None, version=None, backend=backend)


@dataclass(frozen=True)
class Frozen:
    """An observation that is complete already, as a source of exchanges."""

    environment: Environment
    observation: Observation

    def start(self, groups: Collection[Group] | None = None) -> None:
        """Start nothing."""

    def exchange(self, name: str) -> Exchange:
        """Return one exchange."""
        return self.observation.exchanges.get(name) or Exchange(name, Request("GET", ""), NotSent("health"))

    def names(self, group: Group) -> tuple[str, ...]:
        """Return the names of a group's exchanges."""
        begins = BEGINS[group]
        return tuple(name for name in self.observation.exchanges if begins and name.startswith(begins))

    def complete(self, groups: Collection[Group] | None = None) -> Observation:  # noqa: ARG002 - as the observer's
        """Return the observation."""
        return self.observation


class NoTest:
    """Stands for the test that runs, where a check is called by hand."""

    item = None
    clients: ClassVar[dict[str, Any]] = {}


NO_TEST = NoTest()


@cache
def checks() -> dict[str, Any]:
    """Return the suite's functions by their codes, prerequisites first."""
    found: dict[str, Any] = {}
    for file in sorted(suite_directory().glob("test_*.py")):
        spec = spec_from_file_location(f"suite_by_hand.{file.stem}", file)
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        found |= {
            f.__dict__[ATTRIBUTE].code: f for f in vars(module).values() if ATTRIBUTE in getattr(f, "__dict__", {})
        }
    ordered: dict[str, Any] = {}

    def add(code: str) -> None:
        if code not in ordered:
            for before in getattr(found[code], ATTRIBUTE).after:
                add(before)
            ordered[code] = found[code]

    for code in found:
        add(code)
    return ordered


def outcomes(environment: Environment, observation: Observation) -> tuple[TestOutcome, ...]:
    """Return what the suite finds of an observation."""
    results: list[TestOutcome] = []
    stated = {code: getattr(function, ATTRIBUTE) for code, function in checks().items()}
    for code, function in checks().items():
        for index in _cases(stated[code], environment):
            outcome = _judged(function, stated, index, Frozen(environment, observation), results)
            results += [outcome] if outcome is not None else []
    return tuple(results)


def _cases(check: Check, environment: Environment) -> Iterator[int | None]:
    if not check.applies_to(environment):
        return
    if not check.per_endpoint:
        yield None
        return
    for index, endpoint in enumerate(environment.backend.endpoints):
        if check.applies_to_endpoint(endpoint):
            yield index


def _judged(
    function: Any, stated: dict[str, Check], index: int | None, source: Frozen, results: list[TestOutcome]
) -> TestOutcome | None:
    check: Check = getattr(function, ATTRIBUTE)
    endpoint = None if index is None else source.environment.backend.endpoints[index]
    label = endpoint.label if endpoint else ""
    blocked_by = blocker(check, label, source.environment, results, stated) or ""
    touched: list[str] = []
    word: Word = "blocked" if blocked_by else "passed"
    why, failed_on = f"blocked by {blocked_by}" if blocked_by else "", ""
    advisory = check.is_advisory(source.environment, endpoint)
    if not blocked_by:
        try:
            function(Deployment(lambda: source, index, touched.append, NO_TEST))
        except NotApplicable:
            return None
        except (Blocked, NotJudged) as left:
            word, why = "blocked" if isinstance(left, Blocked) else "not judged", left.summary
        except ExpectationFailed as failed:
            word, why = "advisory" if advisory else "failed", str(failed)
            failed_on = failed.exchange.name if failed.exchange else ""
    name = f"smokegate/{function.__module__.rpartition('.')[2]}.py::{function.__name__}"
    case = f"{source.environment.name}-{label}" if label else source.environment.name
    return TestOutcome(
        f"{name}[{case}]",
        word,
        advisory,
        why,
        exchanges=tuple(dict.fromkeys(touched)),
        code=check.code,
        parameter=label,
        failed_on=failed_on,
        blocked_by=blocked_by,
    )


def judge(environment: Environment, observation: Observation) -> EnvironmentReport:
    """Return the decided report of an observation by hand."""
    found = outcomes(environment, observation)
    diagnosis = diagnose(environment, observation, found)
    verdict = decide(found, diagnosis, observation, environment)
    return EnvironmentReport(
        environment,
        observation,
        diagnosis,
        found,
        verdict,
        reasons(found, diagnosis, observation, environment),
        tuple(not_covered(environment)),
        decision=decision(verdict, diagnosis),
    )


def judged(*changes: Exchange, environment: Environment | None = None, **fields: Any) -> Diagnosis:
    """Return the diagnosis of a healthy deployment with these changes, as a run of the suite comes to it."""
    environment = environment or an_environment()
    return judge(environment, seen(*changes, environment=environment, **fields)).diagnosis
