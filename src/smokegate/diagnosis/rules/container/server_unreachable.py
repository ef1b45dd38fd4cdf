"""Server data could not be collected: no connection, no engine, no project.

Without a connection nothing is known from inside, and nothing is said against the deployment: what is broken
as seen from outside comes first, and alone it leaves the verdict open.
"""

from __future__ import annotations

from smokegate.diagnosis.rule import Case, Confidence, Judge, Level, Rule, Signs
from smokegate.diagnosis.server_evidence import view_of
from smokegate.diagnosis.wording import quote
from smokegate.observation.server.causes import CommandCause

ON_SERVER = {
    CommandCause.DOCKER_NOT_INSTALLED,
    CommandCause.COMPOSE_NOT_INSTALLED,
    CommandCause.ENGINE_NOT_PERMITTED,
    CommandCause.ENGINE_NOT_RUNNING,
    CommandCause.NO_PROJECT_DIRECTORY,
    CommandCause.NO_COMPOSE_FILE,
    CommandCause.COMPOSE_FILE_INVALID,
    CommandCause.COMMAND_FAILED,
}
"""What the server itself lacks; everything else is about the way to it, or a limit of ours."""


def by_cause(cause: CommandCause) -> Judge:
    """Judge by why the collection ended."""

    def judge(case: Case) -> Signs | None:
        view = view_of(case)
        if view is None or view.failure is None or view.failure.cause is not cause:
            return None
        said = quote(view.failure.detail) if view.failure.detail.strip() else "nothing was written"
        answers = [each for each in view.origin if each.status == 200]
        against = (f"the backend answers 200 on the server itself (GET {answers[0].path})",) if answers else ()
        return Signs(
            (f"server {view.host}: {quote(view.failure.command)} failed: {said}",),
            confidence=Confidence.CERTAIN,
            against=against,
        )

    return judge


RULES = tuple(
    Rule(cause.code, Level.SERVER if cause in ON_SERVER else Level.VANTAGE, by_cause(cause), after=())
    for cause in CommandCause
)
