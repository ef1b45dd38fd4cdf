"""Puts known defects into a copy of the package, one at a time, and says which of them no test notices.

    python tests/mutation/run.py [WORD …]      only those with a word in their name

Exits 1 where one survives, or where its place in the code is no longer there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
MUTATIONS: list[dict[str, Any]] = tomllib.loads(Path(__file__).with_name("mutations.toml").read_text())["mutation"]
#: A defect may make a test wait forever: seconds after which it counts as noticed.
LONGEST = 300


def main(words: list[str]) -> int:
    chosen = [each for each in MUTATIONS if not words or any(word in each["name"] for word in words)]
    # On a copy as well: a copy on which nothing works would "notice" every defect.
    if chosen and fails(sorted({test for each in chosen for test in each["tests"]}), longest=1200):
        print("the tests fail without any defect, so that they prove nothing: fix them first (make test)")
        return 1
    results = [(each["name"], tried(each)) for each in chosen]
    bad = [name for name, result in results if result != "noticed"]
    print(f"{len(results) - len(bad)} of {len(results)} defects are noticed")
    return 1 if bad or not results else 0


def tried(mutation: dict[str, Any]) -> str:
    """Return `noticed`, or what is wrong."""
    count = (ROOT / "src" / "smokegate" / mutation["file"]).read_text().count(mutation["old"])
    if count != 1:
        result = f"its place is found {count} times in {mutation['file']}, expected once: correct mutations.toml"
    else:
        result = "noticed" if fails(mutation["tests"], mutation) else "SURVIVES: no test fails"
    print(f"{result:9}  {mutation['name']}", flush=True)
    return result


def fails(tests: list[str], mutation: dict[str, Any] | None = None, longest: float = LONGEST) -> bool:
    """Return whether a test fails, or does not end, on a copy of the package that has a defect, or none."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", f"--timeout={longest}", *tests]
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(ROOT / "src", Path(folder) / "src", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "tests" / "smoke", Path(folder) / "tests" / "smoke")
        if mutation is not None:
            file = Path(folder) / "src" / "smokegate" / mutation["file"]
            file.write_text(file.read_text().replace(mutation["old"], mutation["new"]))
        try:
            done = subprocess.run(
                command,
                cwd=ROOT,
                env={**os.environ, "PYTHONPATH": str(Path(folder) / "src")},
                capture_output=True,
                timeout=longest,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return True
    if done.returncode not in {0, 1}:
        sys.exit(f"pytest could not run {' '.join(tests)}:\n{done.stdout.decode()[-2000:]}")
    return done.returncode == 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
