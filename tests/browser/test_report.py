"""The report as a browser shows it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tests_support.running import ROOT, clean_environment
from tests_support.web import Reply, reply, serve

EVIL_PATH = "/a%22%3E%3Cimg%20src=x%20onerror=window.__x=1%3E"
HOSTILE = "</script><script>window.__x=1</script><img src=x onerror=window.__x=1><svg onload=window.__x=1>\u202e"


def run(reports, *words):
    """Run the suite and return its page and its JSON."""
    subprocess.run(
        [sys.executable, "-m", "pytest", f"--reports={reports}", *words],
        cwd=ROOT,
        env=clean_environment({}),
        capture_output=True,
        timeout=120,
        check=False,
    )
    (page,) = reports.glob("*.html")
    return page, json.loads(page.with_suffix(".json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def broken(tmp_path_factory):
    """The reports of a run over a replica that nobody serves."""
    return run(tmp_path_factory.mktemp("broken"), "--env=local", "--fault=no-server")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """The reports of a run over a server whose every word is an attack."""
    folder = tmp_path_factory.mktemp("hostile")
    with serve() as web:
        web.answers["/health"] = Reply(500, HOSTILE.encode(), (("Content-Type", "text/html"), ("X-Evil", HOSTILE[:60])))
        web.answers[EVIL_PATH] = reply({"x": HOSTILE}, 500)
        (folder / "evil.toml").write_text(
            f'title = "<img src=x onerror=window.__x=1>"\n[backend]\nurl = "{web.url}"\n'
            f'[backend.health]\ncontains = "fine"\n[[backend.endpoints]]\npath = "{EVIL_PATH}"\n',
            encoding="utf-8",
        )
        return run(folder / "reports", f"--environments={folder}", "--env=evil")


@pytest.fixture
def show(chromium):
    """Open a page in a window of a given size; what the console and the network say is kept."""
    contexts = []

    def opened(path, *, width=1280, height=900, scheme="light", **options):
        context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme, **options)
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.asked = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


def test_verdict_cause_evidence_and_steps_are_on_the_first_screen(show, broken):
    """At 1280 by 900 no scrolling is needed for gate sentence, card, cause, evidence and two steps."""
    page = show(broken[0])

    for selector in (
        ".gate",
        "[data-verdict=FAIL]",
        "section h3",
        ".evidence .decisive",
        "ol li:nth-child(2)",
    ):
        assert page.locator(selector).first.bounding_box()["y"] < 900, selector


def test_the_verdict_needs_no_javascript(show, broken):
    """With scripts switched off the verdict, the cause and the steps are there."""
    page = show(broken[0], java_script_enabled=False)

    assert "FAIL" in page.locator("article").first.inner_text()
    assert "render.no-server" in page.locator("section").first.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_no_screen_scrolls_sideways(show, broken, width, scheme):
    """The page fits a desktop and a phone, in light and in dark."""
    page = show(broken[0], width=width, scheme=scheme)

    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_gate_and_cards_are_above_the_fold(show, broken):
    """At 390 by 844 the gate sentence and the environment's card need no scrolling."""
    page = show(broken[0], width=390, height=844)
    box = page.locator("article").last.bounding_box()

    assert box["y"] + box["height"] <= 844


def test_the_title_names_environment_and_verdict(show, broken):
    """A tab can be told from others."""
    assert show(broken[0]).title() == "Smoke: local FAIL"


def test_every_test_has_a_row(show, broken):
    """The table has as many rows as the run has outcomes."""
    path, document = broken

    assert show(path).locator(".checks tbody tr").count() == len(document["environments"][0]["tests"])


def test_the_page_loads_nothing_and_complains_of_nothing(show, broken):
    """No request but the file itself, no error in the console."""
    page = show(broken[0])

    assert page.said == []
    assert page.asked == [broken[0].as_uri()]


@pytest.mark.parametrize("policy", ["kept", "removed"])
def test_hostile_text_runs_nothing(show, hostile, tmp_path, policy):
    """No word of a server, a file or an address is executed, also by escaping alone."""
    text = hostile[0].read_text(encoding="utf-8")
    if policy == "removed":
        text = text.replace("Content-Security-Policy", "X-None", 1)
    copy = tmp_path / "hostile.html"
    copy.write_text(text, encoding="utf-8")

    page = show(copy)

    assert "FAIL" in page.locator("article").first.inner_text()
    assert page.evaluate("window.__x") is None
    assert page.locator("[onerror],[onload],img[src=x]").count() == 0
