"""An environment of the run's JSON in a few lines: verdict, cause, evidence, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from smokegate.report.gate import counted, decision, explained, reason

EVIDENCE = 3


def brief(environment: dict[str, Any]) -> Iterator[str]:
    """Yield the lines; foreign text in them is not yet safe."""
    yield f"{environment['verdict']} {environment['url']}: {decision(environment)} ({counted(environment)})"
    cause = explained(environment)
    if cause is not None:
        yield f"  cause      {cause['code']}: {cause['title']} ({cause['confidence']}, {cause['owner']})"
        yield from (f"  evidence   {line}" for line in cause["evidence"][:EVIDENCE])
        yield from (f"  {number}. {step}" for number, step in enumerate(cause["steps"], 1))
        yield f"  runbook    {cause['runbook']}"
    for line in environment["reasons"]:
        if cause is None or line != reason(environment):
            yield f"  note       {line}"
    if environment["not_covered"]:
        yield f"  not covered: {', '.join(environment['not_covered'])}"
