"""Options that several commands take."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_environments(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the directory of environment files."""
    parser.add_argument(
        "--environments", type=Path, default=Path("environments"), metavar="DIR", help="directory of environment files"
    )


def add_overrides(parser: argparse.ArgumentParser) -> None:
    """Add the option that overrides values of an environment file."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="overrides",
        metavar="KEY=VALUE",
        help="override one value of the file, such as backend.url=https://preview.example.com",
    )


def add_health(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the health check of a deployment without a file."""
    parser.add_argument("--health", default="", metavar="PATH", help="the health check's path, if it is not found")


def add_check_options(parser: argparse.ArgumentParser) -> None:
    """Add what every command understands that checks an environment."""
    parser.add_argument("name", metavar="NAME", help="the environment: a file of environments/")
    add_overrides(parser)
    parser.add_argument("--fault", metavar="NAME", help="break the replica on purpose (replica environments only)")
    add_environments(parser)
    parser.add_argument(
        "--reports", type=Path, default=Path("reports"), metavar="DIR", help="directory for the reports"
    )
