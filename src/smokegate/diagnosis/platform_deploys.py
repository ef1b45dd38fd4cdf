"""Judges what the platform's API says of deploys: each function finds one cause, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from smokegate.diagnosis.platform_signs import affected, awaited, services, signs_of, stated
from smokegate.diagnosis.rule import Case, Confidence, Judge, Owner, Signs
from smokegate.diagnosis.wording import plain, quote
from smokegate.knowledge.causes import Step, cause_file
from smokegate.knowledge.render_states import is_known
from smokegate.observation.render.model import DeployView, RenderService

if TYPE_CHECKING:
    from smokegate.diagnosis.log_reasons import Reason

LOG_LINES = 2


def never_deployed(case: Case) -> Signs | None:
    """The service is there, and there is no deploy of it."""
    for role, service in services(case):
        if service.found and not service.suspended and not service.deploys:
            return signs_of(case, role, service, f"Render's API: {service.name} has no deploy")
    return None


def of_status(*statuses: str) -> Judge:
    """Judge by the status of the deploy that matters."""

    def judge(case: Case) -> Signs | None:
        for role, service in services(case):
            deploy = awaited(case, service)
            if deploy is not None and deploy.status in statuses and not service.suspended:
                return _failed(case, role, service, deploy)
        return None

    return judge


def _failed(case: Case, role: str, service: RenderService, deploy: DeployView) -> Signs:
    """Say why a deploy failed: what its log says, else what its event says."""
    reason = _reason(service) if deploy is service.latest else None
    why = f": {plain(deploy.reason)}" if deploy.reason else ""
    names, steps, title, owner = {"why": why, "deploy": deploy.label}, None, None, None
    lines = [stated(service, deploy)]
    if reason is not None:
        lines += [f"log of {service.name}: {line}" for line in reason.lines[:LOG_LINES]]
        family = _family(reason)
        names = {"detail": "the variable that the evidence names", "what": "what it needs", **names, **reason.names}
        names["why"] = ""
        title = (reason.title or "{service} does not start: {error}").replace("{service}", service.name)
        title = title.replace("The service ", "The new version of ", 1)
        steps = _start_steps(family)
        owner = Owner.CONFIGURATION if steps else None
    return replace(signs_of(case, role, service, *lines, names=names, steps=steps, title=title), owner=owner)


def _reason(service: RenderService) -> Reason | None:
    if not service.log:
        return None
    from smokegate.diagnosis.log_reasons import reason_in  # noqa: PLC0415 -- a green run reads no log
    from smokegate.diagnosis.log_targets import target  # noqa: PLC0415 -- see above

    return reason_in(service.log, lambda text, context: target(text, context, None, None))


def _family(reason: Reason) -> str:
    if reason.code == "container.missing-variable":
        return "variable"
    return "database" if reason.code.startswith(("database.", "postgres.")) else "code"


def _start_steps(family: str) -> tuple[Step, ...] | None:
    """Return what to do about a start that failed for a certain kind of reason; None: the usual steps."""
    found = cause_file("render")["start"].get(family)
    return tuple(found["steps"]) if found else None


def canceled(case: Case) -> Signs | None:
    """The deploy that matters was canceled, and no newer one took its place."""
    for role, service in services(case):
        deploy = awaited(case, service)
        if deploy is not None and deploy.meaning == "canceled" and _newer(service, deploy) is None:
            return signs_of(case, role, service, stated(service, deploy))
    return None


def superseded(case: Case) -> Signs | None:
    """The expected version has been overtaken: its deploy was stopped for a newer one, or is no longer live."""
    for role, service in services(case):
        deploy = awaited(case, service)
        newer = _newer(service, deploy) if deploy is not None else None
        if deploy is not None and newer is not None and deploy.meaning in {"canceled", "superseded"}:
            return signs_of(case, role, service, stated(service, deploy), f"the newer one: {stated(service, newer)}")
    return None


def _newer(service: RenderService, deploy: DeployView) -> DeployView | None:
    """Return the newest deploy, if it came after this one."""
    return service.latest if service.latest is not deploy else None


def in_progress(case: Case) -> Signs | None:
    """The deploy that matters has not ended; without an expected version it matters only where nothing answers."""
    for role, service in services(case):
        deploy = awaited(case, service)
        if deploy is None or deploy.meaning != "in progress" or service.suspended:
            continue
        if case.observation.expected_commit or affected(case, role):
            new = "" if is_known(deploy.status) else ", a status that smokegate does not know"
            return signs_of(
                case, role, service, f"{stated(service, deploy)}{new}", names={"status": plain(deploy.status)}
            )
    return None


def not_triggered(case: Case) -> Signs | None:
    """No deploy is of the expected commit."""
    expected = case.observation.expected_commit
    service = dict(services(case)).get("backend")
    if not expected or service is None or not service.deploys or service.suspended or service.of_commit(expected):
        return None
    if not affected(case, "backend") or not any(each.commit for each in service.deploys):
        return None
    known = ", ".join(each.commit[:12] for each in service.deploys[:3] if each.commit)
    line = f"Render's API: the latest deploys of {service.name} are of {quote(known)}"
    return signs_of(case, "backend", service, line, confidence=Confidence.LIKELY, names={"expected": expected})
