"""The report as a browser shows it: pages rendered from runs by hand, without a deployment."""

from __future__ import annotations

import shlex

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests_support.diagnosis import an_environment, answered, seen
from tests_support.run_documents import environment_report, run_document, run_of
from tests_support.suite import judge

from smokegate.observation.browser import BrowserView, PageCall, PageSeen, Picture
from smokegate.report import page as pages
from smokegate.report.page import page as rendered

HOSTILE = "</script><script>window.__x=1</script><img src=x onerror=window.__x=1><svg onload=window.__x=1>\u202e"
SCREENS = (
    ("broken", 1280, "light", False),
    ("broken", 1280, "dark", True),
    ("broken", 390, "light", True),
    ("broken", 320, "dark", False),
    ("several", 390, "dark", False),
    ("several", 320, "light", True),
)
"""Runs, widths, schemes, and whether everything is open: every pair of them is there."""
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write the page of a run; returns the file and the run."""
    folder = tmp_path_factory.mktemp("pages")

    def write(name, document):
        path = folder / f"{name}.html"
        path.write_text(rendered(document), encoding="utf-8")
        return path, document

    return write


@pytest.fixture(scope="module")
def broken(written):
    """A run over a deployment that no one serves."""
    return written("broken", run_of("no-server"))


@pytest.fixture(scope="module")
def several(written):
    """A run over two environments, one of them broken."""
    reports = [environment_report("PASS", "calm"), environment_report("no-server", "lost")]
    return written("several", run_document(*reports))


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


def opened(page, *, state):
    """Open or close every part of a page."""
    page.evaluate(f"document.querySelectorAll('details').forEach(e => {{ e.open = {str(state).lower()} }})")


def test_decision_cause_evidence_and_steps_are_on_the_first_screen(show, broken):
    """At 1280 by 900 no scrolling is needed for verdict, decision, cause, evidence and two steps."""
    page = show(broken[0])

    for selector in ("h1", ".reason", ".evidence .decisive", ".steps li:nth-child(2)", ".exchange summary"):
        assert page.locator(selector).first.bounding_box()["y"] < 900, selector


def test_the_decision_is_the_largest_line(show, broken):
    """Verdict, decision and reason, in words and not by colour alone."""
    path, document = broken
    page = show(path)

    decision = document["environments"][0]["decision"]
    assert " ".join(page.locator("h1").inner_text().split()) == f"FAIL {decision}"
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


@pytest.mark.parametrize("which", ["broken", "several"])
def test_no_screen_scrolls_sideways(show, request, which):
    """The page fits a desktop and a phone, closed and with everything open."""
    page = show(request.getfixturevalue(which)[0])

    for state in (False, True):
        opened(page, state=state)
        for width in (1280, 390, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: "-".join(map(str, screen)))
def test_axe_finds_no_violation(show, request, screen):
    """No violation of WCAG A and AA: desktop and phone, light and dark, closed and with everything open."""
    which, width, scheme, state = screen
    page = show(request.getfixturevalue(which)[0], width=width, scheme=scheme, bypass_csp=True)
    opened(page, state=state)
    found = Axe().run(page, options=WCAG).response["violations"]

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
    """A tab can be distinguished from others."""
    assert show(broken[0]).title() == "FAIL: staging"
    assert show(several[0]).title() == "1 of 2 broken: lost"


def test_a_request_is_coloured_by_what_the_checks_made_of_it(show, broken):
    """Not by its status: the 404 that a check expects is passed, and what was not sent says so."""
    path, document = broken
    page = show(path)
    words = "[...document.querySelectorAll('.exchange')].map(e => [e.id, e.querySelector('.word').textContent])"
    found = dict(page.evaluate(words))
    (environment,) = document["environments"]
    unsent = {f"staging-{each['name'].replace(' ', '-')}" for each in environment["exchanges"] if "answer" not in each}

    assert found["staging-health"] == "failed"
    assert unsent
    assert {found[each] for each in unsent} == {"not sent"}


def test_a_request_opens_to_its_whole_exchange(show, broken):
    """The curl line, headers and body that the edge sent, by keyboard alone."""
    page = show(broken[0])
    summary = page.locator(".exchange summary").filter(has_text="GET health").first
    summary.focus()
    page.keyboard.press("Enter")

    text = page.locator(".exchange[open]").inner_text()
    for part in ("curl -sS -i", "x-render-routing", "no-server", "Not Found"):
        assert part in text
    assert page.locator(".exchange[open] mark").all_inner_texts() == ["404", "text/plain: 'Not Found'", "no-server"]


def test_a_curl_line_is_copied(show, broken):
    """The button puts one line that a shell can read on the clipboard, and says so."""
    page = show(broken[0], permissions=["clipboard-read", "clipboard-write"])
    opened(page, state=True)
    button = page.locator(".exchange .command button").first
    button.click()

    page.locator(".command button", has_text="Copied").wait_for()
    line = page.evaluate("navigator.clipboard.readText()")
    assert line.startswith("curl -sS -i ")
    assert "\n" not in line
    assert shlex.split(line)[-1].startswith("https://backend.example.com/")


def test_bars_are_as_long_as_their_numbers(show, broken):
    """Begin and width of every bar are those of the run's JSON within 1 % of the axis; each has a name."""
    path, document = broken
    page = show(path)
    (environment,) = document["environments"]
    sent = [each for each in environment["exchanges"] if "answer" in each or "no_answer" in each]
    first = min(each["started"] for each in sent)
    span = max(each["started"] + each["seconds"] for each in sent) - first
    wanted = {}
    for each in sent:
        phases = [each["phases"][name] or 0 for name in ("dns", "connect", "tls", "wait", "download")]
        wanted[pages.templates().filters["anchor"](f"staging-{each['name']}")] = (
            (each["started"] - first) / span,
            sum(phases) / span,
        )
    opened(page, state=True)
    drawn = page.evaluate("""() => Object.fromEntries([...document.querySelectorAll('.exchange')].map(row => {
        const svg = row.querySelector('svg.bar'), rects = [...svg.querySelectorAll('rect')];
        const box = svg.getBoundingClientRect(), boxes = rects.map(e => e.getBoundingClientRect());
        const begin = Math.min(...boxes.map(e => e.left)), end = Math.max(...boxes.map(e => e.right));
        return [row.id, [(begin - box.left) / box.width, (end - begin) / box.width, svg.getAttribute('aria-label')]];
    }))""")

    assert wanted
    for name, (begin, width) in wanted.items():
        assert drawn[name][:2] == pytest.approx([begin, width], abs=0.01), name
        assert drawn[name][2].endswith(" ms")


def test_a_check_leads_to_its_request(show, broken):
    """A link of a failed check opens the request that it is about."""
    page = show(broken[0])
    page.locator(".checks [href$='-health']").first.click()

    assert page.locator(".exchange[open] .what").inner_text().endswith("GET health 1 of 3")


def test_the_cause_leads_to_its_entry_in_the_runbook(show, broken):
    """It is a part of the page, and opens where its link is followed."""
    page = show(broken[0])
    page.get_by_role("link", name="runbook entry").click()

    assert "Symptom:" in page.locator(".runbook details[open]").inner_text()


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


@pytest.fixture(scope="module")
def hostile():
    """A run over a server whose every word, and a file whose every name, is an attack."""
    path = "/a%22%3E%3Cimg%20src=x%20onerror=window.__x=1%3E"
    sections = {"title": HOSTILE, "frontend": None, "sign_in": None, "version": None}
    backend = {"url": "https://a.example.com", "health": {"contains": "fine"}, "endpoints": [{"path": path}]}
    environment = an_environment(name="evil", backend=backend, **sections)
    headers = {"content-type": "text/html", "x-evil": HOSTILE}
    changes = [answered(name, 500, HOSTILE, headers) for name in ("health", f"endpoint {path}")]
    document = run_document(judge(environment, seen(*changes, environment=environment)))
    document["run"]["ci"] = {"url": "javascript:window.__x=1", "branch": HOSTILE}
    return document


@pytest.mark.parametrize("layer", ["escaping", "policy"])
def test_hostile_text_runs_nothing(show, hostile, tmp_path, monkeypatch, layer):
    """No word of a server, a file or an address is executed: by escaping alone, and by the policy alone."""
    if layer == "escaping":
        text = rendered(hostile).replace("Content-Security-Policy", "X-None", 1)
    else:
        templates = pages.templates.__wrapped__()
        templates.autoescape = False
        monkeypatch.setattr(pages, "templates", lambda: templates)
        text = rendered(hostile)
    copy = tmp_path / "hostile.html"
    copy.write_text(text, encoding="utf-8")

    page = show(copy)

    assert "FAIL" in page.locator("h1").inner_text()
    assert page.evaluate("window.__x") is None
    if layer == "escaping":
        assert page.locator("[onerror],[onload],img[src=x]").count() == 0


def test_pictures_of_the_browser_are_part_of_the_page(show, written, chromium):
    """A screenshot is shown under the page's own policy and fits a phone."""
    with chromium.new_context(viewport={"width": 900, "height": 600}) as context:
        photographed = context.new_page()
        photographed.set_content("<h1>Backend Health: ERROR</h1>")
        jpeg = photographed.screenshot(type="jpeg", quality=50)
    call = PageCall("GET", "https://backend.example.com/api/" + "long/" * 60, "fetch", 200)
    missing = PageSeen("/", text="Backend Health: ERROR", drawn=True, missing=("'HEALTHY'",), calls=(call,))
    browser = BrowserView(browser="Chromium 1", pages=(missing,), pictures=(Picture("/", jpeg),))
    environment = an_environment(browser={"pages": [{"path": "/", "shows": ["HEALTHY"]}]})
    report = judge(environment, seen(environment=environment, browser=browser))
    path, document = written("pictures", run_document(report))
    page = show(path, width=390)
    opened(page, state=True)
    page.locator("figure img").scroll_into_view_if_needed()

    assert document["environments"][0]["cause"]["code"] == "browser.text-missing"
    assert page.locator("figure img").evaluate("(picture) => picture.decode().then(() => picture.naturalWidth)") == 900
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
