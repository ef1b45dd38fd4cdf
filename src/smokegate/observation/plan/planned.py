"""All planned requests of an environment, by name and group."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain

from smokegate.environment.model import Environment
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.exchange import Exchange
from smokegate.observation.plan.backend import (
    endpoint_steps,
    health_steps,
    monitoring_steps,
    version_is_health,
    version_steps,
)
from smokegate.observation.plan.frontend.plan import PAGE_FILES, FrontendPlan
from smokegate.observation.plan.sign_in.flow import SignInPlan
from smokegate.observation.plan.sign_in.names import CLEAN_UP, UNDO
from smokegate.observation.plan.step import Group, Step


class PlannedRequests:
    """The steps of one environment, and the two plans that add steps at run time."""

    def __init__(self, environment: Environment, redactor: Redactor) -> None:
        self._environment = environment
        self.sign_in = SignInPlan(environment, redactor) if environment.sign_in else None
        self.frontend = FrontendPlan(environment) if environment.frontend else None
        steps = chain(
            health_steps(environment),
            endpoint_steps(environment),
            monitoring_steps(environment),
            self.sign_in.steps() if self.sign_in else (),
            self.frontend.steps() if self.frontend else (),
            version_steps(environment),
        )
        self.steps = {step.name: step for step in steps}

    def __contains__(self, name: str) -> bool:
        return name in self.steps

    def of(self, groups: Collection[Group]) -> list[Step]:
        """Return the steps of some groups, plus the health check if it also returns the version."""
        wanted = set(groups) | ({"health"} if "version" in groups and version_is_health(self._environment) else set())
        return [step for step in self.steps.values() if step.group in wanted]

    def names(self, group: Group, exchanges: Iterable[str]) -> tuple[str, ...]:
        """Return the names of a group's exchanges; the page's files are taken from `exchanges`."""
        planned = [name for name, step in self.steps.items() if step.group == group]
        if group == "version" and version_is_health(self._environment):
            planned.append("version")
        if group == "frontend":
            planned += [name for name in exchanges if name.startswith(PAGE_FILES)]
        return tuple(planned)

    def with_version(self, exchanges: dict[str, Exchange], groups: Collection[Group]) -> dict[str, Exchange]:
        """Add the health check under the name `version`, if it also returns the version."""
        if version_is_health(self._environment) and "version" in groups and "health" in exchanges:
            return {**exchanges, "version": exchanges["health"]}
        return exchanges

    @property
    def cleans_up(self) -> bool:
        """Whether the run has to clean up: an account that it creates, or a declared write."""
        return self.sign_in is not None and (CLEAN_UP in self or UNDO in self)

    @property
    def to_finish(self) -> list[Step]:
        """The cleanup steps that are needed so far."""
        names = self.sign_in.to_finish if self.sign_in is not None else ()
        return [self.steps[name] for name in names if name in self.steps]
