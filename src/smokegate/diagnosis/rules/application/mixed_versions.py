"""Instances behind one address run different versions."""

from __future__ import annotations

from smokegate.diagnosis.rule import REACHED, Case, Level, Rule, Signs
from smokegate.diagnosis.wording import listed, seen
from smokegate.environment.model import Version
from smokegate.observation.evidence.version import deployed_version
from smokegate.observation.exchange import Exchange
from smokegate.observation.plan.backend import version_is_health

KEYS = ("commit", "version", "revision", "build", "git_sha")
"""Keys of a health check's body in which services report their version, where `[version]` says none."""


def judge(case: Case) -> Signs | None:
    """The samples of one run report more than one version."""
    by_version: dict[str, Exchange] = {}
    for exchange in case.samples:
        version = _version(case, exchange, case.environment.version)
        if version is not None and case.app(exchange.name):
            by_version.setdefault(version, exchange)
    if len(by_version) < 2:
        return None
    versions = [f"`{version}`" for version in by_version]
    return Signs(
        tuple(seen(exchange, f"version `{version}`") for version, exchange in by_version.items()),
        tuple(exchange.name for exchange in by_version.values()),
        names={"versions": listed(versions)},
    )


def _version(case: Case, exchange: Exchange, declared: Version | None) -> str | None:
    if exchange.answer is None:
        return None
    if declared is not None and version_is_health(case.environment):
        return deployed_version(declared, exchange.answer)
    values = (case.field(exchange.name, key) for key in KEYS)
    return next((value for value in values if isinstance(value, str) and value), None)


RULES = (Rule("app.mixed-versions", Level.SERVICE, judge, after=REACHED),)
