"""The app answers, and does not know the path of its health check."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from smokegate.diagnosis.exchange_names import is_sample
from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.wording import body, seen
from smokegate.observation.evidence.application_marks import has_mark
from smokegate.observation.evidence.html import is_html
from smokegate.observation.exchange import Answer, Exchange

ECHO = re.compile(
    r"""(?:\b(?:GET|HEAD|POST)\b["'\]]?[ :]+["'\[]?|"path"\s*:\s*"|resource \[)(/[^\s"'<>\])?,]{0,300})"""
)
"""The path that an application did not find, in the words of Express, Fastify, Rails, Spring, Tomcat and others."""


def judge(case: Case) -> Signs | None:
    """Health is 404 from the application; other paths that are answered make it certain."""
    answer, exchange = case.app("health"), case.exchange("health")
    if answer is None or exchange is None or answer.status not in {404, 405}:
        return None
    if (arrived := arrived_as(exchange)) is not None:
        path = urlsplit(exchange.request.url).path
        return Signs(
            (seen(exchange, body(answer)),),
            ("health",),
            Confidence.LIKELY,
            variant="rewritten",
            names={"path": path, "arrived": arrived},
        )
    if is_html(answer) and not has_mark(answer):
        return None
    known = [
        e
        for e in case.backend
        if not is_sample(e.name)
        and (other := case.app(e.name))
        and other.status not in {404, 405}
        and not is_html(other)
    ]
    if known:
        return Signs((seen(exchange, body(answer)), *(seen(e) for e in known[:2])), ("health",), Confidence.CERTAIN)
    # Proxies are built on the servers of applications, too (YARP on Kestrel): their "no route" has no sign of its own.
    bare = _is_empty(answer)
    others = [e for e in case.backend if not is_sample(e.name) and e is not exchange and _is_empty(case.app(e.name))]
    same = (f"the same of {len(others)} more: {', '.join(e.name for e in others[:3])}",) if bare and others else ()
    return Signs(
        (seen(exchange, body(answer)), *same),
        ("health",),
        Confidence.LIKELY,
        variant="no-answer-but-empty-ones" if bare else "no-other-answer",
    )


def arrived_as(exchange: Exchange) -> str | None:
    """Return the path that the application says it was asked for, where a proxy has cut or added a prefix."""
    text, path = exchange.answer.body.start if exchange.answer else "", urlsplit(exchange.request.url).path
    for each in ECHO.findall(text):
        echoed = each.rstrip("/.")
        if len(echoed) > 1 and echoed != path and (path.endswith(echoed) or echoed.endswith(path)):
            return str(echoed)
    return None


def _is_empty(answer: Answer | None) -> bool:
    return answer is not None and answer.status in {404, 405} and not answer.body.start.strip()


RULES = (Rule("app.health-missing", Level.HEALTH, judge, unless=("app.wrong-service", "app.wrong-version")),)
