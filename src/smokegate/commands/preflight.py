"""`smokegate preflight NAME --blueprint=render.yaml`: what would break, before anything is deployed; sends nothing."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

BROKEN, WRONG_USE = 1, 4


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("name", metavar="NAME", help="the environment: a file of environments/ with a [render] section")
    parser.add_argument("--blueprint", type=Path, metavar="FILE", help="the blueprint (default: `render.blueprint`)")
    parser.add_argument("--sarif", type=Path, metavar="FILE", help="also write the findings as SARIF, for GitHub")
    parser.add_argument("--environments", type=Path, default=Path("environments"), metavar="DIR")
    parser.add_argument("--set", action="append", default=[], dest="overrides", metavar="KEY=VALUE")
    parser.epilog = "exit codes: 0 nothing would break, 1 something would, 4 a file or an option can not be used"


def run(arguments: argparse.Namespace) -> int:
    """Read both files and say what does not fit."""
    from smokegate.commands.blueprint.read import BlueprintError, Finding, read  # noqa: PLC0415 - start-up time
    from smokegate.commands.blueprint.rules import judge  # noqa: PLC0415 - see above
    from smokegate.commands.blueprint.sarif import sarif  # noqa: PLC0415 - see above
    from smokegate.environment.errors import EnvironmentErrors  # noqa: PLC0415 - see above
    from smokegate.environment.extras import not_installed  # noqa: PLC0415 - see above
    from smokegate.environment.load import load  # noqa: PLC0415 - see above
    from smokegate.observation.evidence.sink import line  # noqa: PLC0415 - see above

    if (missing := not_installed("blueprint")) is not None:
        return _unusable(missing)
    try:
        overrides, folder = list(arguments.overrides), arguments.environments
        (environment,) = load([arguments.name], directory=folder, variables=os.environ, overrides=overrides)
        if environment.uncovered:  # nothing is asked here, so that a key that is not set makes no difference
            overrides.append("render.key_required=true")
            (environment,) = load([arguments.name], directory=folder, variables=os.environ, overrides=overrides)
    except EnvironmentErrors as wrong:
        return _unusable(str(wrong))
    section = environment.render
    if section is None:
        return _unusable(f"environments/{arguments.name}.toml has no [render] section")
    file = arguments.blueprint or (Path(section.blueprint) if section.blueprint else None)
    if file is None:
        return _unusable("expected --blueprint=FILE, or `render.blueprint` in the environment file")
    try:
        findings: list[Finding] = judge(read(file), environment)
    except BlueprintError as broken:
        findings = [broken.finding]
    for each in findings:
        sys.stdout.write(line(f"{file}:{each.line}:{each.column}: {each.level}: {each.text} [{each.rule}]") + "\n")
    if arguments.sarif is not None:
        arguments.sarif.write_text(json.dumps(sarif(str(file), findings), indent=1), "utf-8")
    errors = sum(each.level == "error" for each in findings)
    summary = f"{len(findings)} findings, {errors} of them errors" if findings else f"{file}: nothing would break"
    sys.stdout.write(f"{summary}\n")
    return BROKEN if errors else 0


def _unusable(text: str) -> int:
    sys.stderr.write(f"smokegate preflight: {text}\n")
    return WRONG_USE
