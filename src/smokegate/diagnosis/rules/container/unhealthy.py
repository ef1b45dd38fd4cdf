"""A container runs and its health check fails."""

from __future__ import annotations

import re

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.server_evidence import role, unexplained, view_of
from smokegate.diagnosis.server_rule_helpers import EDGE, affected, named
from smokegate.diagnosis.service_state import state
from smokegate.diagnosis.wording import plain, quote

MISSING = re.compile(
    r"sh: (?:(?:line )?\d{1,5}: )?(?P<shell>[\w./-]{1,80}): (?:command )?not found\b"
    r"|exec: \"(?P<engine>[^\"]{1,80})\": (?:executable|stat)"
)
"""What a shell and the engine say of a program that is not in the image."""


def judge(case: Case) -> Signs | None:
    """The engine counts failed checks; what the check printed and what the origin answers stand beside."""
    found = [each for each in unexplained(case) if each.health == "unhealthy" and not each.crash_looping]
    if not found:
        return None
    checks = [each.check for each in found if each.check and each.check.log]
    said = tuple(
        f"health check, failed {check.failing_streak} times: {quote(check.log[-1].output or 'no output')}"
        for check in checks
    )
    view = view_of(case)
    answers = [each for each in view.origin if each.status == 200] if view else []
    backend = any(role(case, each) == "backend" for each in found)
    against = (f"the backend answers 200 on the server itself (GET {answers[0].path})",) if answers and backend else ()
    missing = [MISSING.search(check.log[-1].output) for check in checks]
    program = next((each["shell"] or each["engine"] for each in missing if each), "") if all(missing) else ""
    return Signs(
        (*map(state, found), *said),
        affected(case),
        Confidence.CERTAIN,
        variant="no-program" if program else "",
        against=against,
        names={**named(found), "program": plain(program)},
    )


RULES = (Rule("container.unhealthy", Level.SERVER, judge, after=(), silences=EDGE),)
