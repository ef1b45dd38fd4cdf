"""How a browser is found, what counts as seen, and what is noted. No browser is started."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from smokegate.environment.browser import Element
from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.load import load
from smokegate.environment.model import Environment
from smokegate.observation.browser import BrowserView, NoBrowser, PageCall, PageSeen, page
from smokegate.observation.browser.engine import Engine, NoBrowserError
from smokegate.observation.browser.find import VARIABLE, find, is_shell
from smokegate.observation.browser.follow_up import person_of, same_calls
from smokegate.observation.browser.model import Picture
from smokegate.observation.browser.page import NOTHING, Window, drawn, filled_in, says
from smokegate.observation.browser.sign_in import _is_email
from smokegate.observation.browser.visit import Visit
from smokegate.observation.evidence.redact import Redactor
from smokegate.observation.plan.step import FROM_HERE

START = 'title = "App"\n[backend]\nurl = "https://api.example.com"\n'


def loaded(folder: Path, text: str) -> Environment:
    """Load one environment."""
    (folder / "app.toml").write_text(START + text, encoding="utf-8")
    return load(["app"], directory=folder, variables={})[0]


def test_texts_and_tables_say_what_a_page_shows(tmp_path: Path) -> None:
    """A bare text is a text; a table is a role with its name."""
    written = '[[browser.pages]]\nshows = ["HEALTHY", { role = "heading", name = "Dashboard" }]\n'
    (page,) = loaded(tmp_path, written).browser.pages

    assert [str(each) for each in page.shows] == ["'HEALTHY'", "heading 'Dashboard'"]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ('[browser]\nurls = "https://x.example.com"', "did you mean"),
        ('[[browser.pages]]\nshows = [{ role = "heading", text = "x" }]', "one of the keys text, role"),
        ("[[browser.pages]]\nshows = [3]", "a text, or a table"),
        ('[browser.sign_in]\nlogin = "/login"', "needs [sign_in]"),
    ],
)
def test_mistake_is_reported_with_what_is_expected(wrong: str, told: str, tmp_path: Path) -> None:
    """A wrong key, table or value is refused before anything is sent."""
    with pytest.raises(EnvironmentErrors, match=told.replace("[", r"\[")):
        loaded(tmp_path, wrong)


@pytest.mark.parametrize(
    ("wanted", "text", "is_said"),
    [
        ("HEALTHY", "Backend Health: healthy", True),
        ("HEALTHY", "Backend Health: UNHEALTHY", False),
        ("ready", "It is not ready", False),
        ("ready", "not ready, then ready", True),
        ("Backend Health: ERROR", "Backend\n Health:   ERROR!", True),
        ("€ 5", "only € 5.", True),
    ],
)
def test_text_is_found_as_whole_words(wanted: str, text: str, *, is_said: bool) -> None:
    """A word is not found in another, nor in its opposite."""
    assert says(wanted, text) is is_said


@pytest.mark.parametrize(
    ("facts", "shows"),
    [
        ({"text": "  \n "}, False),
        ({"text": "Loading…"}, False),
        ({"text": "", "big": 1}, True),
        ({"text": "Loading Dock Ltd"}, True),
    ],
)
def test_blank_page_and_spinner_show_nothing(facts: dict[str, object], *, shows: bool) -> None:
    """A text that only says that it loads is nothing to be seen; a picture or a control is something."""
    assert drawn({**NOTHING, **facts}) is shows


def result_of(coroutine: Coroutine[Any, Any, bool]) -> bool:
    """Run what awaits nothing real, without a loop: another test of this process may have one running."""
    with pytest.raises(StopIteration) as ended:
        coroutine.send(None)
    return bool(ended.value.value)


def test_quiet_before_a_form_was_sent_does_not_end_the_wait_for_its_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a form takes seconds to fill in: what it leads to is waited for all the same."""
    now, record = [100.0], SimpleNamespace(quiet=60.0)

    async def pass_time(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(page, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(page, "asyncio", SimpleNamespace(sleep=pass_time))

    async def is_there() -> bool:
        return now[0] >= 102.0

    assert result_of(Window(None, record, timeout=10.0).wait(is_there))
    assert not result_of(Window(None, record, timeout=1.0).wait(lambda: pass_time(0.0)))


def test_account_stands_in_what_must_be_shown() -> None:
    """`{email}` and `{name}` are the account's."""
    (welcome,) = filled_in((Element(text="Welcome, {name}"),), email="a@example.com", name="Smoke 1")

    assert welcome.text == "Welcome, Smoke 1"


@pytest.mark.parametrize(
    ("field", "is_email"),
    [
        (["email", "", "", "", "", "", False, ""], True),
        (["text", "username", "", "", "", "", False, ""], True),
        (["text", "", "", "", "", "E-Mail", False, ""], True),
        (["text", "full_name", "", "", "", "Name of the user", False, ""], False),
        (["password", "login_password", "", "", "", "", False, ""], False),
    ],
)
def test_field_for_the_address_is_known_by_type_name_and_label(field: list[object], *, is_email: bool) -> None:
    """Forms without proper labels are filled in, too."""
    assert _is_email(field) is is_email


def test_variable_says_which_browser_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that it names is used; one that is none, and `none`, are reported with what helps."""
    monkeypatch.setenv(VARIABLE, "sh")
    assert str(find()).endswith("/sh")
    for value in ("none", "no-such-browser"):
        monkeypatch.setenv(VARIABLE, value)
        absent = find()
        assert isinstance(absent, NoBrowser)
        assert VARIABLE in absent.remedy


@pytest.mark.parametrize(
    ("program", "shell"),
    [("", True), ("/usr/bin/chromium-headless-shell", True), ("/usr/bin/chromium", False), ("/headless/chrome", False)],
)
def test_shell_is_known_by_its_name(program: str, *, shell: bool) -> None:
    """Only a whole Chromium has an address bar whose pages are turned off."""
    assert is_shell(program) is shell


async def nothing(_: Any) -> None:
    """Use a browser and do nothing with it."""


def test_browser_that_was_started_early_stays_until_its_last_user_has_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why it did not start is said to each that uses it; leaving twice does nothing, and what was left ends."""
    monkeypatch.setenv(VARIABLE, "none")
    engine = Engine()
    first, second = engine.use(), engine.use()
    engine.warm()
    first()
    first()
    for _ in range(2):
        with pytest.raises(NoBrowserError, match=VARIABLE):
            engine.run(nothing, 60.0)
    second()
    engine.join()
    with pytest.raises(AssertionError, match="use"):
        engine.warm()
    again = engine.use()
    with pytest.raises(NoBrowserError):
        engine.run(nothing, 60.0)
    again()
    engine.join()

    assert engine._last is not None
    assert not engine._last.thread.is_alive()


def test_calls_that_failed_are_repeated_from_here_only_where_they_change_nothing(tmp_path: Path) -> None:
    """A GET to the application's own origin is sent again with the page's origin; a POST, or a third party, is not."""
    environment = loaded(tmp_path, '[browser]\nurl = "https://www.example.com"\n')
    api = "https://api.example.com"
    calls = (
        PageCall("GET", f"{api}/quotes?x=1", "fetch", error="net::ERR_FAILED"),
        PageCall("POST", f"{api}/orders", "fetch", 500),
        PageCall("GET", "https://ads.example.org/x", "fetch", error="net::ERR_FAILED"),
        PageCall("GET", f"{api}/fine", "fetch", 200),
    )
    seen = BrowserView(pages=(PageSeen("/", "https://www.example.com/", calls=calls),))
    (step,) = same_calls(environment, seen)

    assert step.name == f"{FROM_HERE}GET /quotes?x=1"
    assert step.target.headers == (("Origin", "https://www.example.com"),)


def test_standing_account_signs_in_where_none_may_be_created(tmp_path: Path) -> None:
    """Without `creates_accounts` nothing is registered; without an account no one signs in."""
    text = '[sign_in]\nlogin = "/login"\naccount = "/me"\n[browser.sign_in]\nregister = "/register"\n'
    environment = loaded(tmp_path, text)

    assert environment.missing
    assert person_of(environment) is None


def test_pictures_of_many_pages_leave_room_for_what_is_wrong_and_cover_shown_tokens(tmp_path: Path) -> None:
    """Six pages that are as they should be are pictured; a wrong one after them is, too, and no token is shown."""
    environment = loaded(tmp_path, '[frontend]\nurl = "https://www.example.com"\n[browser]\n')
    visit = Visit(environment, Redactor(), None, lambda *_: None, 1.0)
    visit._tokens = ("eyJhbGciOiJIUzI1NiJ9.abc",)
    covered: list[list[str]] = []

    async def picture(title: str, secrets: list[str]) -> Picture:
        covered.append(secrets)
        return Picture(title, b"")

    window: Any = SimpleNamespace(picture=picture)
    for index in range(8):
        result_of(visit._picture(window, f"/sound-{index}", wrong=False))
    result_of(visit._picture(window, "/wrong", wrong=True))

    assert [each.title for each in visit._view.pictures] == [*(f"/sound-{index}" for index in range(6)), "/wrong"]
    assert all("eyJhbGciOiJIUzI1NiJ9.abc" in secrets for secrets in covered)


def test_call_that_may_go_to_the_wrong_origin_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that does not exist takes seconds on a busy machine; a page that only polls is not waited for."""
    now = [100.0]

    async def pass_time(seconds: float) -> None:
        now[0] += seconds

    async def is_there() -> bool:
        return True

    def waited(until: float) -> float:
        began = now[0]
        record = SimpleNamespace(quiet=0.0, awaits=lambda _: now[0] < began + until)
        assert result_of(Window(None, record, timeout=10.0).wait(is_there))
        return now[0] - began

    monkeypatch.setattr(page, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(page, "asyncio", SimpleNamespace(sleep=pass_time))

    assert waited(0.0) < 1.5
    assert 3.0 <= waited(3.0) < 3.5
    assert 10.0 <= waited(60.0) < 10.5
