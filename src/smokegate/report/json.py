"""The run as JSON: the one source of every other format; `docs/architecture.md` has its outline."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from smokegate.diagnosis.model import Finding
from smokegate.observation.evidence.sink import escaped, without_secrets
from smokegate.report.exchanges import exchanges
from smokegate.report.model import EnvironmentReport, RunReport
from smokegate.report.plain import plain, stamp

if TYPE_CHECKING:
    from smokegate.observation.server import ServerView

SCHEMA = 1
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
            **{name: run.total(name) for name in ("requests", "writes", "accounts_made", "accounts_deleted")},
            "complete": run.complete,
        },
    }


def write(run: dict[str, Any], path: Path) -> None:
    """Write a run's document to a file, whole or not at all."""
    write_pieces(path, pieces(run, LAID_OUT))


def pieces(value: Any, levels: int) -> Iterator[str]:
    """Yield a value without secrets as JSON, its outer levels with one item a line, the rest compact.

    An iterator is a list whose items are made one at a time. The standard library lays out in Python, token
    by token: with a hundred environments that takes a second, and tens of megabytes.
    """
    if levels == 0 or not value or not isinstance(value, dict | list | Iterator):
        yield escaped(value)
        return
    margin = "\n" + " " * (LAID_OUT + 1 - levels)
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    before = opening + margin
    for each in value:
        yield before
        if isinstance(value, dict):
            yield f"{escaped(str(each))}: "
        yield from pieces(value[each] if isinstance(value, dict) else each, levels - 1)
        before = f",{margin}"
    yield margin[:-1] + closing


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that a reader never sees half of it."""
    with _replacing(path) as file:
        file.write(content)


def write_pieces(path: Path, texts: Iterable[str]) -> None:
    """Write a file from pieces, few of them in memory at a time, so that a reader never sees half of it."""
    with _replacing(path) as file, io.TextIOWrapper(file, "utf-8", "replace", newline="") as writer:
        writer.writelines(texts)


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


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
        "cause": None if (headline := report.diagnosis.headline) is None else _finding(headline),
        "other_causes": [_finding(each) for each in report.diagnosis.others],
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
        **({"lost": True} if report.lost else {}),
        "readiness": plain(observation.readiness),
        "control": [plain(probe) for probe in observation.control],
        "tests": [plain(outcome) for outcome in sorted(report.outcomes, key=lambda o: o.id)],
        "exchanges": list(exchanges(report.environment, observation)),
        "api_addresses": [plain(each) for each in observation.api_addresses],
        "server": _server(observation.server),
        "browser": plain(observation.browser),
        "platform": plain(observation.platform),
    }


def _server(view: ServerView | None) -> dict[str, Any] | None:
    """Return what was seen from the server; `log_excerpt` are the lines of each log that say most."""
    if view is None:
        return None
    from smokegate.report.containers import log_excerpt  # noqa: PLC0415 - only where a server is declared

    services = [
        {**plain(each), "restart_count": each.restart_count, "log_excerpt": list(log_excerpt(each))}
        for each in view.services
    ]
    return {**plain(view), "services": services}


def _finding(found: Finding) -> dict[str, Any]:
    return {**plain(found), "runbook": found.runbook}
