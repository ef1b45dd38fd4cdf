"""The report as a browser shows it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
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


@pytest.fixture(scope="session")
def several(tmp_path_factory):
    """The reports of a run over two environments, one of them broken."""
    folder = tmp_path_factory.mktemp("several")
    with serve() as web:
        web.answers["/health"] = reply({"status": "ok"}, 200)
        for name, path in (("calm", "/health"), ("lost", "/nothing-here")):
            (folder / f"{name}.toml").write_text(
                f'title = "{name}"\n[backend]\nurl = "{web.url}"\n[backend.health]\npath = "{path}"\n',
                encoding="utf-8",
            )
        return run(folder / "reports", f"--environments={folder}", "--env=calm,lost")


def test_decision_cause_evidence_and_steps_are_on_the_first_screen(show, broken):
    """At 1280 by 900 no scrolling is needed for verdict, decision, cause, evidence and two steps."""
    page = show(broken[0])

    for selector in ("h1", ".reason", ".evidence .decisive", ".steps li:nth-child(2)", ".exchange summary"):
        assert page.locator(selector).first.bounding_box()["y"] < 900, selector


def test_the_decision_is_the_largest_line(show, broken):
    """Verdict, decision and reason, in words and not by colour alone."""
    page = show(broken[0])

    assert page.locator("h1").inner_text().split() == ["FAIL", "fix", "or", "roll", "back"]
    sizes = page.evaluate("[...document.querySelectorAll('body *')].map(e => parseFloat(getComputedStyle(e).fontSize))")
    assert max(sizes) == float(page.evaluate("parseFloat(getComputedStyle(document.querySelector('h1')).fontSize)"))


def test_all_of_it_is_there_without_javascript(show, broken):
    """With scripts switched off verdict, cause, steps, every request and every check are there; no dead control is."""
    path, document = broken
    page = show(path, java_script_enabled=False)

    (environment,) = document["environments"]
    assert "FAIL" in page.locator("h1").inner_text()
    assert environment["cause"]["code"] in page.locator(".why").inner_text()
    assert page.locator(".exchange").count() == len(environment["exchanges"])
    assert page.locator(".checks > li:visible").count() == len(environment["tests"])
    assert page.locator("button:visible, input:visible").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("which", ["broken", "several"])
def test_no_screen_scrolls_sideways(show, request, which, width, scheme):
    """The page fits a desktop and a phone, in light and in dark, closed and with everything open."""
    page = show(request.getfixturevalue(which)[0], width=width, scheme=scheme)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("document.querySelectorAll('details').forEach(e => { e.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
@pytest.mark.parametrize("which", ["broken", "several"])
def test_axe_finds_no_violation(show, request, which, width, scheme):
    """No violation of WCAG A and AA, closed and with everything open."""
    page = show(request.getfixturevalue(which)[0], width=width, scheme=scheme, bypass_csp=True)
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}

    for state in ("false", "true"):
        page.evaluate(f"document.querySelectorAll('details').forEach(e => {{ e.open = {state} }})")
        found = Axe().run(page, options=options).response["violations"]
        assert [(each["id"], [node["target"] for node in each["nodes"]][:3]) for each in found] == []


def test_every_target_can_be_hit(show, broken):
    """Buttons and summaries are at least 24 px high."""
    page = show(broken[0], width=390)

    heights = page.evaluate(
        "[...document.querySelectorAll('summary,button,input')].filter(e => e.offsetParent)"
        ".map(e => e.matches('[type=checkbox]') ? e.parentElement.offsetHeight : e.offsetHeight)"
    )
    assert min(heights) >= 24


def test_on_a_phone_decision_and_cause_are_above_the_fold(show, broken):
    """At 390 by 844 the decision and the decisive evidence need no scrolling."""
    page = show(broken[0], width=390, height=844)
    box = page.locator(".evidence .decisive").bounding_box()

    assert box["y"] + box["height"] <= 844


def test_the_title_begins_with_the_verdict(show, broken, several):
    """A tab can be told from others."""
    assert show(broken[0]).title() == "FAIL: local"
    assert show(several[0]).title() == "1 of 2 not OK: lost"


def test_a_request_is_coloured_by_what_the_checks_made_of_it(show, broken):
    """Not by its status: the 404 that a check expects is passed, and what was not sent says so."""
    path, document = broken
    page = show(path)
    found = dict(
        page.evaluate(
            "[...document.querySelectorAll('.exchange')].map(e => [e.querySelector('.what').textContent,"
            " e.querySelector('.word').textContent])"
        )
    )
    assert found["GET health"] == "failed"
    unsent = [each["name"] for each in document["environments"][0]["exchanges"] if "answer" not in each]
    assert unsent
    assert {word for what, word in found.items() if what.split(" ", 1)[1] in unsent} == {"not sent"}


def test_a_request_opens_to_its_whole_exchange(show, broken):
    """The curl line, headers and body that the edge sent, by keyboard alone."""
    page = show(broken[0])
    summary = page.locator(".exchange summary").filter(has_text="GET health").first
    summary.focus()
    page.keyboard.press("Enter")

    text = page.locator(".exchange[open]").inner_text()
    for part in ("curl -sS -i", "x-render-routing", "no-server", "Not Found"):
        assert part in text


def test_a_check_leads_to_its_request(show, broken):
    """A link of a failed check opens the request that it is about."""
    page = show(broken[0])
    page.locator(".checks [href$='-health']").first.click()

    assert page.locator(".exchange[open] .what").inner_text().endswith("GET health")


def test_search_and_filters_leave_what_fits(show, broken):
    """By text and by outcome; emptied, everything is there again."""
    page = show(broken[0])
    rows = page.locator(".checks > li:visible")
    every = rows.count()

    page.get_by_label("Search").fill("routing.app-answers")
    assert 0 < rows.count() < every
    page.get_by_label("Search").fill("")
    page.get_by_label("passed").uncheck()
    assert "passed" not in rows.locator("> .word").all_inner_texts()
    page.get_by_label("passed").check()
    assert rows.count() == every


def test_what_is_broken_comes_first(show, several):
    """Of several environments the broken one, and of its checks the failed ones."""
    page = show(several[0])

    assert page.locator(".list tbody tr").first.inner_text().startswith("FAIL")
    assert page.locator(".environment").first.get_attribute("id") == "lost"
    assert page.locator(".checks > li .word").first.inner_text() == "failed"


def test_the_page_loads_nothing_and_complains_of_nothing(show, broken):
    """No request but the file itself, no error in the console."""
    page = show(broken[0])

    assert page.said == []
    assert page.asked == [broken[0].as_uri()]


def test_the_page_works_in_a_sandboxed_frame(show, broken, tmp_path):
    """As some CI systems show artifacts: without scripts, in a frame."""
    frame = tmp_path / "frame.html"
    frame.write_text(f'<iframe sandbox src="{broken[0].as_uri()}" width=1200 height=800></iframe>', encoding="utf-8")
    page = show(frame)

    assert "FAIL" in page.frame_locator("iframe").locator("h1").inner_text()


def test_a_page_is_small(broken):
    """All evidence of a run of some twenty checks is within 80 kB."""
    assert broken[0].stat().st_size <= 80_000


@pytest.mark.parametrize("policy", ["kept", "removed"])
def test_hostile_text_runs_nothing(show, hostile, tmp_path, policy):
    """No word of a server, a file or an address is executed, also by escaping alone."""
    text = hostile[0].read_text(encoding="utf-8")
    if policy == "removed":
        text = text.replace("Content-Security-Policy", "X-None", 1)
    copy = tmp_path / "hostile.html"
    copy.write_text(text, encoding="utf-8")

    page = show(copy)

    assert "FAIL" in page.locator("h1").inner_text()
    assert page.evaluate("window.__x") is None
    assert page.locator("[onerror],[onload],img[src=x]").count() == 0
