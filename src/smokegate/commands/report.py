"""`smokegate report RUN.json… -o FILE`: renders runs again, and several as one."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from smokegate.exit_codes import CommandError

NOT_OURS = (KeyError, TypeError, AttributeError, ValueError)
"""The errors that reading a document of another version ends in."""


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN.json", help="the JSON report of a run")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="FILE",
        help="file to write: an HTML page, or Markdown if its name ends in .md",
    )


def run(arguments: argparse.Namespace) -> int:
    """Render; returns 0, or 4 where a file cannot be read or written."""
    from smokegate.report.json import write_whole  # noqa: PLC0415 - costs start-up time

    documents = [read(path) for path in arguments.runs]
    try:
        document = documents[0] if len(documents) == 1 else merged(documents)
        text = _rendered(document, arguments.output)
    except NOT_OURS as error:
        raise CommandError(f"not a report of this version: {error!r}; run the checks again") from None
    try:
        write_whole(arguments.output, text.encode("utf-8", "replace"))
    except OSError as error:
        raise CommandError(f"{arguments.output} cannot be written: {error.strerror or error}") from None
    print(f"report: {arguments.output}")
    return 0


def _rendered(document: dict[str, Any], output: Path) -> str:
    if output.suffix == ".md":
        from smokegate.report.markdown import markdown  # noqa: PLC0415 - costs start-up time

        return markdown(document)
    from smokegate.report.page import page  # noqa: PLC0415 - imports Jinja2

    return page(document)


def read(path: Path) -> dict[str, Any]:
    """Return a run; refuses a file that cannot be read or holds something else."""
    wanted = f"{path}: expected a run's JSON, such as reports/NAME.json"
    try:
        document: dict[str, Any] = json.loads(path.read_bytes())
    except OSError as error:
        raise CommandError(f"{wanted}; {(error.strerror or str(error)).lower()}") from None
    except (ValueError, RecursionError):
        raise CommandError(f"{wanted}; this is not JSON") from None
    environments = document.get("environments") if isinstance(document, dict) else None
    if not isinstance(environments, list) or not isinstance(document.get("run"), dict):
        raise CommandError(f"{wanted}; it has no `run` and `environments`")
    if document.get("schema") != 1:
        raise CommandError(f"{wanted} of schema 1; this one is of schema {document.get('schema')!r}")
    return document


def merged(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return several runs as one: of each environment its last run, and the worst exit code."""
    from smokegate.diagnosis.verdict import WORST_FIRST  # noqa: PLC0415 - costs start-up time

    ordered = sorted(runs, key=lambda each: str(each["run"]["started"]))
    environments = {each["name"]: each for document in ordered for each in document["environments"]}
    verdicts = {each["verdict"] for each in environments.values()}
    codes = [document["run"]["exit"] for document in ordered]
    totals = {
        key: sum(document["run"].get(key, 0) for document in ordered)
        for key in ("requests", "writes", "accounts_made", "accounts_deleted")
    }
    run = {
        **ordered[0]["run"],
        **totals,
        "seconds": max(document["run"]["seconds"] for document in ordered),
        "exit": next((each.code for each in WORST_FIRST[:3] if each.word in verdicts), max(codes)),
        "complete": all(document["run"].get("complete") for document in ordered),
    }
    return {**ordered[0], "run": run, "environments": list(environments.values())}
