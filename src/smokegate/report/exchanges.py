"""The exchanges of the run's JSON: each with its budget, its place in the journey and what is not as declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from smokegate.diagnosis.case import Case
from smokegate.environment.model import Environment, Trace, Version
from smokegate.observation.evidence.version import deployed_version
from smokegate.observation.exchange import Answer, Exchange, NoAnswer, Outcome, Request
from smokegate.observation.model import Observation
from smokegate.observation.plan.sign_in.names import JOURNEY_NAMES
from smokegate.report.plain import plain

LONG = 300
"""Characters of a value that is not as declared."""
LOG_LINES = 8
"""How many lines of one service's log are kept with an exchange."""


def exchanges(environment: Environment, observation: Observation) -> Iterator[dict[str, Any]]:
    """Yield the exchanges, each once: `version` may be another name of the health check."""
    case = Case(environment, observation)
    there = [name for name in JOURNEY_NAMES if name in observation.exchanges]
    for each in case.exchanges:
        yield {
            **exchange(each, environment.version),
            "budget": case.budget(each.name),
            "step": there.index(each.name) + 1 if each.name in there else None,
            "unmet": [{**plain(wrong), "actual": wrong.actual[:LONG]} for wrong in case.unmet_of(each.name)],
            "trace": _trace(environment.trace, each.request),
            "log": _log(observation, each.request.trace_id),
        }


def _trace(declared: Trace | None, request: Request) -> dict[str, Any] | None:
    """Return the trace of a request, and where the team's tracing shows it."""
    trace_id = request.trace_id
    if declared is None or trace_id is None:
        return None
    return {"id": trace_id, "link": declared.link.replace("{trace_id}", trace_id) if declared.link else None}


def _log(observation: Observation, trace_id: str | None) -> list[dict[str, Any]]:
    """Return the lines of the services' logs that name the trace of a request."""
    if trace_id is None or observation.server is None:
        return []
    named = {
        service.name: [line.text for line in service.log if trace_id in line.text]
        for service in observation.server.services
    }
    return [{"service": name, "lines": lines[-LOG_LINES:]} for name, lines in named.items() if lines]


def exchange(each: Exchange, version: Version | None = None) -> dict[str, Any]:
    """Return an exchange as plain data, its body cut to what a reader needs.

    `version` is where the file says that the version is read: an exchange is stamped with the one that answered it.
    """
    names_version = version is not None and each.answer is not None and _names_version(version, each)
    return {
        "name": each.name,
        "version": deployed_version(version, each.answer) if names_version and version and each.answer else None,
        "request": {**plain(each.request), "curl": each.request.curl()},
        **_outcome(each.outcome),
        "started": round(each.started, 6),
        "seconds": round(each.seconds, 6),
        "phases": plain(each.phases),
        "warm_seconds": each.warm_seconds,
        "earlier": [{"started": a.started, "seconds": a.seconds, **_outcome(a.outcome)} for a in each.earlier],
    }


def _names_version(version: Version, each: Exchange) -> bool:
    """Whether an answer says its version: a header may stand on each, anything else is at the path that is declared."""
    return version.header is not None or urlsplit(each.request.url).path == version.path.partition("?")[0]


def _outcome(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Answer):
        return {"answer": plain(outcome)}
    if isinstance(outcome, NoAnswer):
        return {"no_answer": plain(outcome)}
    return {"not_asked": {"because": outcome.because}}
