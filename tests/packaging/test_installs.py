"""Whatever is installed, and with whatever pytest: the suite and a team's own check run, and healthy is PASS."""

from __future__ import annotations

import os

import pytest
from tests_support.installs import LOWEST, NEWEST, OLDEST

SLOW = pytest.mark.slow
INSTALLS = [
    pytest.param("wheel", OLDEST),
    pytest.param("wheel", LOWEST, marks=SLOW),
    pytest.param("wheel", NEWEST, marks=SLOW),
    pytest.param("sdist", LOWEST, marks=SLOW),
    pytest.param("sdist", NEWEST, marks=SLOW),
    pytest.param("editable", LOWEST, marks=SLOW),
    pytest.param("editable", NEWEST, marks=SLOW),
]
WAYS = (("smokegate", "run", "shop"), ("pytest", "-p", "smokegate", "--env=shop"))


@pytest.mark.parametrize(("artifact", "runner"), INSTALLS)
def test_the_suite_and_a_teams_own_check_run(install, project, artifact, runner):
    """With `smokegate run` and with `pytest -p smokegate`, and the ids are the same in every kind of install."""
    python = install(artifact, runner)
    for way in WAYS:
        done = project.run(python, *way)
        report = project.report()
        ids = {test["id"].split("[")[0] for test in report["tests"]}

        assert done.returncode == 0, done.stdout + done.stderr
        assert report["verdict"] == "PASS", done.stdout
        assert "smokegate/test_health.py::test_health_is_ok" in ids
        assert "tests/smoke/test_own.py::test_own" in ids


def test_the_suite_is_a_package_that_pytest_can_name(install, project):
    """`--pyargs smokegate.suite` runs the shipped suite alone; a run of one of its modules is partial."""
    words = ("pytest", "-p", "smokegate", "--env=shop", "--pyargs")

    done = project.run(install("wheel", LOWEST), *words, "smokegate.suite")
    suite = project.report()
    module = project.run(install("wheel", LOWEST), *words, "smokegate.suite.test_health")

    assert done.returncode == module.returncode == 0, done.stdout + done.stderr
    assert all(test["id"].startswith("smokegate/") for test in suite["tests"])
    assert suite["partial"] is None
    assert project.report()["partial"].startswith("partial run")


ASKED = """
def pytest_ignore_collect(collection_path):
    print("asked about", collection_path.parent.name)
"""


def test_what_is_installed_beside_the_suite_is_passed_over(install, project):
    """The virtual environment is below the root, and no plugin is asked about the other packages in it."""
    python = install("wheel", LOWEST)
    project.write("asked.py", ASKED)
    above = f"--rootdir={os.path.commonpath([python, project.folder])}"
    words = ("-p", "smokegate", "-p", "asked", "-s", "--env=shop", "--environments=environments", "--reports=reports")

    done = project.run(python, "pytest", *words, above, PYTHONPATH=str(project.folder))

    assert done.returncode == 0, done.stdout + done.stderr
    assert "asked about suite" in done.stdout
    assert "asked about site-packages" not in done.stdout
    assert "smokegate/test_health.py::test_health_is_ok" in {
        test["id"].split("[")[0] for test in project.report()["tests"]
    }


def test_a_broken_deployment_is_red(install, project):
    """The shipped suite can fail, and names the cause and the command that was run."""
    project.web.answers.clear()

    done = project.run(install("wheel", LOWEST), "smokegate", "run", "shop")

    assert done.returncode == 1, done.stdout + done.stderr
    assert project.report()["verdict"] == "FAIL"
    assert project.report()["cause"]["code"]
    assert project.report()["cause"]["steps"][-1] == "Verify: run `smokegate run shop` again; it must be green."


def test_installed_and_not_opted_in_it_is_not_there(install, project):
    """A plain pytest in a project with smokegate installed imports nothing of it and has none of its options."""
    project.write("test_theirs.py", "import sys\n\ndef test_it():\n    assert 'smokegate' not in sys.modules\n")

    done = project.run(install("wheel", LOWEST), "pytest", "test_theirs.py", "-p", "no:cacheprovider")
    refused = project.run(install("wheel", LOWEST), "pytest", "--env=shop")

    assert done.returncode == 0, done.stdout + done.stderr
    assert refused.returncode == 4
    assert not (project.folder / "reports").exists()


def test_the_command_works_without_the_extras(install, project):
    """A fresh installation lists environments, prints the schema, and says in one line what a replica needs."""
    python = install("wheel", LOWEST)

    listed = project.run(python, "smokegate", "environments")
    schema = project.run(python, "smokegate", "environments", "--schema")
    project.write("environments/local.toml", 'title = "Local"\n[replica]\nkind = "tectonic"\n')
    replica = project.run(python, "smokegate", "run", "local")

    assert "shop  Shop" in listed.stdout
    assert '"title": "smokegate environment"' in schema.stdout
    assert replica.returncode == 4
    assert "pip install 'smokegate[replica]'" in replica.stderr
    assert "Traceback" not in replica.stdout + replica.stderr
