"""Writes down what was measured: as numbers in results.json, as tables in README.md."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from harness import tools
from harness.contenders import SUITE
from harness.measure import Result

FOLDER = Path(__file__).resolve().parents[1]
#: A machine with more load than this measures its other work, too.
IDLE = 0.5
BEGIN, END = "<!-- results -->", "<!-- end of results -->"


@dataclass(frozen=True)
class Table:
    """The results of one scenario."""

    name: str
    title: str
    goals: dict[str, str]
    results: dict[str, Result]

    def text(self) -> str:
        """Return the table in Markdown; ratios are to this suite, or to the first row."""
        ours = next((result for name, result in self.results.items() if name.startswith(SUITE)), None)
        base = ours or next(iter(self.results.values()))
        lines = [f"### {self.title}", "", "| | seconds | ratio | best | CPU seconds | memory, MB | goal |"]
        lines.append("| --- | ---: | ---: | ---: | ---: | ---: | --- |")
        for name, result in self.results.items():
            ratio = result.seconds / base.seconds
            cells = (f"{result.seconds:.2f}", f"{ratio:.2f}", f"{result.best:.2f}", f"{result.cpu:.2f}")
            lines.append(f"| {name} | {' | '.join(cells)} | {result.memory:.0f} | {self.goals.get(name, '')} |")
        return "\n".join(lines) + "\n"


def machine(times: int, load: float) -> dict[str, str]:
    """Return what the numbers depend on; the load is the one before anything was measured."""
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d"),
        "cores": str(os.cpu_count()),
        "load before": f"{load:.1f}",
        "kernel": platform.release(),
        "python": platform.python_version(),
        "runs": str(times),
        **{name: version(name) for name in ("smokegate", *tools.DEPENDENCIES)},
        "tavern": f"{tools.TAVERN} under pytest {tools.TAVERN_PYTEST}",
        "newman": f"{tools.NEWMAN} under node {_first_line('node', '--version')}",
        "curl": _first_line("curl", "--version").split(" (")[0].removeprefix("curl "),
        "openssl": _first_line("openssl", "version").split(" (")[0],
    }


def write(tables: Sequence[Table], times: int, load: float) -> None:
    """Write results.json, and the tables into README.md between their two marks."""
    facts = machine(times, load)
    data = {
        "machine": facts,
        "scenarios": {
            table.name: {
                "title": table.title,
                "goals": table.goals,
                "results": {name: [asdict(each) for each in result.samples] for name, result in table.results.items()},
            }
            for table in tables
        },
    }
    (FOLDER / "results.json").write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8")
    page = FOLDER / "README.md"
    before, _, rest = page.read_text("utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    told = ", ".join(f"{name} {value}" for name, value in facts.items())
    if load > IDLE:
        told += ". **The machine was busy with other work: every time here is too long.**"
    body = "\n".join(table.text() for table in tables)
    page.write_text(f"{before}{BEGIN}\n\n{told}\n\n{body}\n{END}{after}", "utf-8")


def _first_line(*command: str) -> str:
    try:
        done = subprocess.run(command, check=False, capture_output=True, text=True)
    except FileNotFoundError:
        return "not installed"
    return done.stdout.partition("\n")[0]
