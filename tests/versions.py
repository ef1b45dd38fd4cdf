"""Runs the unit tests on every supported version of Python that this machine has or uv can install.

    python tests/versions.py            all of them
    python tests/versions.py 3.13       one

A version that cannot be had is named, and is not a failure: CI's matrix has them all.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.12", "3.13", "3.14")
UV = Path(sys.executable).with_name("uv")
TESTS = [f"tests/unit/{each}" for each in ("environment", "diagnosis", "observation", "replica", "report")]


def main(chosen: list[str]) -> int:
    """Run the tests; returns 1 where a version has failures."""
    failed = [version for version in chosen or VERSIONS if not _passes(version)]
    return 1 if failed else 0


def _passes(version: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="smokegate-python-") as folder:
        python = Path(folder) / "bin/python"
        if subprocess.run([UV, "venv", "--quiet", "--python", version, folder], check=False).returncode:
            print(f"Python {version}: not run, there is no such interpreter here")
            return True
        install = [UV, "pip", "install", "--quiet", "--python", python]
        subprocess.run([*install, "-r", "requirements/test.txt"], cwd=ROOT, check=True)
        subprocess.run([*install, "--no-deps", "--editable", "."], cwd=ROOT, check=True)
        command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "2", "--timeout=300", *TESTS]
        passed = subprocess.run(command, cwd=ROOT, check=False).returncode == 0
        print(f"Python {version}: {'passed' if passed else 'FAILED'}")
        return passed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
