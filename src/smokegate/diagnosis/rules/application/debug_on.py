"""The app runs in debug mode: it shows its insides to everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.database_texts import Found, found
from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.environment.answers import StatusRule
from smokegate.observation.evidence.assertions import fits
from smokegate.observation.evidence.own_errors import crash

INSIDES = re.compile(
    r"Traceback \(most recent call last\)|You're seeing this error because you have <code>DEBUG = True"
    r"|Werkzeug Debugger|<title>Starlette Debugger|\"debug\"\s*:\s*true\b|at \S+ \([^)]*node_modules/[^)]*\)"
)
SAYS_DEBUG = re.compile(r"DEBUG = True|Debugger|\"debug\"")
"""What only debug mode writes; an error handler of the application's own may print a traceback without it."""

DOCUMENTATION = re.compile(r"swagger-ui|SwaggerUIBundle|redoc(?:\.standalone)?\.js|\"openapi\"\s*:\s*\"3\.")
"""The interactive documentation that frameworks serve in debug mode."""


def judge(case: Case) -> Signs | None:
    """An answer holds a traceback or a debugger's page, or says itself that debug is on, or documentation is open.

    Beside the error that a page shows it is only advice: the error is what must be fixed first.
    """
    words = list(found(INSIDES, case.backend))
    pages = list(_documentation(case))
    if not words and not pages:
        return None
    error = any(answer.status >= 400 or crash(answer) for each in words if (answer := each.exchange.answer))
    return Signs(
        tuple(each.line for each in (*words, *pages)[:3]),
        tuple(each.exchange.name for each in (*words, *pages)),
        Confidence.CERTAIN if any(SAYS_DEBUG.search(each.word) for each in words) else Confidence.LIKELY,
        advisory=error and not pages,
        variant="" if words else "documentation",
    )


def _documentation(case: Case) -> Iterator[Found]:
    """Yield the interactive documentation where the environment file promises that it is not there."""
    closed = [e for e in case.backend if (promise := case.promise(e.name)) and _is_closed(promise.status)]
    return found(DOCUMENTATION, (each for each in closed if is_broken(case, each)))


def _is_closed(status: StatusRule) -> bool:
    return any(fits(status, each) for each in (401, 403, 404)) and not fits(status, 200)


RULES = (Rule("app.debug-on", Level.CONFIGURATION, judge),)
