"""`smokegate environments`: which environments there are, and whether their files are in order."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.load import load_one
from smokegate.environment.load import names as environment_names
from smokegate.exit_codes import USAGE

SCHEMA = "environment.schema.json"


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument(
        "--environments", type=Path, default=Path("environments"), metavar="DIR", help="directory of environment files"
    )
    parser.add_argument(
        "--schema", action="store_true", help="print the JSON schema of environment files, for editors and linters"
    )


def schema_text() -> str:
    """Return the schema as it was shipped: from the installed package, or from an editable install's checkout."""
    package = Path(__file__).parents[1]
    shipped = package / "environment" / SCHEMA
    return (shipped if shipped.is_file() else package.parents[1] / "environments" / SCHEMA).read_text("utf-8")


def run(arguments: argparse.Namespace) -> int:
    """Print a line for each; 4 where one of them cannot be used as it is."""
    if arguments.schema:
        sys.stdout.write(schema_text())
        return 0
    try:
        names = environment_names(arguments.environments)
    except EnvironmentErrors as mistakes:
        print(mistakes, file=sys.stderr)
        return USAGE
    if not names:
        print(
            f"there is no environment in {arguments.environments}; `smokegate new NAME URL` makes one",
            file=sys.stderr,
        )
        return USAGE
    code = 0
    width = max(map(len, names))
    for name in names:
        try:
            environment = load_one(name, directory=arguments.environments, variables=os.environ)
        except EnvironmentErrors as mistakes:
            code = USAGE
            print(f"{name:<{width}}  cannot be used here:\n    " + str(mistakes).replace("\n", "\n    "))
        else:
            where = (
                environment.backend.url or f"replica of kind {environment.replica.kind}"
                if environment.replica
                else environment.backend.url
            )
            print(f"{name:<{width}}  {environment.title} ({where})")
    return code
