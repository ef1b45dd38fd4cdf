"""Discovers one deployment with at most fifteen GET requests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from smokegate.observation.discovery.found import Found, VersionSource, page_to_sign_in, wants_basic
from smokegate.observation.discovery.getter import Getter, Response
from smokegate.observation.discovery.health import (
    HealthCheck,
    confirmed,
    health_check,
    health_paths,
    knowledge,
    paths_of,
    token_urls,
    unreachable_check,
)
from smokegate.observation.plan.step import web_origin
from smokegate.observation.transport.pool import Pool

if TYPE_CHECKING:
    from smokegate.observation.plan.frontend.page import Page

MISSING_PAGE = "/smokegate-no-such-page"
FIRST_ROUND = 2
"""Health check paths tried in the first round, together with the page: one of them usually matches."""
SCRIPTS = 3
PAGE_MARKS = ("</html>", "</HTML>", "</body>", "</BODY>", "<html", "<HTML", "<!doctype html", "<!DOCTYPE html", "<")


def discover(url: str, pool: Pool, health: str = "", sent: int = 0) -> Found:
    """Discover a deployment; `health` is the health check's path, if known, `sent` the requests already used up."""
    found = Found(url)
    getter = Getter(url, pool, sent)
    known = [health] if health else knowledge()["health"]
    first = getter.get(["/", MISSING_PAGE, "/openapi.json", *known[:FIRST_ROUND]])
    page = first["/"]
    found.answered = any(each.status for each in first.values())
    if not found.answered:
        found.requests = getter.sent
        found.missing.append(f"nothing answers: {page.problem}")
        return found
    if (moved := _adopted(url, page)) is not None:
        again = discover(moved, pool, health, getter.sent)
        again.assumed.insert(0, f"{url} redirects to {moved}: that is what is checked")
        return again
    _note_api(found, first["/openapi.json"])
    check, answers = _health_check(getter, first, known)
    parsed = _parsed(found, page)
    scripts = tuple(parsed.scripts)[:SCRIPTS] if parsed is not None else ()
    more = getter.get([*([check.path] if check is not None else []), *scripts])
    _note_health(found, check, answers, known, more)
    if found.health is None and health:
        found.health = HealthCheck(health, first[health].status if first[health].ok else 200)
        found.assumed.append(f"health check {health}, as given: it must answer {found.health.status}")
    _note_page(found, page)
    if parsed is not None:
        _note_calls(found, page, parsed, [more[url] for url in scripts if url in more])
    _note_sign_in(found, first)
    _note_version(found, [*first.values()])
    found.requests = getter.sent
    return found


def _adopted(url: str, page: Response) -> str | None:
    """Return where the whole site redirects: to or from `www`, or to https."""
    if not page.url:
        return None
    before, after = urlsplit(url), urlsplit(page.url)
    if web_origin(url) == web_origin(page.url):
        return None
    same = (before.hostname or "").removeprefix("www.") == (after.hostname or "").removeprefix("www.")
    return urlunsplit((after.scheme, after.netloc, before.path, "", "")).rstrip("/") if same else None


def _note_api(found: Found, response: Response) -> None:
    paths = paths_of(response)
    if not (response.ok and paths):
        return
    found.api_description = response.path
    found.found.append(f"API description {response.path} with {len(paths)} paths")
    for token in token_urls(response):
        found.token_url = f"/{token.lstrip('/')}" if "://" not in token else ""
        found.found.append(f"sign-in by an OAuth2 password form at {token}: not checked without an account")


def _health_check(
    getter: Getter, first: dict[str, Response], known: list[str]
) -> tuple[HealthCheck | None, dict[str, Response]]:
    """Return the health check and all responses; sends a second round if the first found none."""
    missing_page, page = first[MISSING_PAGE], first["/"]
    answers = dict(first)
    check = health_check([first[path] for path in known[:FIRST_ROUND] if path in first], missing_page, page)
    if check is None:
        keep = SCRIPTS if page.is_html and "<script" in page.text.lower() else 0
        tried = (*health_paths(first["/openapi.json"]), *known[FIRST_ROUND:])
        more = [path for path in tried if path not in answers][: max(0, getter.left - keep - 1)]
        answers |= getter.get(more)
        check = health_check([answers[path] for path in more if path in answers], missing_page, page)
    return check or unreachable_check([answers[path] for path in known if path in answers], missing_page), answers


def _note_health(
    found: Found, check: HealthCheck | None, answers: dict[str, Response], known: list[str], more: dict[str, Response]
) -> None:
    if check is None:
        guarded = [path for path in known if path in answers and answers[path].status in {401, 403}]
        found.guarded = guarded[0] if guarded else ""
        tried = [path for path in known if path in answers]
        none = f"tried {', '.join(tried)}" if len(tried) > 1 else f"{known[0]} does not answer like one"
        found.missing.append(f"health check: {f'{found.guarded} wants credentials' if guarded else none}")
        return
    found.health = confirmed(check, more.get(check.path))
    status_text = f", {check.key} is {json.dumps(check.value, ensure_ascii=False)}" if check.key else ""
    found.found.append(f"health check {check.path} answers {check.status}{status_text}")
    if found.health.key and found.health.says_healthy:
        value = json.dumps(check.value, ensure_ascii=False)
        found.assumed.append(f"{value} is what a healthy answer has in {check.key}")
    if check.database:
        found.assumed.append("the health check depends on the database, since it speaks of one")


def _note_sign_in(found: Found, first: dict[str, Response]) -> None:
    found.basic = wants_basic(first.values())
    if found.basic:
        found.missing.append("user and password: it wants Basic authentication; the file has a place for them")
    page = first["/"]
    found.sign_in = page_to_sign_in(page) if web_origin(page.url) == web_origin(found.url) else None
    if found.sign_in is not None:
        made = f", by its form {found.sign_in.preset}'s" if found.sign_in.preset else ""
        found.found.append(f"a page to sign in, {found.sign_in.login}{made}: not checked without an account")


def _parsed(found: Found, page: Response) -> Page | None:
    """Return the parsed page, None if this host has none."""
    if not (page.ok and page.is_html and web_origin(page.url) == web_origin(found.url)):
        return None
    from smokegate.observation.plan.frontend.page import page_of  # noqa: PLC0415 - loaded while the page comes

    return page_of(page.text, page.url)


def _note_page(found: Found, page: Response) -> None:
    if page.status in {401, 403}:
        found.missing.append(f"page: / answers {page.status}, it wants credentials")
    elif not page.status:
        found.missing.append(f"page: / gives no answer: {page.problem}")
    elif web_origin(page.url) != web_origin(found.url):
        found.leads_to = web_origin(page.url)
        found.missing.append(f"page: / leads to another host, {found.leads_to}")
    elif not (page.ok and page.is_html):
        found.missing.append(
            f"page: / answers {page.status}" + ("" if page.is_html else ", and its body is not a page")
        )
    else:
        found.page = True
        found.page_mark = next((each for each in PAGE_MARKS if each in page.text), "")
        found.found.append("page /")
        if found.health is None:
            found.assumed.append("without a health check it is judged by its page only")


def _note_calls(found: Found, page: Response, parsed: Page, scripts: list[Response]) -> None:
    from smokegate.observation.model import DYNAMIC  # noqa: PLC0415 - see `_parsed`
    from smokegate.observation.plan.frontend.reading import SURE, Reading  # noqa: PLC0415 - see `_parsed`

    reading = Reading(page.url, parsed)
    found.scripts = bool(parsed.scripts)
    for response in scripts:
        if response.ok:
            reading.add(response.path, response.text)
    addresses = [each.resolved.partition(DYNAMIC)[0] for each in reading.addresses() if each.how in SURE]
    found.calls = tuple(dict.fromkeys(web_origin(each) for each in addresses))
    for origin in found.calls:
        other = origin != web_origin(found.url)
        found.found.append(
            f"its scripts call {origin}" + (f"; check it too: smokegate check {origin}" if other else "")
        )


def _note_version(found: Found, answers: list[Response]) -> None:
    for response in answers:
        if not response.ok or response.path == MISSING_PAGE:
            continue
        for name in knowledge()["version_headers"]:
            if value := response.headers.get(name):
                found.version = found.version or VersionSource(response.path, value, header=name)
        body = response.json if isinstance(response.json, dict) and response.path != "/openapi.json" else {}
        for key in knowledge()["version_keys"]:
            if isinstance(body.get(key), str) and body[key]:
                found.version = found.version or VersionSource(response.path, body[key], field=key)
    if found.version is not None:
        where = found.version.header or found.version.field
        found.found.append(f"version {found.version.value} in {where} of {found.version.path}")
    else:
        found.missing.append("version: no response contains one")
