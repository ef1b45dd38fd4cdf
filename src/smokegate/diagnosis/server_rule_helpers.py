"""What the rules about services have in common: the signs of a service in trouble, and the first steps."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable

from smokegate.diagnosis.rule import Case, Confidence, Judge, Signs
from smokegate.diagnosis.server_evidence import last_said, last_words, reasons
from smokegate.diagnosis.service_state import state
from smokegate.observation.server.service import ServiceView

STATES = ("the state of each container, at two samples", "the end of its log")
EDGE = ("net.refused", "net.hung", "net.connect-timeout", "net.reset", "net.truncated")
"""What users meet at the edge when a container is away: explained by what is seen inside."""


def by_reason(code: str, *, beside: Callable[[Case], tuple[str, ...]] = lambda _: ()) -> Judge:
    """Judge by what the log of a service in trouble, or the engine, says; `beside` returns further evidence."""

    def judge(case: Case) -> Signs | None:
        found = list(reasons(case, code))
        if not found:
            return None
        first = found[0][1]
        lines = [f"log of {each.name}: {line}" for each, reason in found for line in reason.lines]
        ended = all(each.crash_looping or not each.running for each, _ in found)
        sure = ended and all(reason.sure for _, reason in found)
        same = all(reason.title == first.title and reason.names == first.names for _, reason in found)
        names = {**(first.names if same else {}), **named(each for each, _ in found)}
        title = first.title if same and first.title else None
        return Signs(
            (*lines, *beside(case), *(state(each) for each, _ in found)),
            affected(case),
            Confidence.CERTAIN if sure else Confidence.LIKELY,
            title=title,
            names={"what": "what it needs", "error": first.names.get("error", ""), **names},
        )

    return judge


def by_state(services: Callable[[Case], Iterable[ServiceView]], *, says: str = "") -> Judge:
    """Judge by the services that stand in a certain way.

    `says` is the variant of the text, with `{said}` in its title, where their logs say something at all.
    """

    def judge(case: Case) -> Signs | None:
        found = list(services(case))
        if not found:
            return None
        said = last_said(found[0]) if says else ""
        lines = dict.fromkeys((*map(state, found), *(line for each in found for line in last_words(each))))
        return Signs(tuple(lines), affected(case), variant=says if said else "", names={**named(found), "said": said})

    return judge


def named(services: Iterable[ServiceView]) -> dict[str, str]:
    """Return the name for titles and steps; several services stand side by side, as compose takes them.

    Names come from the server: they are quoted, so that a step can be pasted into a shell.
    """
    return {"service": " ".join(dict.fromkeys(shlex.quote(service.name) for service in services))}


def affected(case: Case) -> tuple[str, ...]:
    """Return the exchanges with the backend that did not come to a success."""
    return tuple(each.name for each in case.backend if each.answer is None or each.answer.status >= 500)
