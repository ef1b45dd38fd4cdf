"""Judges what the platform's API says: each function finds one cause, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import Signs
from smokegate.diagnosis.rule_helpers import edge_signs, intermittent
from smokegate.diagnosis.wording import listed, plain, quote, seen
from smokegate.knowledge.render_states import is_known, suspender
from smokegate.observation.evidence.version import deployed_version, same_commit
from smokegate.observation.render.model import ApiCause, DeployView, PlatformView, RenderService

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.log_reasons import Reason
    from smokegate.diagnosis.rule import Judge, Step

LOG_LINES = 2


def view_of(case: Case) -> PlatformView | None:
    """Return what the API said, None where it said nothing."""
    found = case.observation.platform
    return found if isinstance(found, PlatformView) and found.cause is None else None


def services(case: Case) -> Iterator[tuple[str, RenderService]]:
    """Yield the services that were queried, by role."""
    view = view_of(case)
    yield from view.services.items() if view else ()


def awaited(case: Case, service: RenderService) -> DeployView | None:
    """Return the deploy that matters: that of the expected commit, else the latest."""
    expected = case.observation.expected_commit
    return service.of_commit(expected) if expected and service.deploys else service.latest


def _affected(case: Case, role: str) -> tuple[str, ...]:
    """Return the exchanges with a service that an edge or no one answered, and the version where that is wrong."""
    if role == "frontend":
        return tuple(each.name for each in case.frontend if each.name == "page" and is_broken(case, each))
    away = [each.name for each in case.backend if each.answer is None or case.edge(each.name) is not None]
    version = [each.failed_on for each in case.results if each.code == "version.expected" and each.failed_on]
    return tuple(dict.fromkeys((*away, *(version if not away else ()))))


def _signs(  # noqa: PLR0913 -- a value each
    case: Case,
    role: str,
    service: RenderService,
    *evidence: str,
    names: dict[str, str] | None = None,
    steps: tuple[Step, ...] | None = None,
    confidence: Confidence = Confidence.CERTAIN,
    title: str | None = None,
) -> Signs:
    exchanges = _affected(case, role)
    shown = case.exchange(exchanges[0]) if exchanges else None
    lines = (*evidence, *((seen(shown),) if shown is not None else ()))
    return Signs(
        evidence=tuple(lines),
        exchanges=exchanges,
        confidence=confidence,
        title=title,
        steps=steps,
        names={
            "service": plain(service.name),
            "dashboard": plain(service.dashboard) or "the service in the Render dashboard",
            "why": "",
            **(names or {}),
        },
    )


def _said(service: RenderService, deploy: DeployView) -> str:
    """Return the line of evidence that says what the API says of a deploy."""
    reason = f"; event: {plain(deploy.reason)}" if deploy.reason else ""
    before = service.live
    still = f"; {before.label} stays live" if before is not None and before is not deploy else ""
    return f"Render's API: {service.name}: {deploy.label} is {quote(deploy.status)}{reason}{still}"


def not_found(case: Case) -> Signs | None:
    """The workspaces of the key have no such service."""
    for role, service in services(case):
        if not service.found:
            line = f"Render's API: no service is called {quote(service.name)}"
            return _signs(case, role, service, line, confidence=Confidence.LIKELY)
    return None


def suspended(case: Case) -> Signs | None:
    """The API says that a service is suspended, and by whom."""
    for role, service in services(case):
        if service.suspended:
            words = [suspender(each) for each in service.suspenders or ("unknown",)]
            line = f"Render's API: {service.name} is `suspended` by {quote(', '.join(service.suspenders) or 'unknown')}"
            names = {"by": listed([by for by, _ in words])}
            names["remedy"] = words[0][1].format_map({**case.names, "dashboard": service.dashboard or "its page"})
            return _signs(case, role, service, line, names=names)
    return None


def never_deployed(case: Case) -> Signs | None:
    """The service is there, and there is no deploy of it."""
    for role, service in services(case):
        if service.found and not service.suspended and not service.deploys:
            return _signs(case, role, service, f"Render's API: {service.name} has no deploy")
    return None


def _of_status(*statuses: str) -> Judge:
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
    lines = [_said(service, deploy)]
    if reason is not None:
        from smokegate.diagnosis.platform_rules import start_steps  # noqa: PLC0415 -- it knows this module

        lines += [f"log of {service.name}: {line}" for line in reason.lines[:LOG_LINES]]
        family = _family(reason)
        names = {"detail": "the variable that the evidence names", "what": "what it needs", **names, **reason.names}
        names["why"] = ""
        title = (reason.title or "{service} does not start: {error}").replace("{service}", service.name)
        title = title.replace("The service ", "The new version of ", 1)
        steps = start_steps(family)
        owner = Owner.CONFIGURATION if steps else None
    return replace(_signs(case, role, service, *lines, names=names, steps=steps, title=title), owner=owner)


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


def canceled(case: Case) -> Signs | None:
    """The deploy that matters was canceled, and no newer one took its place."""
    for role, service in services(case):
        deploy = awaited(case, service)
        if deploy is not None and deploy.meaning == "canceled" and _newer(service, deploy) is None:
            return _signs(case, role, service, _said(service, deploy))
    return None


def superseded(case: Case) -> Signs | None:
    """The expected version has been overtaken: its deploy was stopped for a newer one, or is no longer live."""
    for role, service in services(case):
        deploy = awaited(case, service)
        newer = _newer(service, deploy) if deploy is not None else None
        if deploy is not None and newer is not None and deploy.meaning in {"canceled", "superseded"}:
            return _signs(case, role, service, _said(service, deploy), f"the newer one: {_said(service, newer)}")
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
        if case.observation.expected_commit or _affected(case, role):
            new = "" if is_known(deploy.status) else ", a status that smokegate does not know"
            return _signs(case, role, service, f"{_said(service, deploy)}{new}", names={"status": plain(deploy.status)})
    return None


def not_triggered(case: Case) -> Signs | None:
    """No deploy is of the expected commit."""
    expected = case.observation.expected_commit
    service = dict(services(case)).get("backend")
    if not expected or service is None or not service.deploys or service.suspended or service.of_commit(expected):
        return None
    if not _affected(case, "backend") or not any(each.commit for each in service.deploys):
        return None
    known = ", ".join(each.commit[:12] for each in service.deploys[:3] if each.commit)
    line = f"Render's API: the latest deploys of {service.name} are of {quote(known)}"
    return _signs(case, "backend", service, line, confidence=Confidence.LIKELY, names={"expected": expected})


def _live(case: Case) -> RenderService | None:
    """Return the backend's service where its latest deploy is live, by the API."""
    service = dict(services(case)).get("backend")
    if service is None or not service.found or service.suspended:
        return None
    return service if service.latest is not None and service.latest.meaning == "live" else None


def without_server(case: Case) -> Signs | None:
    """The API says live, and the edge of the same address says that there is no server."""
    found, service = edge_signs(case, "render.no-server"), _live(case)
    if found is None or service is None or found.advisory or not _same_host(case, service):
        return None
    if intermittent(case, found):
        return None
    assert service.latest is not None
    return _signs(case, "backend", service, *found.evidence[:1], _said(service, service.latest))


def other_address(case: Case) -> Signs | None:
    """The API says live, at another address than the one that has no server."""
    found, service = edge_signs(case, "render.no-server"), _live(case)
    if found is None or service is None or found.advisory or not service.url or _same_host(case, service):
        return None
    line = f"Render's API: {service.name} is at {quote(service.url)}"
    names = {"address": plain(service.url)}
    return _signs(case, "backend", service, *found.evidence[:1], line, names=names, confidence=Confidence.LIKELY)


def _same_host(case: Case, service: RenderService) -> bool:
    return urlsplit(service.url).netloc.lower() == urlsplit(case.environment.backend.url).netloc.lower()


def edge_behind(case: Case) -> Signs | None:
    """A version that the API says was live before the one that is answers."""
    service, commit = _live(case), case.observation.commit
    if service is None or commit is None or service.latest is None or service.latest.commit is None:
        return None
    earlier = service.of_commit(commit)
    if same_commit(commit, service.latest.commit) or earlier is None or earlier.meaning != "superseded":
        return None
    if any(same_commit(service.latest.commit, each) for each in _answered(case)):
        return None  # both versions answer, which has a cause of its own
    line = f"the edge serves commit `{commit[:12]}`, which Render's API calls {quote(earlier.status)}"
    signs = _signs(case, "backend", service, line, _said(service, service.latest), confidence=Confidence.LIKELY)
    version = case.exchange("version")
    return replace(signs, exchanges=signs.exchanges or ((version.name,) if version is not None else ()))


def _answered(case: Case) -> Iterator[str]:
    """Yield the versions that the samples of the health check name, where they name any."""
    version = case.environment.version
    if version is not None and version.path == case.environment.backend.health.path:
        yield from (found for each in case.samples if each.answer and (found := deployed_version(version, each.answer)))


def variable_missing(case: Case) -> Signs | None:
    """A required variable is not set, or is set to nothing."""
    for role, service in services(case):
        absent = (*service.missing, *service.empty)
        if absent:
            words = [*service.missing, *(f"{each} (empty)" for each in service.empty)]
            line = f"Render's API: variables of {service.name}: without {quote(listed(words))}"
            return _signs(case, role, service, line, names={"variables": listed(absent)})
    return None


def variable_wrong(case: Case) -> Signs | None:
    """A variable has another value than the file declares; which one is not shown."""
    section = case.environment.render
    for role, service in services(case):
        if service.wrong and section is not None:
            line = f"Render's API: {quote(listed(service.wrong))} of {service.name} is not as {case.names['file']} says"
            values = listed([f"{name}={section.values[name]}" for name in service.wrong])
            return _signs(case, role, service, line, names={"variables": listed(service.wrong), "values": values})
    return None


def health_path(case: Case) -> Signs | None:
    """The platform checks another path than the file's, or none."""
    service = dict(services(case)).get("backend")
    declared = case.environment.backend.health.path
    if service is None or service.health_path is None or service.health_path == declared:
        return None
    path = quote(service.health_path) if service.health_path else "no path at all"
    line = f"Render's API: the health check path of {service.name} is {path}"
    return _signs(case, "backend", service, line, names={"path": path})


def database_away(case: Case) -> Signs | None:
    """The database that the backend depends on is not available."""
    view = view_of(case)
    if view is None or view.database is None or not view.database.is_away:
        return None
    database = view.database
    status = "not found" if not database.found else "suspended" if database.suspended else database.status
    line = f"Render's API: the database {database.name} is {quote(status)}"
    broken = tuple(each.name for each in case.backend if is_broken(case, each))
    return Signs(evidence=(line,), exchanges=broken, names={"database": plain(database.name), "status": plain(status)})


def _trouble(*causes: ApiCause) -> Judge:
    """Judge by why the API could not be asked."""

    def judge(case: Case) -> Signs | None:
        found = case.observation.platform
        if not isinstance(found, PlatformView) or found.cause not in causes:
            return None
        word = {ApiCause.LIMITED: "limits the rate of requests"}.get(found.cause, "does not answer as it should")
        return Signs(evidence=(plain(found.trouble),), names={"trouble": word})

    return judge


JUDGES: dict[str, Callable[[Case], Signs | None]] = {
    "render.not-found": not_found,
    "render.suspended": suspended,
    "render.never-deployed": never_deployed,
    "render.build-failed": _of_status("build_failed"),
    "render.pre-deploy-failed": _of_status("pre_deploy_failed"),
    "render.start-failed": _of_status("update_failed"),
    "render.deploy-canceled": canceled,
    "render.deploy-superseded": superseded,
    "render.deploy-in-progress": in_progress,
    "render.not-triggered": not_triggered,
    "render.live-without-server": without_server,
    "render.other-address": other_address,
    "render.edge-behind": edge_behind,
    "render.variable-missing": variable_missing,
    "render.variable-wrong": variable_wrong,
    "render.health-path": health_path,
    "render.database-away": database_away,
    "render.key-missing": _trouble(ApiCause.NO_KEY),
    "render.key-refused": _trouble(ApiCause.REFUSED, ApiCause.FORBIDDEN),
    "render.api-away": _trouble(ApiCause.LIMITED, ApiCause.DOWN, ApiCause.MISSING),
}
