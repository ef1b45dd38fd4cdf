"""The page and its scripts, broken."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from smokegate.environment.model import Environment
from smokegate.observation.plan.step import same_origin
from smokegate.rehearsal.exchanges import ProxyRequest, Recorded, Recording, Wire, page
from smokegate.rehearsal.mutation import STRANGER, Change, Mutation, give, with_status, without_text


def frontend(environment: Environment, recording: Recording) -> Iterator[Mutation]:
    """Yield the mutations of the frontend; nothing where there is none."""
    promised = environment.frontend
    if promised is None:
        return
    shared = same_origin(promised.url, environment.backend.url)
    site = "backend" if shared else "frontend"
    step = f"{site} GET {promised.path}"
    yield Mutation("page gone", "frontend.path", "status 404", (step,), change=give(page(404, "Not Found")))
    yield Mutation("page empty", "frontend.path", "an empty page", (step,), change=give(replace(STRANGER, body=b"")))
    yield Mutation("page fails", "frontend.path", "status 500", (step,), change=with_status(500))
    if promised.contains is not None:
        change = without_text(promised.contains)
        yield Mutation("page text", "frontend.contains", "the text is gone", (step,), change=change)
    yield Mutation("page stranger", "frontend (what it shows)", "a stranger's page", (step,), change=give(STRANGER))
    if not shared:
        yield Mutation("frontend refused", "frontend.url", "no one listens on the port", site=None, closed="frontend")
    yield from _bundle(environment, recording, site, shared=shared)


def _bundle(environment: Environment, recording: Recording, site: str, *, shared: bool) -> Iterator[Mutation]:
    promised = environment.frontend
    assert promised is not None
    kinds = {step: answers[0].header("content-type").lower() for step, answers in recording.answers.items()}
    scripts = tuple(step for step, kind in kinds.items() if step.startswith(site) and "javascript" in kind)
    if scripts:
        gone = give(page(404, "Not Found"))
        yield Mutation("scripts gone", "frontend.calls", "the page's scripts are not there", scripts, change=gone)
    called = promised.calls or environment.backend.url
    with_address = tuple(step for step in scripts if called in recording.answers[step][0].text)
    if not with_address:
        return
    change = _calling(called, "http://localhost:8000")
    title = "the bundle calls the developer's machine"
    yield Mutation("calls localhost", "frontend.calls", title, with_address, change=change)
    if not shared and environment.sign_in is not None:
        misled = f"frontend GET {environment.sign_in.login}"
        title = "the bundle calls the page's own host, which answers with the page"
        change = _calling(called, promised.url, misled=environment.sign_in.login)
        yield Mutation("calls itself", "frontend.calls", title, (*with_address, misled), change=change)


def _calling(called: str, instead: str, misled: str | None = None) -> Change:
    def change(answer: Recorded, request: ProxyRequest) -> Recorded | Wire:
        if request.target == misled:
            return page(200, "Application")
        return replace(answer, body=answer.body.replace(called.encode(), instead.encode()))

    return change
