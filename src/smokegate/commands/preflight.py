"""`smokegate preflight NAME --blueprint=render.yaml`: what would break, before anything is deployed; sends nothing."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from smokegate.commands.arguments import add_environments, add_overrides
from smokegate.exit_codes import CommandError
from smokegate.project import VERSION, page

if TYPE_CHECKING:
    from smokegate.commands.blueprint.read import Finding
    from smokegate.environment.model import Environment

BROKEN = 1
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("name", metavar="NAME", help="the environment: a file of environments/ with a [render] section")
    parser.add_argument("--blueprint", type=Path, metavar="FILE", help="the blueprint (default: `render.blueprint`)")
    parser.add_argument(
        "--frontend-env", type=Path, metavar="FILE", help="check the API address in the frontend's .env.local instead"
    )
    parser.add_argument("--sarif", type=Path, metavar="FILE", help="also write the findings as SARIF, for GitHub")
    add_environments(parser)
    add_overrides(parser)
    parser.epilog = "exit codes: 0 nothing would break, 1 something would, 4 a file or an option cannot be used"


def run(arguments: argparse.Namespace) -> int:
    """Read both files and say what does not fit."""
    from smokegate.environment.errors import EnvironmentErrors  # noqa: PLC0415 - start-up time
    from smokegate.observation.evidence.sink import line  # noqa: PLC0415 - see above

    try:
        file, findings = _findings(arguments, _environment(arguments))
    except (EnvironmentErrors, OSError, ValueError) as wrong:
        raise CommandError(str(wrong)) from None
    for each in findings:
        sys.stdout.write(line(f"{file}:{each.line}:{each.column}: {each.level}: {each.text} [{each.rule}]") + "\n")
    if arguments.sarif is not None:
        arguments.sarif.write_text(json.dumps(_sarif(str(file), findings), indent=1), "utf-8")
    errors = sum(each.level == "error" for each in findings)
    summary = f"{len(findings)} findings, {errors} of them errors" if findings else f"{file}: nothing would break"
    sys.stdout.write(f"{summary}\n")
    return BROKEN if errors else 0


def _environment(arguments: argparse.Namespace) -> Environment:
    from smokegate.environment.load import load_one  # noqa: PLC0415 - start-up time

    overrides, folder = list(arguments.overrides), arguments.environments
    found = load_one(arguments.name, directory=folder, variables=os.environ, overrides=overrides)
    if found.uncovered:  # nothing is requested here, so that a key that is not set makes no difference
        overrides.append("render.key_required=true")
        found = load_one(arguments.name, directory=folder, variables=os.environ, overrides=overrides)
    return found


def _findings(arguments: argparse.Namespace, environment: Environment) -> tuple[Path, list[Finding]]:
    """Return the file that was read, and what is wrong with it; refuses what names no file that can be read."""
    from smokegate.commands.blueprint.read import BlueprintError, read  # noqa: PLC0415 - start-up time
    from smokegate.commands.blueprint.rules import judge, judge_env_file  # noqa: PLC0415 - see above
    from smokegate.environment.extras import not_installed  # noqa: PLC0415 - see above

    own: Path | None = arguments.frontend_env
    if own is not None:
        return own, judge_env_file(own.read_text("utf-8"), environment)
    if environment.render is None:
        raise CommandError(f"environments/{arguments.name}.toml has no [render] section")
    if (missing := not_installed("blueprint")) is not None:
        raise CommandError(missing)
    file = arguments.blueprint or (Path(environment.render.blueprint) if environment.render.blueprint else None)
    if file is None:
        raise CommandError("expected --blueprint=FILE, or `render.blueprint` in the environment file")
    try:
        return file, judge(read(file), environment)
    except BlueprintError as broken:
        return file, [broken.finding]


def _sarif(file: str, findings: list[Finding]) -> dict[str, Any]:
    """Return the findings as SARIF 2.1.0, which GitHub shows beside the lines of a pull request."""
    rules = sorted({each.rule for each in findings})
    driver = {
        "name": "smokegate preflight",
        "version": VERSION,
        "informationUri": page("docs/render.md"),
        "rules": [{"id": rule, "shortDescription": {"text": rule}} for rule in rules],
    }
    results = []
    for each in findings:
        region = {"startLine": each.line, "startColumn": each.column}
        place = {"physicalLocation": {"artifactLocation": {"uri": file}, "region": region}}
        result = {"ruleId": each.rule, "level": each.level, "message": {"text": each.text}, "locations": [place]}
        results.append(result)
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
