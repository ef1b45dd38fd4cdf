"""What is kept of each run: a line per environment in its history, bounded, and the state that `--since` names."""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from smokegate.observation.evidence.sink import encoded

Document = dict[str, Any]
RIBBON = 20
"""How many of the last runs are shown."""
KEPT = 200
"""How many of the last runs, and of the last rounds of `watch`, stay where a history is trimmed."""
LARGEST = 1 << 20
"""Bytes beyond which a history is trimmed, to half of them at most: rarely, and never for long."""
TAIL = 512 * 1024
"""Bytes of a history that are read: its last ones."""
TREND = 64 * 1024
"""The same where only the last runs are of interest."""
ORDER = ("FAIL", "OUTAGE", "UNKNOWN", "WARN", "PASS")
RED = frozenset({"failed", "error", "advisory"})
GREEN = frozenset({"PASS", "WARN"})


class StateError(ValueError):
    """The file that `--since` names cannot be used; the text says why."""


def history_file(reports: Path, name: str) -> Path:
    """Return the file with an environment's runs, one a line."""
    return reports / "history" / f"{name}.jsonl"


def entry(document: Document, environment: Document) -> Document:
    """Return what a history keeps of one environment of a run."""
    return {
        "schema": 1,
        "source": "run",
        "started": environment.get("started") or document["run"]["started"],
        "verdict": environment["verdict"],
        "cause": cause_code(environment),
        "health_ms": health_ms(environment),
        "seconds": environment.get("seconds"),
        "version": environment["version"],
        **({"partial": True} if environment.get("partial") else {}),
        "red": [label(test) for test in environment["tests"] if test["outcome"] in RED],
        "passed": [label(test) for test in environment["tests"] if test["outcome"] == "passed"],
    }


def label(test: Document) -> str:
    """Return what a check is called in every run: its code, and which case."""
    code = str(test.get("code") or test["id"])
    return f"{code}[{test['parameter']}]" if test.get("parameter") else code


def append(path: Path, line: Document) -> None:
    """Append a line, and where the history has become large, drop its oldest lines; runs beside each other wait.

    Raises:
        OSError: it cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path.parent):
        with path.open("ab") as file:
            file.write(encoded(line).encode("utf-8", "replace") + b"\n")
        if path.stat().st_size > LARGEST:
            from smokegate.report.json import write_whole  # noqa: PLC0415 - rarely needed, and knows the diagnosis

            write_whole(path, b"".join(_youngest(path.read_bytes().splitlines(keepends=True))))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other runs from writing histories in the meantime."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with suppress(OSError):  # some network file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _youngest(lines: list[bytes]) -> list[bytes]:
    """Return the lines that stay, oldest first; what is not a whole line goes."""
    kept: list[bytes] = []
    counts: Counter[str] = Counter()
    for line in reversed(lines):
        source = str(_parsed(line).get("source", ""))
        counts[source] += 1
        if source and counts[source] <= KEPT and (not kept or sum(map(len, kept)) + len(line) <= LARGEST // 2):
            kept.append(line)
    return kept[::-1]


def read(path: Path, tail: int = TAIL) -> list[Document]:
    """Return the last lines of a history, oldest first; none where there is none, and no line that is not whole."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - tail))
            lines = file.read().split(b"\n")
    except OSError:
        return []
    return [each for each in map(_parsed, lines) if each]


def _parsed(line: bytes) -> Document:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    whole = isinstance(found, dict) and isinstance(found.get("verdict"), str) and isinstance(found.get("started"), str)
    return found if whole else {}


def trends(reports: Path) -> list[Document]:
    """Return a row for every environment that has a history, the worst last verdict first."""
    rows = []
    for file in sorted((reports / "history").glob("*.jsonl")):
        runs = [each for each in read(file, TREND) if each["verdict"] in ORDER][-RIBBON:]
        if not runs:
            continue
        report = str(runs[-1].get("report") or file.stem)
        times = sorted(each["health_ms"] for each in runs[:-1] if isinstance(each.get("health_ms"), int | float))
        rows.append(
            {
                "name": file.stem,
                "runs": runs,
                "last": runs[-1],
                "green": sum(each["verdict"] in GREEN for each in runs),
                "usual": times[len(times) // 2] if times else None,
                "link": f"{quote(report)}.html" if (reports / f"{report}.html").is_file() else "",
            }
        )
    return sorted(rows, key=lambda row: ORDER.index(row["last"]["verdict"]))


def states_of(path: Path) -> dict[str, Document]:
    """Return the states that a recorded run holds, by environment.

    Raises:
        StateError: the file cannot be read, or is not a run.
    """
    wanted = f"--since={path}: expected the JSON of a run, as --record=FILE or reports/NAME.json has it"
    try:
        document = json.loads(path.read_bytes())
        return {each["name"]: entry(document, each) for each in document["environments"]}
    except OSError as error:
        raise StateError(f"{wanted}; {(error.strerror or str(error)).lower()}") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise StateError(f"{wanted}; found something else") from None


def green_versions(lines: list[Document]) -> tuple[str, ...]:
    """Return the versions of whole runs that were green."""
    runs = (each for each in lines if each.get("source") == "run" and not each.get("partial"))
    return tuple(dict.fromkeys(str(each["version"]) for each in runs if each["verdict"] in GREEN and each["version"]))


def short(version: str) -> str:
    """Return the first ten digits of a commit, any other version whole."""
    is_commit = len(version) >= 40 and all(each in "0123456789abcdef" for each in version)
    return version[:10] if is_commit else version


def cause_code(environment: Document) -> str | None:
    """Return the code of the cause, None where it passed."""
    cause = environment["cause"]
    return str(cause["code"]) if cause and environment["verdict"] != "PASS" else None


def health_ms(environment: Document) -> float | None:
    """Return how long the health check's answer took."""
    health: Iterator[Document] = (each for each in environment["exchanges"] if each["name"] == "health")
    found = next(health, None)
    if found is None or not found.get("answer"):
        return None
    return round(float(found.get("warm_seconds") or found["seconds"]) * 1000, 1)
