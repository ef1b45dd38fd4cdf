"""The certificate is valid, and not for long."""

from __future__ import annotations

from datetime import UTC

from smokegate.diagnosis.rule import Case, Level, Rule, Signs
from smokegate.diagnosis.wording import seen

DAY = 86400.0


def judge(case: Case) -> Signs | None:
    """A certificate that answered expires sooner than the environment allows, counted from the start."""
    started = case.observation.started
    for exchange in case.observation.exchanges.values():
        certificate = exchange.answer.certificate if exchange.answer else None
        if certificate is None:
            continue
        expires = certificate.expires if certificate.expires.tzinfo else certificate.expires.replace(tzinfo=UTC)
        days = (expires - started).total_seconds() / DAY
        if days < case.environment.backend.certificate_days:
            line = (
                f"the certificate expires on {expires:%Y-%m-%d}, in {days:.0f} days;"
                f" it is for `{certificate.subject}` from `{certificate.issuer}`"
            )
            return Signs((seen(exchange, line),), (exchange.name,), names={"days": f"{days:.0f}"})
    return None


RULES = (Rule("tls.expiring", Level.ADVICE, judge, after=(), advisory=True),)
