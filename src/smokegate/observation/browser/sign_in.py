"""Signs in through the page like a user: register, log out, log in again, reload."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from smokegate.environment.browser import BrowserSignIn, Element
from smokegate.observation.browser.model import Journey, Person, SignInStep
from smokegate.observation.browser.page import SHORT, Window, drawn, filled_in, says
from smokegate.observation.browser.record import Mark

if TYPE_CHECKING:
    from playwright.async_api import Locator

VISIBLE = "input:visible:not([type=hidden]):not([type=submit]):not([type=button]):not([type=image])"
EMAIL = re.compile(r"e-?mail|user|login|account|benutzer|correo|identifi", re.IGNORECASE)
NAME = re.compile(r"name|nombre|nom\b", re.IGNORECASE)
SUBMIT = "button[type=submit]:visible, input[type=submit]:visible, button:not([type]):visible"
LOG_OUT = re.compile(
    r"^\W*(log|sign)[\s-]?(out|off)\b|abmelden|ausloggen|d[ée]connexion|cerrar sesi[óo]n|esci\b", re.IGNORECASE
)
READ = """(inputs) => inputs.map((e) => [
  e.type, e.name, e.id, e.placeholder, e.autocomplete,
  e.labels?.[0]?.innerText || e.ariaLabel || e.parentElement?.querySelector("label")?.innerText || "",
  e.required, e.value,
])"""
OUTCOME_WAIT = 1.0
"""Seconds after a failed call until the page must show the outcome."""


class PageSignIn:
    """The sign-in flow of one user in the browser.

    `trusted` returns whether a URL may receive the credentials; `sending` is called before the account is created.
    """

    def __init__(  # noqa: PLR0913, PLR0917 -- a value each, given once
        self,
        window: Window,
        section: BrowserSignIn,
        person: Person,
        base: str,
        trusted: Callable[[str], bool],
        sending: Callable[[str, str], None],
    ) -> None:
        self._window = window
        self._section = section
        self._person = person
        self._base = base.rstrip("/")
        self._trusted = trusted
        self._sending = sending
        self._shown = filled_in(section.shows, email=person.email, name=person.name)
        window.record.expect_account(person.email)

    async def go(self) -> Journey:
        """Perform the steps until one fails."""
        steps: list[SignInStep] = []
        first = "register" if self._person.creates else "log in"
        steps.append(
            await self._enter(first, self._section.register_page if self._person.creates else self._section.login)
        )
        if steps[-1].succeeded:
            await self._log_out()
            steps.append(await self._enter("log in again", self._section.login))
        if steps[-1].succeeded and len(steps) > 1 and self._section.reload:
            mark = self._window.record.mark()
            await self._window.page.reload(wait_until="domcontentloaded", timeout=1000 * self._window.timeout)
            steps.append(await self._outcome("reload", mark, sent=False))
        calls = [each for each in steps[0].page.calls if each.has_account] if self._person.creates else []
        registered = any(200 <= (each.status or 0) < 400 for each in calls)
        return Journey(tuple(steps), registered=registered)

    async def _enter(self, name: str, path: str | None) -> SignInStep:
        """Open a form, fill it in and submit it."""
        window = self._window
        opened = await window.open(f"{self._base}{path}", path or "/", form=True)
        if opened.problem or not opened.drawn:
            return SignInStep(name, opened)
        if not self._trusted(window.page.url):
            where = urlsplit(window.page.url).netloc
            return SignInStep(name, opened, problem=f"the form is at {where}, which browser.origins does not name")
        mark = window.record.mark()
        if not await self._fill():
            return SignInStep(name, opened, problem="its fields were not found: name them in browser.sign_in.fields")
        if name == "register":
            self._sending(self._person.email, self._person.password)
        await self._submit()
        return await self._outcome(name, mark, sent=True)

    async def _outcome(self, name: str, mark: Mark, *, sent: bool) -> SignInStep:
        """Wait until the page says the outcome of a step."""
        window, facts, shown = self._window, {}, False
        decided: float | None = None

        async def is_done() -> bool:
            nonlocal facts, shown, decided
            facts = await window.facts()
            shown = drawn(facts) and await self._is_shown(facts)
            calls = [each for each in window.record.since(mark)[0] if each.has_account]
            failed = any(each.error or (each.status or 0) >= 400 for each in calls)
            if sent and failed and facts["ready"] == "complete":
                decided = decided or time.monotonic()
            return shown or (decided is not None and time.monotonic() - decided > OUTCOME_WAIT)

        await window.wait(is_done, quiet=SHORT)
        page = window.seen(mark, facts, urlsplit(window.page.url).path)
        gone = page.drawn and not facts["password"]
        return SignInStep(name, page, form_gone=gone, account_shown=shown, alert=" ".join(facts["alert"].split()))

    async def _is_shown(self, facts: dict[str, Any]) -> bool:
        if self._shown:
            return not await self._window.absent(self._shown, facts)
        if facts["password"]:
            return False
        return any(says(each, facts["text"]) for each in (self._person.email, self._person.name) if each)

    async def _fill(self) -> bool:
        """Fill in the form; False if its fields are not found."""
        window, declared, person = self._window, self._section.fields, self._person
        fields = window.page.locator(VISIBLE)
        read = await fields.evaluate_all(READ)
        email = self._declared(declared.email) or _first(fields, read, _is_email)
        if email is None:
            return False
        await email.fill(person.email)
        if not declared.password and not any(each[0] == "password" for each in read):
            await self._submit()  # a two-step form: the password is on the next page
            await window.page.locator("input[type=password]:visible").first.wait_for(timeout=1000 * window.timeout / 2)
            read = await fields.evaluate_all(READ)
        for index, (kind, *words, required, value) in enumerate(read[:30]):
            field, label = fields.nth(index), " ".join(map(str, words))
            if kind == "password" and not declared.password:
                await field.fill(person.password)
            elif kind == "checkbox" and required:
                await field.check()
            elif kind == "text" and not value and not _is_email(read[index]) and (required or NAME.search(label)):
                await field.fill(person.name)
        for where, what in ((declared.password, person.password), (declared.name, person.name)):
            if where is not None:
                await window.locate(where).first.fill(what)
        return True

    def _declared(self, where: Element | None) -> Locator | None:
        return None if where is None else self._window.locate(where).first

    async def _submit(self) -> None:
        page, declared = self._window.page, self._section.fields.submit
        if declared is not None:
            await self._button(declared).click()
            return
        form = page.locator("form").filter(has=page.locator("input[type=password], input[type=email]"))
        inside = form.first.locator(SUBMIT) if await form.count() else page.locator(SUBMIT)
        if await inside.count():
            await inside.first.click()
        else:
            await page.keyboard.press("Enter")

    def _button(self, where: Element) -> Locator:
        page = self._window.page
        return page.get_by_role("button", name=where.label).first if where.label else self._window.locate(where).first

    async def _log_out(self) -> None:
        """Log out like a user; also clear the session, in case there is no logout button."""
        page, declared = self._window.page, self._section.fields.logout
        if declared is not None:
            await self._button(declared).click()
        else:
            for role in ("button", "link", "menuitem"):
                found: Any = page.get_by_role(role, name=LOG_OUT)
                if await found.first.is_visible():
                    await found.first.click()
                    break
        await self._window.wait(self._form_is_there, quiet=0.0)
        await page.context.clear_cookies()
        await page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")

    async def _form_is_there(self) -> bool:
        return bool((await self._window.facts())["password"])


def _is_email(read: list[Any]) -> bool:
    kind, name, identity, placeholder, complete, label, *_ = read
    if kind == "email" or complete in {"email", "username"}:
        return True
    first = f"{name} {identity} {placeholder} {label}"
    return kind == "text" and bool(EMAIL.search(first)) and not re.search(r"full|first|last", first, re.IGNORECASE)


def _first(fields: Locator, read: list[list[Any]], fits: Callable[[list[Any]], bool]) -> Locator | None:
    return next((fields.nth(index) for index, each in enumerate(read) if fits(each)), None)
