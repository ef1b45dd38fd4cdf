"""What the judges of the platform have in common: the services by role, the deploy that matters, evidence."""

from __future__ import annotations

from collections.abc import Iterator

from smokegate.diagnosis.broken import is_broken
from smokegate.diagnosis.rule import Case, Confidence, Signs
from smokegate.diagnosis.wording import plain, quote, seen
from smokegate.knowledge.causes import Step
from smokegate.observation.render.model import DeployView, PlatformView, RenderService


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


def affected(case: Case, role: str) -> tuple[str, ...]:
    """Return the exchanges with a service that an edge or no one answered, and the version where that is wrong."""
    if role == "frontend":
        return tuple(each.name for each in case.frontend if each.name == "page" and is_broken(case, each))
    away = [each.name for each in case.backend if each.answer is None or case.edge(each.name) is not None]
    version = [each.failed_on for each in case.results if each.code == "version.expected" and each.failed_on]
    return tuple(dict.fromkeys((*away, *(version if not away else ()))))


def signs_of(  # noqa: PLR0913 -- a value each
    case: Case,
    role: str,
    service: RenderService,
    *evidence: str,
    names: dict[str, str] | None = None,
    steps: tuple[Step, ...] | None = None,
    confidence: Confidence = Confidence.CERTAIN,
    title: str | None = None,
) -> Signs:
    """Return the signs of a cause that concerns one service, with what users see of it."""
    exchanges = affected(case, role)
    shown = case.exchange(exchanges[0]) if exchanges else None
    lines = (*evidence, *((seen(shown),) if shown is not None else ()))
    return Signs(
        tuple(lines),
        exchanges,
        confidence,
        title=title,
        steps=steps,
        names={
            "service": plain(service.name),
            "dashboard": plain(service.dashboard) or "the service in the Render dashboard",
            "why": "",
            **(names or {}),
        },
    )


def stated(service: RenderService, deploy: DeployView) -> str:
    """Return the line of evidence that says what the API says of a deploy."""
    reason = f"; event: {plain(deploy.reason)}" if deploy.reason else ""
    before = service.live
    still = f"; {before.label} stays live" if before is not None and before is not deploy else ""
    return f"Render's API: {service.name}: {deploy.label} is {quote(deploy.status)}{reason}{still}"
