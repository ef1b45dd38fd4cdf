"""The peers' own tools, installed once beside the project, each at a known version."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "bench"
NEWMAN = "6.2.2"
TAVERN = "3.7.1"
#: The newest that this Tavern loads under: under 9.2 it does not.
TAVERN_PYTEST = "9.1.1"
#: What smokegate brings along; without these its plugin cannot be asked for.
DEPENDENCIES = ("pytest", "pytest-html", "pytest-xdist", "requests", "urllib3", "msgspec")


@dataclass(frozen=True)
class Tools:
    """Where the tools are; what could not be installed is not there and not measured."""

    suite: Path
    """A pytest with smokegate as other teams install it: from the wheel, without extras."""
    plain: Path
    """A pytest with requests and nothing else."""
    dependencies: Path
    """The same with what smokegate depends on."""
    tavern: Path
    newman: Path


def installed() -> Tools:
    """Install what is not there yet; say of what cannot be that it will not be measured."""
    tools = Tools(
        suite=_pytest_of("suite"),
        plain=_pytest_of("plain"),
        dependencies=_pytest_of("dependencies"),
        tavern=_pytest_of("tavern"),
        newman=CACHE / "newman" / "node_modules" / ".bin" / "newman",
    )
    pins = {name: f"{name}=={version(name)}" for name in DEPENDENCIES}
    wanted: dict[Path, Callable[[], None]] = {
        tools.suite: lambda: _environment("suite", *pins.values()),
        tools.plain: lambda: _environment("plain", pins["pytest"], pins["requests"]),
        tools.dependencies: lambda: _environment("dependencies", *pins.values()),
        tools.tavern: lambda: _environment("tavern", f"tavern=={TAVERN}", f"pytest=={TAVERN_PYTEST}"),
        tools.newman: lambda: _newman(CACHE / "newman"),
    }
    for path, install in wanted.items():
        if path.exists():
            continue
        print(f"installing {path.relative_to(ROOT)} …", flush=True)
        try:
            install()
        except (OSError, subprocess.SubprocessError) as error:
            print(f"  not measured: {error}", flush=True)
    return tools


def _pytest_of(name: str) -> Path:
    return CACHE / name / "bin" / "pytest"


def renew_suite() -> None:
    """Install what is there today in place of what was measured before."""
    built = CACHE / "wheel"
    shutil.rmtree(built, ignore_errors=True)
    _do(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built))
    _install("suite", "--reinstall-package", "smokegate", *map(str, built.glob("*.whl")))


def _newman(folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise FileNotFoundError("npm is not installed")
    folder.mkdir(parents=True, exist_ok=True)
    _do(npm, "install", "--no-audit", "--no-fund", "--no-save", "--prefix", str(folder), f"newman@{NEWMAN}")


def _environment(name: str, *requirements: str) -> None:
    _do(*_UV, "venv", "--clear", "--python", sys.executable, str(CACHE / name))
    _install(name, *requirements)


def _install(name: str, *requirements: str) -> None:
    _do(*_UV, "pip", "install", "--python", str(CACHE / name), *requirements)


_UV = (sys.executable, "-m", "uv", "--quiet")


def _do(*command: str) -> None:
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, timeout=600)
