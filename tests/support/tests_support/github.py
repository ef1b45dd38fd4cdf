"""A runner of GitHub's steps: the `run:` steps of an action or a job, in bash, with variables as GitHub gives them.

Actions that others made are not run: what is uploaded and downloaded is kept in a folder.
"""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from tests_support.running import ROOT, clean_environment

UV = """\
#!/bin/sh
case "$1" in venv | pip) echo "uv $*"; exit 0 ;; esac
while [ "$1" != python ] && [ "$1" != smokegate ]; do shift; done
[ "$1" = smokegate ] && { shift; set -- -m smokegate "$@"; } || shift
exec PYTHON "$@"
"""
OWN = ("inputs.", "matrix.", "vars.", "secrets.", "github.event.")
"""What is empty where a test gives no value; any other expression that is not known is an error."""


def read(file: str) -> Any:
    """Read a YAML file of the repository."""
    return YAML(typ="safe").load((ROOT / file).read_text(encoding="utf-8"))


@dataclass
class Job:
    """One job on a runner of its own; `store` is what the jobs of a run share: their artifacts."""

    folder: Path
    store: Path
    values: Mapping[str, str] = field(default_factory=dict)
    """What the expressions of the file stand for."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Further variables of every step."""
    name: str = "check"
    began: Callable[[subprocess.Popen[str]], object] = lambda _: None
    """Called with each step that was started."""
    code: int = 0
    text: str = ""
    summary: str = ""
    artifacts: list[str] = field(default_factory=list)
    outputs: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        programs = self.folder / "smokegate/bin"
        programs.mkdir(parents=True)
        self.store.mkdir(exist_ok=True)
        for name, text in (("python", f'#!/bin/sh\nexec {sys.executable} "$@"\n'), ("uv", UV)):
            (programs / name).write_text(text.replace("PYTHON", sys.executable), encoding="utf-8")
            (programs / name).chmod(0o755)

    def run(self, steps: list[Mapping[str, Any]], env: Mapping[str, str] | None = None) -> Job:
        """Run the steps in order, each where its condition holds; returns the job as it ended."""
        for number, step in enumerate(steps):
            if not self._is_on(step.get("if")):
                continue
            if "uses" in step:
                self._use(step["uses"].partition("@")[0], step.get("with", {}))
            else:
                code = self._run(step, str(step.get("id", number)), env or {})
                self.code = self.code or (0 if step.get("continue-on-error") else code)
        return self

    def _run(self, step: Mapping[str, Any], name: str, env: Mapping[str, str]) -> int:
        script = self.folder / f"{name}.sh"
        script.write_text(step["run"], encoding="utf-8")
        files = {each: self.folder / f"{name}.{each}" for each in ("output", "summary")}
        for each in files.values():
            each.touch()
        given = {
            "PATH": f"{self.folder}/smokegate/bin:/usr/bin:/bin",
            "RUNNER_TEMP": str(self.folder),
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(files["output"]),
            "GITHUB_STEP_SUMMARY": str(files["summary"]),
            "GITHUB_JOB": self.name,
            **self.variables,
            **{key: self._filled(value) for key, value in {**env, **step.get("env", {})}.items()},
        }
        words = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        process = subprocess.Popen(
            words,
            cwd=self.folder,
            env=clean_environment(given),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            self.began(process)
            out, _ = process.communicate(timeout=120)
        finally:
            process.kill()
        self.text += out
        self.summary += files["summary"].read_text(encoding="utf-8")
        lines = files["output"].read_text(encoding="utf-8").splitlines()
        self.outputs[name] = dict(line.split("=", 1) for line in lines)
        return process.returncode

    def _use(self, action: str, given: Mapping[str, Any]) -> None:
        if "artifact" not in action:
            return  # such as a checkout: the files are there already
        values = {key: self._filled(value) for key, value in given.items()}
        if action == "actions/upload-artifact":
            file = Path(values["path"])
            assert not (self.store / file.name).exists(), f"an artifact {file.name} is there already"
            shutil.copy(file, self.store / file.name)
            self.artifacts.append(file.name)
        else:
            (self.folder / values["path"]).mkdir()
            for file in self.store.iterdir():
                if fnmatch(file.name, values["pattern"]):
                    shutil.copy(file, self.folder / values["path"] / file.name)

    def _is_on(self, condition: str | None) -> bool:
        parts = (condition or "").split(" && ") if condition else []
        if self.code and "always()" not in parts:
            return False
        return all(self._holds(part) for part in parts if part != "always()")

    def _holds(self, part: str) -> bool:
        found = re.fullmatch(r"(\S+) (==|!=) '([^']*)'", part)
        assert found, f"a condition that the runner does not know: {part}"
        return (self._value(found[1]) == found[3]) is (found[2] == "==")

    def _filled(self, value: object) -> str:
        if isinstance(value, bool):
            return str(value).lower()
        return re.sub(r"\$\{\{ (.+?) \}\}", lambda found: self._value(found[1]), str(value))

    def _value(self, expression: str) -> str:
        fixed = {
            "github.job": self.name,
            "github.run_attempt": "1",
            "runner.temp": str(self.folder),
            "github.token": "",
            "toJSON(secrets)": "{}",
            "github.event_name": "push",
        }
        if (known := {**fixed, **self.values}.get(expression)) is not None:
            return known
        if " || " in expression:
            return next((found for part in expression.split(" || ") if (found := self._value(part))), "")
        if expression.startswith("'"):
            return expression.strip("'")
        if found := re.fullmatch(r"steps\.(\w+)\.outputs\.([\w-]+)", expression):
            return self.outputs.get(found[1], {}).get(found[2], "")
        assert expression.startswith(OWN), f"an expression that the runner does not know: {expression}"
        return ""


def cancel(process: subprocess.Popen[str]) -> None:
    """End a step as GitHub does when its job is cancelled: the one process that it started is signalled."""
    process.send_signal(signal.SIGINT)
