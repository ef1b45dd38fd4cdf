"""What answers is not the version that was deployed, or does not say which one it is."""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import header, quote, seen
from smokegate.observation.evidence.version import from_cache, same_version
from smokegate.observation.exchange import Exchange


def judge(case: Case) -> Signs | None:
    """The version is not the expected one; where none is expected, an unknown one is advice."""
    exchange = case.observation.exchanges.get("version")
    answer = case.app("version")
    if case.environment.version is None or exchange is None or answer is None or not 200 <= answer.status < 300:
        return None
    expected, actual = case.observation.expected_commit, case.observation.commit
    if actual is not None and (expected is None or same_version(expected, actual, case.environment.version)):
        return None
    if actual is None:
        return Signs(
            (seen(exchange, _where(case, exchange)),),
            (exchange.name,),
            Confidence.LIKELY if expected else Confidence.CERTAIN,
            variant="version-unreported",
            advisory=expected is None,
            names={"expected": expected or "the version"},
        )
    cached = from_cache(answer)
    details = [f"version {quote(actual)}, expected {expected}", *([quote(cached)] if cached else [])]
    return Signs(
        (seen(exchange, *details),),
        (exchange.name,),
        Confidence.LIKELY if cached else Confidence.CERTAIN,
        variant="version-cached" if cached else "",
        names={"expected": expected or ""},
    )


def _where(case: Case, exchange: Exchange) -> str:
    version = case.environment.version
    assert version is not None
    assert exchange.answer is not None
    if version.header and version.header in exchange.answer.headers:
        return header(exchange.answer, version.header)
    if version.header:
        return f"it has no version in header {version.header}"
    if version.field:
        return f"it has no version under {version.field}"
    return f"it has no version in <meta name={version.meta}>" if version.meta else "its text has no version"


RULES = (Rule("app.wrong-version", Level.SERVICE, judge, unless=("app.mixed-versions", "app.wrong-service")),)
