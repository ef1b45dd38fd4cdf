"""`--wait` waits until the deployment is healthy, shows how it goes, and gives up on what cannot heal."""

from __future__ import annotations

import re

from tests_support.web import Reply, reply

SMALL = 'title = "Small"\n[backend]\nurl = "{url}"\nwait = "120s"\n[version]\npath = "/health"\nfield = "commit"\n'
NEW, OLD = "a1b2c3d4e5f6", "0f0f0f0f0f0f"


def turning(web, *answers):
    """Let the health check give these answers one after the other, and the last one forever."""
    left = list(answers)
    web.answers["/health"] = lambda _: left.pop(0) if len(left) > 1 else left[0]


def test_a_deployment_that_comes_up_is_waited_for(smoke, web, environments):
    """503 twice, then healthy: ten good answers in a row are waited for, and what was there in the end is judged."""
    turning(web, reply(status=503), reply(status=503), reply({"commit": NEW}))
    folder = environments(small=SMALL.format(url=web.url))

    ran = smoke(folder, "--env=small", "--wait")

    assert ran.environment()["readiness"]["ready"] is True
    assert ran.environment()["readiness"]["polls"] >= 12
    assert "small: ready after" in ran.out
    assert ran.code == 0, ran.out


def test_an_older_commit_is_waited_out(smoke, web, environments):
    """Healthy on the old commit first: with `--expect-commit` the run waits for the new one."""
    turning(web, reply({"commit": OLD}), reply({"commit": OLD}), reply({"commit": NEW}))
    folder = environments(small=SMALL.format(url=web.url))

    ran = smoke(folder, "--env=small", "--wait", f"--expect-commit={NEW[:7]}")

    assert ran.environment()["version"] == NEW
    assert ran.code == 0, ran.out


def test_without_wait_what_is_there_now_is_judged(smoke, web, environments):
    """The old commit answers and nothing is waited for: FAIL, and the cause is named."""
    web.answers["/health"] = reply({"commit": OLD})
    folder = environments(small=SMALL.format(url=web.url))

    ran = smoke(folder, "--env=small", f"--expect-commit={NEW}")

    assert ran.environment()["readiness"] is None
    assert ran.environment()["cause"]["code"] == "app.wrong-version"
    assert ran.code == 1


def test_what_cannot_heal_ends_the_wait_at_once(smoke, web, environments):
    """A suspended service is not waited for: the first reply ends it, with the reason."""
    page = b"<title>Service Suspended</title>This service has been suspended by its owner."
    kind = (("Content-Type", "text/html"), ("x-render-routing", "suspend-by-user"))
    web.answers["/health"] = Reply(503, page, kind)
    folder = environments(small=SMALL.format(url=web.url))

    ran = smoke(folder, "--env=small", "--wait=10m")

    assert ran.environment()["readiness"]["polls"] <= 3
    assert "waiting cannot heal it" in ran.out
    assert ran.environment()["cause"]["code"] == "render.suspended-by-owner"


def test_the_deadline_ends_the_wait(smoke, web, environments):
    """A deployment that never gets healthy is judged when the time is over."""
    web.answers["/health"] = reply(status=503)
    folder = environments(small=SMALL.format(url=web.url))

    ran = smoke(folder, "--env=small", "--wait=1s")

    assert ran.environment()["readiness"]["ready"] is False
    assert re.search(r"small: not ready after \d+\.\d s", ran.out)
    assert ran.code == 1
