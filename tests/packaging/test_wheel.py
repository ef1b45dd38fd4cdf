"""The package as it is installed."""

from __future__ import annotations

import subprocess
import sys
import zipfile

import jinja2
import pytest
from tests_support.run_documents import run_of
from tests_support.running import ROOT

from smokegate.plugin import suite_location
from smokegate.report import page


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
    """There is no pytest11 entry point: an installed smokegate adds no option to anyone's pytest."""
    (entry_points,) = [name for name in wheel.namelist() if name.endswith("entry_points.txt")]
    text = wheel.read(entry_points).decode()

    assert "pytest11" not in text
    assert "smokegate = smokegate.cli:main" in text


@pytest.mark.parametrize(
    "part",
    [
        "smokegate/py.typed",
        "smokegate/report/style.css",
        "smokegate/plugin/__init__.py",
        "smokegate/environment/environment.schema.json",
    ],
)
def test_wheel_has_what_is_no_python_too(wheel, part):
    """Types marker, style sheet, plugin and JSON schema are in the wheel."""
    assert part in wheel.namelist()


def test_wheel_carries_the_suite(wheel):
    """Every file of tests/smoke is in the wheel as a module of `smokegate.suite`."""
    source = {path.name for path in (ROOT / "tests" / "smoke").glob("*.py")}
    carried = {name.rsplit("/", 1)[1] for name in wheel.namelist() if name.startswith("smokegate/suite/")}

    assert "test_health.py" in source
    assert carried == source


def test_an_editable_install_has_the_checkouts_suite():
    """Without `smokegate/suite` in the package the suite is the checkout's tests/smoke."""
    assert suite_location.suite_directory() == ROOT / "tests" / "smoke"


def test_an_installation_without_suite_says_what_to_do(monkeypatch, tmp_path, request):
    """Where no suite is found the error names the places and the command that installs it again."""
    monkeypatch.setattr(suite_location, "INSTALLED", tmp_path / "suite")
    monkeypatch.setattr(suite_location, "CHECKOUT", tmp_path / "checkout")
    suite_location.suite_directory.cache_clear()
    request.addfinalizer(suite_location.suite_directory.cache_clear)

    with pytest.raises(suite_location.SuiteNotFoundError, match="pip install --force-reinstall smokegate"):
        suite_location.suite_directory()


def test_wheel_carries_the_templates_compiled(wheel, tmp_path, monkeypatch, request):
    """A fresh installation, read-only ones too, compiles no template, and renders what a checkout does."""
    document = run_of("no-server")
    from_checkout = page.page(document)
    modules = [name for name in wheel.namelist() if name.startswith("smokegate/report/page/modules/tmpl_")]
    wheel.extractall(tmp_path, modules)
    monkeypatch.setattr(page, "MODULES", tmp_path / "smokegate/report/page/modules")
    monkeypatch.setattr(jinja2.Environment, "compile", None)
    page.templates.cache_clear()
    request.addfinalizer(page.templates.cache_clear)

    assert page.page(document) == from_checkout
    assert page.index(tmp_path)


def test_wheel_holds_the_package_only(wheel):
    """No test but the suite, no environment file and no report gets into the wheel."""
    tops = {name.split("/", 1)[0] for name in wheel.namelist()}

    assert {top for top in tops if not top.endswith(".dist-info")} == {"smokegate"}
