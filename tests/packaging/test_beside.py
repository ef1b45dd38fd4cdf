"""Beside what a project has in its pytest options and its environment: healthy stays PASS."""

from __future__ import annotations

import pytest
from tests_support.installs import LOWEST, NEWEST

PLUGINS = (
    "pytest-randomly",
    "pytest-rerunfailures",
    "pytest-timeout",
    "pytest-cov",
    "pytest-django",
    "pytest-playwright",
    "pytest-asyncio",
)
ERRORS = '[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n'
BUSY = (
    '[tool.pytest.ini_options]\nfilterwarnings = ["error"]\nasyncio_mode = "auto"\n'
    'asyncio_default_fixture_loop_scope = "function"\n'
    'addopts = "--cov=. --reruns=2 --timeout=60 -n 2 --strict-markers"\n'
)
CONFTEST = (
    "def pytest_addoption(parser):\n"
    '    parser.addoption("--env", default="theirs")\n    parser.addoption("--wait", action="store_true")\n'
)


def assert_passes(project, done):
    """The run is green, and all of its checks ran."""
    assert done.returncode == 0, done.stdout + done.stderr
    assert project.report()["verdict"] == "PASS", done.stdout
    assert "INTERNALERROR" not in done.stdout


def test_warnings_that_are_errors_change_nothing(install, project):
    """With `filterwarnings = ["error"]` in the project's options, opted in and with `smokegate run`."""
    project.write("pyproject.toml", ERRORS)
    python = install("wheel", LOWEST)

    assert_passes(project, project.run(python, "pytest", "-p", "smokegate", "--env=shop"))
    assert_passes(project, project.run(python, "smokegate", "run", "shop"))


def test_without_plugins_of_pytests_own_healthy_stays_pass(install, project):
    """`-p no:logging` and its like, which projects with a log library of their own have in `addopts`."""
    off = [word for name in ("logging", "junitxml", "capture", "cacheprovider") for word in ("-p", f"no:{name}")]

    assert_passes(project, project.run(install("wheel", LOWEST), "pytest", "-p", "smokegate", "--env=shop", *off))


def test_run_ignores_what_is_the_projects_other_tests(install, project):
    """Options of plugins that are not there, PYTEST_ADDOPTS, and a conftest with `--env` and `--wait` of its own."""
    project.write("pytest.ini", "[pytest]\naddopts = --cov=shop --no-such-option\nrequired_plugins = pytest-none\n")
    project.write("conftest.py", CONFTEST + "import no_such_module\n")

    done = project.run(
        install("wheel", LOWEST), "smokegate", "run", "shop", "--wait=60s", PYTEST_ADDOPTS="--also-not-there"
    )

    assert_passes(project, done)


def test_run_loads_the_conftest_of_the_own_checks(install, project):
    """Fixtures and hooks in tests/smoke/conftest.py are there for the team's own checks."""
    project.write("tests/smoke/conftest.py", 'import pytest\n\n@pytest.fixture\ndef wanted():\n    return "shop"\n')
    project.write(
        "tests/smoke/test_own.py",
        'def test_own(deployment, wanted):\n    """Who."""\n    assert deployment.health.json["service"] == wanted\n',
    )

    assert_passes(project, project.run(install("wheel", LOWEST), "smokegate", "run", "shop"))


def test_run_spreads_over_workers(install, project):
    """`-n` works with options in their private spelling: the workers understand them, too."""
    assert_passes(project, project.run(install("wheel", LOWEST), "smokegate", "run", "shop", "-n", "2"))


def test_the_compatible_page_is_written_where_asked_for(install, project):
    """`--html=FILE` gives pytest-html's page, and without it pytest-html is not imported."""
    python = install("wheel", LOWEST)
    project.write(
        "tests/smoke/conftest.py",
        "import sys\n\ndef pytest_sessionfinish():\n    print('LOADED', 'pytest_html.plugin' in sys.modules)\n",
    )
    for way in (("smokegate", "run", "shop"), ("pytest", "-p", "smokegate", "--env=shop")):
        without = project.run(python, *way, "-s")
        with_page = project.run(python, *way, "-s", "--html=page.html")

        assert "LOADED False" in without.stdout
        assert "LOADED True" in with_page.stdout
        assert "Smoke: shop PASS" in (project.folder / "page.html").read_text("utf-8")
        assert "<title>PASS: shop</title>" in (project.folder / "reports" / "shop.html").read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("runner", [LOWEST, NEWEST])
@pytest.mark.parametrize("plugin", PLUGINS)
def test_beside_one_plugin_healthy_stays_pass(install, project, plugin, runner):
    """Each plugin alone, with warnings that are errors, opted in and with `smokegate run`."""
    project.write(
        "pyproject.toml", ERRORS + ('asyncio_default_fixture_loop_scope = "function"\n' if "asyncio" in plugin else "")
    )
    python = install("wheel", runner, plugin)

    assert_passes(project, project.run(python, "pytest", "-p", "smokegate", "--env=shop"))
    assert_passes(project, project.run(python, "smokegate", "run", "shop"))


@pytest.mark.slow
def test_beside_all_plugins_at_once_healthy_stays_pass(install, project):
    """All of them, with their options in `addopts`."""
    project.write("pyproject.toml", BUSY)
    python = install("wheel", NEWEST, *PLUGINS, "pytest-xdist")

    assert_passes(project, project.run(python, "pytest", "-p", "smokegate", "--env=shop"))
    assert_passes(project, project.run(python, "smokegate", "run", "shop"))


@pytest.mark.slow
def test_beside_niquests_healthy_stays_pass(install, project):
    """Niquests replaces urllib3 for the whole interpreter."""
    python = install("wheel", NEWEST, "niquests")

    assert_passes(project, project.run(python, "pytest", "-p", "smokegate", "--env=shop"))
    assert_passes(project, project.run(python, "smokegate", "run", "shop"))
