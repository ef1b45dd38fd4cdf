"""`-n N` spreads environments over processes without changing what comes out."""

from __future__ import annotations

import pytest
from tests_support.running import patient
from tests_support.web import reply

BOTH = "--env=local,local-trading"


@pytest.mark.parametrize("fault", [None, "refused"])
def test_workers_change_neither_outcomes_nor_verdicts_nor_exit_code(smoke, fault):
    """With and without `-n 4` the same tests have the same outcomes, verdicts and exit code."""
    words = [BOTH, *patient("local", "local-trading"), *([f"--fault={fault}"] if fault else [])]
    alone = smoke(*words)
    one = (alone.code, alone.outcomes(), [e["verdict"] for e in alone.json["environments"]])

    spread = smoke(*words, "-n", "4")
    four = (spread.code, spread.outcomes(), [e["verdict"] for e in spread.json["environments"]])

    assert one == four


def test_order_changes_nothing(smoke, tmp_path):
    """Tests run in reverse have the same outcomes, verdict and exit code."""
    (tmp_path / "backwards.py").write_text("def pytest_collection_modifyitems(items):\n    items.reverse()\n")
    words = ("--env=local", "--fault=no-server", *patient("local"))
    usual = smoke(*words)
    first = (usual.code, usual.outcomes())

    turned = smoke(*words, "-p", "backwards", variables={"PYTHONPATH": str(tmp_path)})

    assert first == (turned.code, turned.outcomes())


def test_no_deployment_is_looked_at_twice(smoke, web, environments):
    """Two workers, two environments: a health check is sent as often as the file says, not once a worker."""
    web.answers["/health"] = reply({"status": "ok"})
    text = 'title = "Small"\n[backend]\nurl = "{url}"\n[backend.health]\nsamples = 3\n'
    folder = environments(one=text.format(url=web.url), two=text.format(url=web.url))

    smoke(folder, "--env=one,two", "-n", "2")

    assert web.asked.count(("GET", "/health")) == 6


def test_a_worker_that_dies_leaves_a_failure_not_a_gap(smoke, web, environments, tmp_path):
    """A test that kills its worker is in the report as failed, and the run is not green."""
    web.answers["/health"] = reply({"status": "ok"})
    folder = environments(small=f'title = "Small"\n[backend]\nurl = "{web.url}"\n')
    (tmp_path / "killer.py").write_text(
        "import os\n\ndef pytest_runtest_call(item):\n"
        "    if 'steady' in item.name and 'PYTEST_XDIST_WORKER' in os.environ:\n        os._exit(9)\n"
    )

    ran = smoke(folder, "--env=small", "-n", "1", "-p", "killer", variables={"PYTHONPATH": str(tmp_path)})
    (crashed,) = [t for t in ran.environment()["tests"] if "steady" in t["id"]]

    assert crashed["outcome"] == "error"
    assert " ".join(ran.out.split()).count("crashed") == 1
    assert ran.environment()["verdict"] not in {"PASS", "WARN"}
    assert ran.code != 0


BROKEN = """
import os
from smokegate.plugin import collect, outcomes

if "PYTEST_XDIST_WORKER" in os.environ:
    def broken(*words, **named):
        raise RuntimeError("inside the worker")
    HOW
"""


@pytest.mark.parametrize(
    "broken",
    [
        ("outcomes.expectation_of = broken", "the outcome of a check: RuntimeError: inside the worker"),
        ("collect.plan = broken", "the plan of the run: RuntimeError: inside the worker"),
    ],
    ids=["outcome", "plan"],
)
def test_an_error_inside_a_worker_is_unknown(smoke, web, environments, tmp_path, broken):
    """What goes wrong inside smokegate in a worker is one line of the report."""
    how, where = broken
    web.answers["/health"] = reply({"status": "ok"})
    folder = environments(small=f'title = "Small"\n[backend]\nurl = "{web.url}"\n')
    (tmp_path / "broken_inside.py").write_text(BROKEN.replace("HOW", how))
    words = ("--env=small", "-n", "1", "-p", "broken_inside")

    ran = smoke(folder, *words, variables={"PYTHONPATH": str(tmp_path)})

    assert (ran.code, ran.environment()["verdict"]) == (6, "UNKNOWN"), ran.out
    assert f"error inside smokegate in {where}" in ran.out
    assert "please report this line" in ran.out
    assert "INTERNALERROR" not in ran.out
