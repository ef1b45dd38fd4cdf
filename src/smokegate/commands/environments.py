"""`smokegate environments`: which environments there are, and whether their files are in order."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from smokegate.commands.arguments import add_environments
from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.load import load_one
from smokegate.environment.load import names as environment_names
from smokegate.exit_codes import USAGE

SCHEMA = "environment.schema.json"


def describe(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_environments(parser)
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
    code, wrong = 0, f"there is no environment in {arguments.environments}; `smokegate new NAME URL` makes one"
    try:
        names = environment_names(arguments.environments)
    except EnvironmentErrors as mistakes:
        names, wrong = (), str(mistakes)
    if not names:
        print(wrong, file=sys.stderr)
        return USAGE
    width = max(map(len, names))
    for name in names:
        try:
            environment = load_one(name, directory=arguments.environments, variables=os.environ)
        except EnvironmentErrors as mistakes:
            code = USAGE
            print(f"{name:<{width}}  cannot be used here:\n    " + str(mistakes).replace("\n", "\n    "))
        else:
            replica = environment.replica
            where = environment.backend.url or (f"replica of kind {replica.kind}" if replica else "")
            print(f"{name:<{width}}  {environment.title} ({where})")
    return code
