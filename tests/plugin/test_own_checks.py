"""A team's own checks are judged, blocked and reported like the suite's."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest
from tests_support.running import Ran, clean_environment
from tests_support.web import Reply, reply

from smokegate.observation.transport.limits import MAX_REDIRECTS

FILE = 'title = "Own"\n[backend]\nurl = "{url}"\n[[backend.endpoints]]\npath = "/cart"\ntouches = ["database"]\n'


@pytest.fixture
def project(tmp_path, web):
    """A project with one environment and checks of its own; returns what a run of it came to."""
    web.answers |= {"/health": reply({"status": "ok"}), "/cart": reply({"items": []})}
    folder = tmp_path / "project"
    (folder / "environments").mkdir(parents=True)
    (folder / "environments" / "shop.toml").write_text(FILE.format(url=web.url))
    (folder / "tests" / "smoke").mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p smokegate -p no:cacheprovider\n")

    def run(own: str, *words: str) -> Ran:
        (folder / "tests" / "smoke" / "test_own.py").write_text(textwrap.dedent(own))
        done = subprocess.run(
            [sys.executable, "-m", "pytest", *(words or ("--env=shop",))],
            cwd=folder,
            env=clean_environment({}),
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        return Ran(done.returncode, done.stdout + done.stderr, folder / "reports")

    return run


FIXTURE = "import pytest\n@pytest.fixture\n"
CART = """
    from smokegate.api import Deployment, check

    @check("shop.cart", after=("health.ok",), needs=("backend.endpoints",))
    def test_cart_is_empty(deployment: Deployment) -> None:
        '''A new visitor's cart is empty.'''
        cart = deployment.endpoint("/cart")
        cart.expect(cart.json == {"items": []}, "an empty cart")
"""


def outcome(ran: Ran, code: str) -> dict[str, object]:
    """Return a check's outcome by its code."""
    (found,) = [each for each in ran.environment()["tests"] if each["code"] == code]
    return found


def test_it_runs_beside_the_suite(project):
    """One run, both kinds of checks."""
    ran = project(CART)

    assert ran.code == 0, ran.out
    assert outcome(ran, "shop.cart")["outcome"] == "passed"
    assert outcome(ran, "health.ok")["id"] == "smokegate/test_health.py::test_health_is_ok[shop]"


def test_it_is_blocked_by_what_it_states(project, web):
    """Its prerequisite failed: it is blocked, names it, and its code has not run."""
    web.answers["/health"] = reply({"status": "down"}, 500)
    ran = project(CART.replace("cart = ", "raise RuntimeError\n        cart = "))

    assert outcome(ran, "shop.cart")["outcome"] == "blocked"
    assert outcome(ran, "shop.cart")["why"] == "blocked by health.ok"
    assert ran.environment()["verdict"] == "FAIL"


def test_a_deselected_prerequisite_blocks_nothing(project, web):
    """Selected alone it speaks for itself."""
    web.answers["/health"] = reply({"status": "down"}, 500)
    ran = project(CART, "--env=shop", "-k", "cart_is_empty")

    assert outcome(ran, "shop.cart")["outcome"] == "passed", ran.out


def test_a_prerequisite_that_does_not_exist_is_an_error_of_the_check(project):
    """A typing error in `after` would block nothing without a word: it is reported, with what was probably meant."""
    ran = project(CART.replace("health.ok", "health.okk"))

    assert ran.code == 1, ran.out
    assert outcome(ran, "shop.cart")["outcome"] == "failed"
    assert "no check has the code 'health.okk'; did you mean 'health.ok'?" in outcome(ran, "shop.cart")["why"]


def test_a_prerequisite_of_another_environment_is_none_here(project):
    """`sign-in.login-again` is a check of the suite, which this environment does not declare: it blocks nothing."""
    ran = project(CART.replace("health.ok", "sign-in.login-again"))

    assert ran.code == 0, ran.out
    assert outcome(ran, "shop.cart")["outcome"] == "passed"


@pytest.mark.parametrize("words", [("--env=shop", "tests/smoke"), ("--env=shop", "--ignore=tests/smoke/test_other.py")])
def test_a_prerequisite_in_a_file_that_was_left_out_blocks_nothing(project, words):
    """Only where every file was collected is it known that a check does not exist."""
    ran = project(CART.replace("health.ok", "health.okk"), *words)

    assert ran.code == 0, ran.out
    assert outcome(ran, "shop.cart")["outcome"] == "passed"


def test_it_fails_with_cause_and_evidence(project, web):
    """The text of its failure says what was expected, where, and how to repeat it."""
    web.answers["/cart"] = reply({"items": ["old"]})
    ran = project(CART, "--env=shop", "-v")

    assert (ran.code, ran.environment()["verdict"]) == (1, "FAIL"), ran.out
    for label in ("check    shop.cart: A new visitor's cart is empty.", "expected an empty cart", "try      curl"):
        assert label in ran.out


@pytest.mark.parametrize(
    "own",
    [
        "def test_plain():\n    assert False\n",
        "def test_bare(deployment):\n    assert deployment.health.status == 201\n",
        "def test_error(deployment):\n    raise KeyError('x')\n",
        f"{FIXTURE}def api():\n    raise ValueError('x')\ndef test_fixture(api):\n    pass\n",
        f"{FIXTURE}def api(deployment):\n    return deployment\ndef test_it(api):\n    assert api.health.status == 2\n",
        "import unittest\nclass TestOld(unittest.TestCase):\n    def test_it(self):\n        self.fail('x')\n",
    ],
    ids=["no fixture", "undecorated", "exception", "fixture error", "own fixture", "unittest"],
)
def test_a_failing_check_is_never_green(project, own):
    """Whatever fixtures it uses."""
    ran = project(own)

    assert (ran.code, ran.environment()["verdict"]) == (1, "FAIL"), ran.out


def test_without_an_environment_checks_are_deselected_and_counted(project):
    """A plain pytest of a project that names no default environment: no error, no report."""
    ran = project(CART + "\n\n    def test_theirs():\n        pass\n", "-q")

    assert ran.code == 0, ran.out
    assert "1 passed, 1 deselected" in ran.out
    assert not ran.reports.exists()


def test_paths_are_exactly_what_runs(project):
    """With a path the suite is not added to it."""
    ran = project(CART, "--env=shop", "tests/smoke")

    assert [each["code"] for each in ran.environment()["tests"]] == ["shop.cart"], ran.out


def test_an_error_inside_the_suite_is_unknown(project, tmp_path):
    """A suite check that ends in an error of its own says nothing of the deployment: one line says what to report."""
    (tmp_path / "project").mkdir(exist_ok=True)
    (tmp_path / "project" / "breaker.py").write_text(
        "import pytest\n\n@pytest.hookimpl(tryfirst=True)\ndef pytest_runtest_call(item):\n"
        "    if item.name.startswith('test_health_is_steady'):\n        raise TypeError('inside')\n"
    )
    ran = project(CART, "--env=shop", "-p", "breaker")

    assert (ran.code, ran.environment()["verdict"]) == (6, "UNKNOWN"), ran.out
    assert outcome(ran, "shop.cart")["outcome"] == "passed"
    assert (
        "error inside smokegate in health.steady: TypeError: inside (at breaker:6); please report this line" in ran.out
    )


def test_an_error_of_ours_below_an_own_check_is_unknown(project):
    """What the check called of smokegate broke: that says nothing of the deployment."""
    own = """
        def test_ours(deployment, monkeypatch):
            monkeypatch.setattr("smokegate.plugin.client.urlencode", None)
            deployment.client.get("/cart", query={"a": 1})
    """
    ran = project(own)

    assert (ran.code, ran.environment()["verdict"]) == (6, "UNKNOWN"), ran.out
    assert "error inside smokegate in own.ours: TypeError" in ran.out


def test_the_cookie_of_a_forms_redirect_is_sent_to_the_next_page(project, web):
    """Frameworks set the session cookie on the redirect: the page after it, and later requests, need it."""
    web.answers["/enter"] = Reply(302, b"", (("Location", "/me"), ("Set-Cookie", "sid=of-this-session; Path=/")))
    web.answers["/me"] = lambda asked: reply({"signed_in": "sid=of-this-session" in asked.headers.get("Cookie", "")})
    ran = project("""
        from smokegate.api import Deployment, check

        @check("shop.enter", after=("health.ok",))
        def test_visitor_can_sign_in(deployment: Deployment) -> None:
            '''The form signs in.'''
            client = deployment.client
            page = client.post("/enter", form={"name": "smoke"}, harmless=True)
            page.expect(page.value("signed_in"), "the account")
            client.get("/me").expect(client.get("/me").value("signed_in"), "still the account")
    """)
    assert outcome(ran, "shop.enter")["outcome"] == "passed"


def test_cookies_of_every_redirect_are_kept_and_deleted_ones_are_not_sent(project, web):
    """A read is redirected, too: to a page that sets a cookie, and past one that deletes another."""
    web.answers["/a"] = Reply(302, b"", (("Location", "/b"), ("Set-Cookie", "one=1; Path=/"), ("Set-Cookie", "two=2")))
    web.answers["/b"] = Reply(307, b"", (("Location", "/c"), ("Set-Cookie", "one=; Max-Age=0")))
    web.answers["/c"] = lambda asked: reply({"cookie": asked.headers.get("Cookie")})
    ran = project("""
        def test_ours(deployment):
            client = deployment.client
            assert client.get("/a").value("cookie") == "two=2"
            assert client.cookies == {"two": "2"}
            assert client.get("/a", headers={"Cookie": "own=1"}).value("cookie") == "own=1; two=2"
    """)
    assert outcome(ran, "own.ours")["outcome"] == "passed"


def test_a_write_that_is_redirected_without_end_has_that_cause(project, web):
    web.answers["/loop"] = Reply(307, b"", (("Location", "/loop"),))
    ran = project("""
        def test_ours(deployment):
            deployment.client.post("/loop", json={}, harmless=True).status
    """)
    assert outcome(ran, "own.ours")["outcome"] == "failed"
    assert "net.redirect-loop" in ran.out
    assert web.asked.count(("POST", "/loop")) == MAX_REDIRECTS + 1
