"""Runs smokegate on the field cases and prints the score.

    make field                                  every case
    make field ARGS="-v gateway 'vercel-*'"     kinds and cases, by name or pattern

Exit code 0: every case is right; 1: some are not; 2: no case is selected.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from tests_support.field.cases import FIELD, Case, all_cases
from tests_support.field.judge import Result, judged, judging
from tests_support.field.score import by_kind, page, summary, totals
from tests_support.running import ROOT

BESIDE = ROOT.parent / "shared" / "field"
"""Where production builds are kept: other people's code, and no part of this repository."""


def main() -> int:
    """Run the selected cases, and print the table and the score."""
    options = _options()
    selected = [each for each in _cases(options.more) if each.matches(options.case)]
    if not selected:
        print("no such case", file=sys.stderr)
        return 2
    results: list[Result] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        judging(Path(folder)) as runs,
        ThreadPoolExecutor(options.jobs) as pool,
    ):
        for result in pool.map(lambda case: judged(case, runs), selected):
            results.append(result)
            if not (options.quiet and result.outcome == "right"):
                print(result, flush=True)
            if options.verbose:
                print("".join(f"             {line}\n" for line in (result.case.what, result.title, *result.evidence)))
    print("\n" + summary(results))
    if options.json:
        options.json.write_text(json.dumps({"totals": totals(results), "kinds": by_kind(results)}, indent=1))
    if options.publish:
        (ROOT / "docs/field.md").write_text(page(results), encoding="utf-8")
    return 0 if all(each.outcome == "right" for each in results) else 1


def _cases(more: list[Path]) -> list[Case]:
    """Return the repository's cases, those of further folders, and the real builds where they are there."""
    found = all_cases(FIELD, *more)
    known = {each.id for each in found}
    builds = all_cases(BESIDE) if BESIDE.is_dir() else []
    return [*found, *(each for each in builds if each.id.startswith("bundle-real-") and each.id not in known)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--more", type=Path, action="append", default=[], metavar="DIR", help="a folder of further cases"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the score there, too")
    parser.add_argument("--publish", action="store_true", help="write docs/field.md")
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="cases at a time (default: 2)")
    parser.add_argument("-v", "--verbose", action="store_true", help="show what each case is, and the evidence")
    parser.add_argument("-q", "--quiet", action="store_true", help="only what is not right")
    parser.add_argument("case", nargs="*", help="names or kinds, or patterns of them")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
