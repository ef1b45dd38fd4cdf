"""What Render's edge says in `x-render-routing`: one row for each value that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs, Step
from smokegate.diagnosis.rule_helpers import edge_signs

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.rule import Judge

READS = ("the header `x-render-routing` of every answer: it is only on responses that Render's edge generated",)
DASHBOARD: Step = "Open the service that belongs to `{target}` in the Render dashboard."
LOGS: Step = (
    "Read its logs from the last start on: `==> Application exited with code …` and `==> No open ports"
    " detected` name the reason."
)
COLD_BOOT = "a start that takes longer than Render waits (a database that was not up yet, a slow import)"


@dataclass(frozen=True)
class Row:
    """One value, what it means, and what to do."""

    code: str
    title: str
    owner: Owner
    symptom: str
    steps: tuple[Step, ...]
    competing: tuple[str, ...]
    confidence: Confidence = Confidence.CERTAIN


ROWS = (
    Row(
        "render.wake-throttled",
        "Render throttles attempts to wake {target}",
        Owner.PLATFORM,
        "429 'Too Many Requests' from a service that is asleep; it can hit the very first request.",
        (
            "Stop every poller of `{target}`: each attempt prolongs it.",
            "Wait a few minutes, then open {url}{health} once, in a browser or with `curl --max-time 150`.",
            "If it must always answer, move it to a paid instance: those do not sleep.",
        ),
        (
            "an uptime monitor that wakes it too often",
            "a refusal of calls that come from Render's own network",
        ),
    ),
    Row(
        "render.suspended-by-owner",
        "The service of {target} was suspended by its owner",
        Owner.CONFIGURATION,
        "503 and a page 'This service has been suspended by its owner.'",
        (
            DASHBOARD,
            "Ask in the team who suspended it and why, then press 'Resume Service'.",
            "Wait until its state is 'live'.",
        ),
        (),
    ),
    Row(
        "render.suspended-billing",
        "Render suspended the service of {target}",
        Owner.CONFIGURATION,
        "503 and a page 'This service has been suspended.'",
        (
            (
                "Open the workspace's Billing page in the Render dashboard: a failed payment, or 750 free"
                " hours used up this month."
            ),
            (
                "Settle the payment, or move the service to a paid instance; free hours come back on the"
                " first of the month."
            ),
            "Press 'Resume Service' if it does not come back by itself.",
        ),
        ("free instance hours that are used up", "an unpaid bill", "a suspension by Render's support"),
    ),
    Row(
        "render.no-deploy",
        "Render has no running deploy for {target}",
        Owner.APP,
        "502 and an error page, often right after a deploy.",
        (
            DASHBOARD,
            (
                "Check its Events: a failed build or deploy is named there with its log; a deploy that is"
                " still running needs minutes: `{verify} --wait`."
            ),
            "Read the deploy's log and fix what it says, or roll back to the last deploy that was live.",
        ),
        (
            "no deploy that ever succeeded",
            "a deploy that is going on",
            "an instance that was killed for lack of memory",
            "a free instance whose wake-up was refused",
        ),
        Confidence.LIKELY,
    ),
    Row(
        "render.crashing-paid",
        "The app of {target} does not answer Render's edge",
        Owner.APP,
        "502 while the service counts as deployed.",
        (
            DASHBOARD,
            LOGS,
            ("Check its memory graph: an instance that is killed at its limit restarts and answers 502 in between."),
            "Compare its environment variables with what the app needs, then redeploy or roll back.",
        ),
        (
            "a crash or restart loop",
            "an instance that is out of memory",
            "a failing health check on Render's side",
            "a variable lost in a change of plan",
        ),
    ),
    Row(
        "render.crashing-free",
        "The app of {target} (a free instance) does not answer Render's edge",
        Owner.APP,
        "502 'Bad Gateway … This service is currently unavailable.'",
        (
            DASHBOARD,
            LOGS,
            "Check its memory: a free instance has 512 MB and is killed beyond.",
            "Compare its environment variables with what the app needs, then redeploy or roll back.",
        ),
        ("a crash or restart loop", "an instance that is out of memory", "a free instance that is waking up"),
    ),
    Row(
        "render.subdomain-disabled",
        "The onrender.com address {target} is switched off",
        Owner.CONFIGURATION,
        "404 on every path, although the service runs and its custom domain answers.",
        (
            "Use the custom domain: put it into `backend.url` of {file}, and into the frontend's build.",
            "Or switch the address on again: Render dashboard, the service, Settings, 'Render Subdomain'.",
        ),
        (),
    ),
    Row(
        "render.interstitial",
        "Render's waiting page answers in place of {target}",
        Owner.CONFIGURATION,
        "200 and HTML 'Service waking up' where JSON was expected.",
        (
            "Wait for the instance to start: `{verify} --wait`.",
            "Teach clients not to trust the status alone: this page can come with 200.",
            "If it must always answer, move it to a paid instance.",
        ),
        (COLD_BOOT,),
    ),
)


def by_value(row: Row) -> Judge:
    """Judge by the answers that the edge made for this row's cause."""

    def judge(case: Case) -> Signs | None:
        return edge_signs(case, row.code, row.confidence)

    return judge


RULES = tuple(
    Rule(
        code=row.code,
        title=row.title,
        level=Level.ROUTING,
        owner=row.owner,
        symptom=row.symptom,
        reads=READS,
        judge=by_value(row),
        steps=row.steps,
        competing=row.competing,
        after=REACHED,
    )
    for row in ROWS
)
