"""The run as JSON: the one source of every other format; `docs/architecture.md` tells its outline."""

from __future__ import annotations

import base64
import os
from collections.abc import Collection, Iterator
from dataclasses import is_dataclass
from datetime import datetime
from enum import Enum
from functools import singledispatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from smokegate.diagnosis.model import Diagnosis, Finding
from smokegate.environment.model import Environment, Version
from smokegate.observation.evidence.redact import header
from smokegate.observation.evidence.sink import SINK, escaped, without_secrets
from smokegate.observation.evidence.version import deployed_version
from smokegate.observation.model import Answer, Body, Exchange, Headers, NoAnswer, Outcome
from smokegate.observation.plan.backend import endpoint_name
from smokegate.report.model import EnvironmentReport, RunReport

SCHEMA = 1
BODY_LIMIT = 2048
WITHHELD = "[withheld: it holds more credentials than can be told apart from data]"
#: The document, its environments, what there is of each, and each test and exchange: one line for each.
LAID_OUT = 4


def document(run: RunReport) -> dict[str, Any]:
    """Return the run as plain data, without secrets."""
    whole = {**_head(run), "environments": [_environment(report) for report in run.environments]}
    return without_secrets(whole)  # type: ignore[no-any-return]


def _head(run: RunReport) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "run": {
            "started": stamp(run.started),
            "seconds": round(run.seconds, 3),
            "exit": run.exit,
            "requests": run.requests,
            "writes": run.writes,
            "accounts_made": run.accounts_made,
            "accounts_deleted": run.accounts_deleted,
            "complete": run.complete,
        },
    }


def write(run: dict[str, Any], path: Path) -> None:
    """Write a run's document to a file, whole or not at all."""
    write_whole(path, laid_out(run, LAID_OUT).encode("utf-8", "replace"))


def laid_out(value: Any, levels: int) -> str:
    """Return a value without secrets as JSON, its outer levels with one item a line, the rest compact.

    An iterator is a list whose items are made one at a time. The standard library lays out in Python, token
    by token: with a hundred environments that takes a second, and tens of megabytes.
    """
    if levels == 0 or not value or not isinstance(value, dict | list | Iterator):
        return escaped(value)
    margin = "\n" + " " * (LAID_OUT + 1 - levels)
    if isinstance(value, dict):
        items = (f"{escaped(str(key))}: {laid_out(each, levels - 1)}" for key, each in value.items())
        return f"{{{margin}{f',{margin}'.join(items)}{margin[:-1]}}}"
    return f"[{margin}{f',{margin}'.join(laid_out(each, levels - 1) for each in value)}{margin[:-1]}]"


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


def stamp(moment: datetime) -> str:
    """Return a moment as RFC 3339 in UTC, to the second."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _environment(report: EnvironmentReport) -> dict[str, Any]:
    observation = report.observation
    return {
        "name": report.name,
        "title": report.environment.title,
        "url": report.environment.backend.url,
        "verdict": report.verdict.name,
        "decision": report.decision,
        "partial": report.partial or None,
        "reasons": list(report.reasons),
        "version": report.version,
        "expected": observation.expected_commit,
        "cause": cause(report.diagnosis),
        "other_causes": [finding(each) for each in report.diagnosis.others],
        "counts": {
            "passed": report.count("passed"),
            "failed": report.count("failed", "error"),
            "blocked": report.count("blocked"),
            "advisory": report.count("advisory"),
            "skipped": report.count("skipped"),
            "not_judged": report.count("not judged", "not run"),
        },
        "not_covered": list(report.not_covered),
        "started": stamp(observation.started),
        "seconds": round(observation.seconds, 3),
        "complete": observation.complete,
        "readiness": plain(observation.readiness),
        "control": [plain(probe) for probe in observation.control],
        "tests": [plain(outcome) for outcome in sorted(report.outcomes, key=lambda o: o.id)],
        "exchanges": [
            {**exchange(each, report.environment.version), "budget": _budget(report.environment, name)}
            for name, each in observation.exchanges.items()
            if name == each.name
        ],
        "api_addresses": [plain(each) for each in observation.api_addresses],
        "server": plain(observation.server),
        "browser": plain(observation.browser),
        "platform": plain(observation.platform),
    }


def _budget(environment: Environment, name: str) -> float | None:
    """Return the seconds that an answer may take, where the file says so."""
    backend = environment.backend
    if name == "health" or name.startswith("health "):
        return backend.health.within
    if name == "monitoring" and backend.monitoring is not None:
        return backend.monitoring.within
    return next((each.within for each in backend.endpoints if endpoint_name(each) == name), None)


def cause(diagnosis: Diagnosis) -> dict[str, Any] | None:
    """Return the headline as plain data."""
    return None if diagnosis.headline is None else finding(diagnosis.headline)


def finding(found: Finding) -> dict[str, Any]:
    """Return a finding as plain data."""
    return {**plain(found), "runbook": found.runbook}


def exchange(each: Exchange, version: Version | None = None) -> dict[str, Any]:
    """Return an exchange as plain data, its body cut to what a reader needs.

    `version` is where the file says that the version is read: an exchange is stamped with the one that answered it.
    """
    told = version is not None and each.answer is not None and _tells(version, each)
    return {
        "name": each.name,
        "version": deployed_version(version, each.answer) if told and version and each.answer else None,
        "request": {**plain(each.request), "curl": each.request.curl()},
        **_outcome(each.outcome),
        "started": round(each.started, 6),
        "seconds": round(each.seconds, 6),
        "phases": plain(each.phases),
        "warm_seconds": each.warm_seconds,
        "earlier": [{"started": a.started, "seconds": a.seconds, **_outcome(a.outcome)} for a in each.earlier],
    }


def _tells(version: Version, each: Exchange) -> bool:
    """Whether an answer says its version: a header may stand on each, anything else is at the path that is declared."""
    return version.header is not None or urlsplit(each.request.url).path == version.path.partition("?")[0]


def _outcome(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Answer):
        return {"answer": plain(outcome)}
    if isinstance(outcome, NoAnswer):
        return {"no_answer": plain(outcome)}
    return {"not_asked": {"because": outcome.because}}


@singledispatch
def plain(value: Any) -> Any:
    """Return a value of the stages as JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    return value


@plain.register
def _(value: Headers) -> Any:
    return [[name, header(name, text)] for name, text in value.fields]


@plain.register
def _(value: Body) -> Any:
    if value.withheld:
        return {"text": WITHHELD, "size": value.size, "cut": True}
    cut = value.cut or len(value.text) > BODY_LIMIT
    # Redacted before it is cut: a secret that the cut divides would not be found.
    return {"text": SINK.text(value.text[: 2 * BODY_LIMIT])[:BODY_LIMIT], "size": value.size, "cut": cut}


@plain.register
def _(value: bytes) -> Any:
    return base64.b64encode(value).decode()


@plain.register
def _(value: datetime) -> Any:
    return stamp(value)


@plain.register
def _(value: Enum) -> Any:
    return getattr(value, "code", value.value)


@plain.register(dict)
def _(value: dict[Any, Any]) -> Any:
    return {str(key): plain(each) for key, each in value.items()}


@plain.register(tuple)
@plain.register(list)
@plain.register(set)
@plain.register(frozenset)
def _(value: Collection[Any]) -> Any:
    return [plain(each) for each in value]


@plain.register
def _(value: float) -> Any:
    return round(value, 6)
