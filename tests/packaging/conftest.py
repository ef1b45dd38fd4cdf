"""The built artifacts, environments with nothing else in them, and a project that uses them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests_support.installs import OLDEST, OWN, Project
from tests_support.running import ROOT
from tests_support.web import reply, serve

Install = Callable[..., Path]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The wheel and the sdist, built once."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "uv", "build", "--quiet", "--out-dir", str(folder)],  # with what it says it needs alone
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=120,
    )
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


@pytest.fixture(scope="session")
def install(tmp_path_factory: pytest.TempPathFactory, built: dict[str, Path]) -> Install:
    """Make a virtual environment with one artifact and further requirements, and return its Python."""
    made: dict[tuple[str, ...], Path] = {}

    def install(artifact: str, *requirements: str) -> Path:
        key = (artifact, *requirements)
        if key not in made:
            folder = tmp_path_factory.mktemp("venv")
            uv = [sys.executable, "-m", "uv"]
            what = ["--editable", str(ROOT)] if artifact == "editable" else [str(built[artifact])]
            python = folder / "bin" / "python"
            into = [*uv, "pip", "install", "--quiet", "--python", str(python)]
            lowest = [*into, "--resolution", "lowest-direct", "-r", str(ROOT / "pyproject.toml")]
            oldest = requirements == (OLDEST,)
            for command in (
                [*uv, "venv", "--quiet", "--python", sys.executable, str(folder)],
                *([lowest, [*into, "--no-deps", *what]] if oldest else [[*into, *what, *requirements]]),
            ):
                done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
                assert done.returncode == 0, done.stderr
            made[key] = python
        return made[key]

    return install


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A project beside a healthy deployment, which it checks."""
    with serve() as web:
        web.answers["/health"] = reply({"status": "healthy", "service": "shop"})
        project = Project(tmp_path, web)
        project.write(
            "environments/shop.toml",
            f'title = "Shop"\n[backend]\nurl = "{web.url}"\n'
            '[backend.health]\njson = { status = "healthy" }\ntouches = ["database"]\n',
        )
        project.write("tests/smoke/test_own.py", OWN)
        yield project
