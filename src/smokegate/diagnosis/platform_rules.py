"""The rules of what the platform's API says of services and their settings: each function finds one cause, or nothing.

They stand outside `rules/`, since building them reads the data: a run that sends nothing to the platform does without.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from msgspec.structs import replace

from smokegate.diagnosis import platform_deploys as deploys
from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.platform_signs import services, signs_of, stated, view_of
from smokegate.diagnosis.rule import REACHED, Case, Confidence, Judge, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import edge_signs, intermittent
from smokegate.diagnosis.wording import listed, plain, quote
from smokegate.knowledge.causes import cause_file
from smokegate.knowledge.render_states import suspender
from smokegate.observation.evidence.version import deployed_version, same_commit
from smokegate.observation.render.model import ApiCause, PlatformView, RenderService


def not_found(case: Case) -> Signs | None:
    """The workspaces of the key have no such service."""
    for role, service in services(case):
        if not service.found:
            line = f"Render's API: no service is called {quote(service.name)}"
            return signs_of(case, role, service, line, confidence=Confidence.LIKELY)
    return None


def suspended(case: Case) -> Signs | None:
    """The API says that a service is suspended, and by whom."""
    for role, service in services(case):
        if service.suspended:
            words = [suspender(each) for each in service.suspenders or ("unknown",)]
            line = f"Render's API: {service.name} is `suspended` by {quote(', '.join(service.suspenders) or 'unknown')}"
            remedy = words[0][1].format_map({**case.names, "dashboard": service.dashboard or "its page"})
            return signs_of(case, role, service, line, names={"by": listed([by for by, _ in words]), "remedy": remedy})
    return None


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
    return signs_of(case, "backend", service, *found.evidence[:1], stated(service, service.latest))


def other_address(case: Case) -> Signs | None:
    """The API says live, at another address than the one that has no server."""
    found, service = edge_signs(case, "render.no-server"), _live(case)
    if found is None or service is None or found.advisory or not service.url or _same_host(case, service):
        return None
    line = f"Render's API: {service.name} is at {quote(service.url)}"
    names = {"address": plain(service.url)}
    return signs_of(case, "backend", service, *found.evidence[:1], line, names=names, confidence=Confidence.LIKELY)


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
    signs = signs_of(case, "backend", service, line, stated(service, service.latest), confidence=Confidence.LIKELY)
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
            return signs_of(case, role, service, line, names={"variables": listed(absent)})
    return None


def variable_wrong(case: Case) -> Signs | None:
    """A variable has another value than the file declares; which one is not shown."""
    section = case.environment.render
    for role, service in services(case):
        if service.wrong and section is not None:
            line = f"Render's API: {quote(listed(service.wrong))} of {service.name} is not as {case.names['file']} says"
            values = listed([f"{name}={section.values[name]}" for name in service.wrong])
            return signs_of(case, role, service, line, names={"variables": listed(service.wrong), "values": values})
    return None


def health_path(case: Case) -> Signs | None:
    """The platform checks another path than the file's, or none."""
    service = dict(services(case)).get("backend")
    declared = case.environment.backend.health.path
    if service is None or service.health_path is None or service.health_path == declared:
        return None
    path = quote(service.health_path) if service.health_path else "no path at all"
    line = f"Render's API: the health check path of {service.name} is {path}"
    return signs_of(case, "backend", service, line, names={"path": path})


def database_away(case: Case) -> Signs | None:
    """The database that the backend depends on is not available."""
    view = view_of(case)
    if view is None or view.database is None or not view.database.is_away:
        return None
    database = view.database
    status = "not found" if not database.found else "suspended" if database.suspended else database.status
    line = f"Render's API: the database {database.name} is {quote(status)}"
    broken = tuple(each.name for each in case.backend if is_broken(case, each))
    return Signs((line,), broken, names={"database": plain(database.name), "status": plain(status)})


def _trouble(*causes: ApiCause) -> Judge:
    """Judge by why the API could not be queried."""

    def judge(case: Case) -> Signs | None:
        found = case.observation.platform
        if not isinstance(found, PlatformView) or found.cause not in causes:
            return None
        word = {ApiCause.LIMITED: "limits the rate of requests"}.get(found.cause, "does not answer as it should")
        return Signs((plain(found.trouble),), names={"trouble": word})

    return judge


JUDGES: dict[str, Judge] = {
    "render.not-found": not_found,
    "render.suspended": suspended,
    "render.never-deployed": deploys.never_deployed,
    "render.build-failed": deploys.of_status("build_failed"),
    "render.pre-deploy-failed": deploys.of_status("pre_deploy_failed"),
    "render.start-failed": deploys.of_status("update_failed"),
    "render.deploy-canceled": deploys.canceled,
    "render.deploy-superseded": deploys.superseded,
    "render.deploy-in-progress": deploys.in_progress,
    "render.not-triggered": deploys.not_triggered,
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


def platform_rules() -> tuple[Rule, ...]:
    """Return the rules; level and what each silences stand with its texts."""
    rows = {code: cause_file("render")[code.partition(".")[2]] for code in JUDGES}
    return tuple(
        Rule(
            code,
            Level[row["level"]],
            JUDGES[code],
            after=("runner",) if row["level"] == "VANTAGE" else REACHED,
            silences=tuple(row.get("silences", ())),
            advisory=row.get("advisory", False),
        )
        for code, row in rows.items()
    )
