"""The package as it is installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import pytest
from tests_support.running import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The built wheel."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=120,
    )
    (path,) = folder.glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        yield archive


def test_wheel_registers_no_pytest_plugin(wheel):
    """There is no pytest11 entry point: an installed smokegate adds no option to anybody's pytest."""
    (entry_points,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    text = wheel.read(entry_points).decode()

    assert "pytest11" not in text
    assert "smokegate = smokegate.cli:main" in text


@pytest.mark.parametrize("part", ["smokegate/py.typed", "smokegate/report/style.css", "smokegate/plugin/__init__.py"])
def test_wheel_has_what_is_no_python_too(wheel, part):
    """Types marker, style sheet and plugin are in the wheel."""
    assert part in wheel.namelist()


def test_wheel_holds_the_package_only(wheel):
    """No test, no environment file and no report gets into the wheel."""
    tops = {name.split("/", 1)[0] for name in wheel.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"smokegate"}
