"""Measures the report's page: `python benchmarks/report_page.py [--quick]` writes its table into README.md.

Sizes are of runs that the suite judged without a network, each with the evidence of every exchange. Rendering is
the CPU time of a new process that has everything but the renderer: import of Jinja2, page and index. A browser's
times need Chromium.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from tests_support.run_documents import run_of  # noqa: E402 - the path comes first

from smokegate.report.page import page  # noqa: E402 - see above

README = Path(__file__).with_name("README.md")
START, END = "<!-- report -->\n", "<!-- end of report -->"
RENDERING = """
import json, sys, time
from pathlib import Path
import smokegate.report.files
document = json.loads(Path(sys.argv[1]).read_bytes())
began = time.process_time()
from smokegate.report.page import index, page
page(document), index(Path(sys.argv[2]))
print(time.process_time() - began)
"""
READY = "performance.getEntriesByType('navigation')[0].domComplete / 1000"
TOGGLE = """() => {
  const began = performance.now(), box = document.querySelector("input[value=passed]");
  box.click();
  document.body.offsetHeight;
  return (performance.now() - began) / 1000;
}"""


def runs() -> Iterator[tuple[str, dict[str, Any], str, float | None, float | None]]:
    """Yield a title, a run, and the goals: of the size, of the time until it is ready, of a filter's."""
    one = run_of("database")
    (environment,) = one["environments"]
    checks = len(environment["tests"])
    yield "24 checks", _of(one, [{**environment, "tests": environment["tests"][:24]}]), "80 kB", None, None
    for wanted, size, ready, toggle in ((200, "600 kB", 0.5, 0.05), (2000, "6000 kB", 1.5, None)):
        number = 100 if wanted == 2000 else -(-wanted // checks)
        share = [
            {**environment, "name": f"shop-{at}", "tests": environment["tests"][: wanted // number]}
            for at in range(number)
        ]
        yield f"{wanted} checks in {number} environments", _of(one, share), size, ready, toggle


def _of(run: dict[str, Any], environments: list[dict[str, Any]]) -> dict[str, Any]:
    return {**run, "environments": environments}


def rendering(document: Path, reports: Path, repeat: int) -> float:
    """Return the CPU seconds of the middle one of several new processes."""
    command = [sys.executable, "-c", RENDERING, str(document), str(reports)]
    took = [
        float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(repeat + 1)
    ]
    return statistics.median(took[1:])  # the first one may compile


def browsing(pages: list[Path]) -> list[tuple[float, float]]:
    """Return when each page is ready, and how long a filter takes; nothing without Chromium."""
    path = shutil.which("chromium")
    if path is None:
        return []
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for each in pages:
            shown = browser.new_page()
            shown.goto(each.as_uri())
            found.append((float(shown.evaluate(READY)), float(shown.evaluate(TOGGLE))))
            shown.close()
        browser.close()
    return found


def main() -> None:
    """Measure, print and, unless `--quick`, write."""
    quick = "--quick" in sys.argv[1:]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        measured = list(runs())
        pages, rows = [], ["| | size | goal | rendering, CPU | goal | ready | goal | filter | goal |"]
        rows.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
        for number, (_, document, *_) in enumerate(measured):
            (folder / f"{number}.json").write_text(json.dumps(document), encoding="utf-8")
            pages.append(folder / f"{number}.html")
            pages[-1].write_text(page(document), encoding="utf-8")
        times = browsing(pages) or [(0.0, 0.0)] * len(pages)
        for number, ((title, _, size, ready, toggle), (came, took)) in enumerate(zip(measured, times, strict=True)):
            cpu = rendering(folder / f"{number}.json", folder, 2 if quick else 7)
            goals = ("≤ 60 ms" if number == 0 else "", *(f"≤ {each} s" if each else "" for each in (ready, toggle)))
            kilobytes = pages[number].stat().st_size / 1000
            cells = f"{kilobytes:.0f} kB | ≤ {size} | {cpu * 1000:.0f} ms | {goals[0]} | {came:.2f} s | {goals[1]}"
            rows.append(f"| {title} | {cells} | {took:.3f} s | {goals[2]} |")
    table = "\n".join([*rows, "", f"Load at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."])
    print(table)
    if not quick:
        text = README.read_text(encoding="utf-8")
        before, _, rest = text.partition(START)
        after = rest.partition(END)[2]
        README.write_text(f"{before}{START}\n{table}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
