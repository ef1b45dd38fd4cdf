"""The frontend's scripts call another address than the backend's."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import REACHED, Level, Rule, Signs, Step
from smokegate.diagnosis.wording import quote, seen
from smokegate.observation.evidence.html import is_html

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.rule import Judge
    from smokegate.observation.model import ApiAddress

LOCAL = {"localhost", "127.0.0.1", "0.0.0.0", "::1"}  # noqa: S104 - names to find, not to listen on
REBUILD: Step = (
    "Set `VITE_API_BASE_URL` of the frontend's service to the backend's address ({calls}, with its path) and"
    " build again: it is read at build time only."
)
CACHE: Step = "Load `{frontend}` without cache, and look in the browser's network tab where its calls go."


def kind_of(case: Case, address: ApiAddress) -> str | None:
    """Return which of the four mistakes an address is, None for one that is right."""
    frontend = case.environment.frontend
    if frontend is None:
        return None
    found, wanted = urlsplit(address.resolved), urlsplit(frontend.calls or case.environment.backend.url)
    home = urlsplit(frontend.url)
    if (found.hostname, _port(found)) == (wanted.hostname, _port(wanted)) and found.scheme == wanted.scheme:
        return None
    if (found.hostname, _port(found)) == (home.hostname, _port(home)):
        return "frontend.calls-itself"
    if found.hostname == wanted.hostname and found.scheme == "http" and home.scheme == "https":
        return "frontend.plain-http"
    if found.hostname in LOCAL:
        return "frontend.calls-localhost"
    return "frontend.another-backend"


def _port(parts: object) -> int | None:
    port = getattr(parts, "port", None)
    return port or (443 if getattr(parts, "scheme", "") == "https" else 80)


def calling(code: str) -> Judge:
    """Judge by the API addresses that were found in the scripts."""

    def judge(case: Case) -> Signs | None:
        astray = [each for each in case.observation.api_addresses if kind_of(case, each) == code]
        if not astray:
            return None
        lines = [
            f"script {each.script}: it calls {quote(each.value)}, which is {quote(each.resolved)}" for each in astray
        ]
        right = [each for each in case.observation.api_addresses if kind_of(case, each) is None]
        return Signs(
            evidence=(*lines[:3], *(_pretence(case) if code == "frontend.calls-itself" else ())),
            exchanges=tuple(dict.fromkeys(name for each in astray if case.exchange(name := f"script {each.script}"))),
            confidence=Confidence.LIKELY if right else Confidence.CERTAIN,
            against=tuple(f"script {each.script}: it also calls {quote(each.value)}" for each in right[:1]),
            names={"called": astray[0].resolved},
        )

    return judge


def _pretence(case: Case) -> tuple[str, ...]:
    exchange, answer = case.exchange("api on frontend"), case.answer("api on frontend")
    if exchange is None or answer is None or not is_html(answer) or answer.status != 200:
        return ()
    return (seen(exchange, "a page, so that registering looks as if it worked"),)


def _rule(code: str, title: str, symptom: str, first: Step, competing: tuple[str, ...]) -> Rule:
    return Rule(
        code=code,
        title=title,
        level=Level.FRONTEND,
        owner=Owner.CONFIGURATION,
        symptom=symptom,
        reads=("the API addresses in the frontend's scripts", "`frontend.calls`, or `backend.url`"),
        judge=calling(code),
        steps=(first, REBUILD, CACHE),
        competing=competing,
        after=REACHED,
        unless=("frontend.down",),
    )


RULES = (
    _rule(
        "frontend.calls-localhost",
        "The frontend calls {called}, the visitor's own machine",
        "The page is there, and every call of it fails, except on the developer's machine.",
        "Look at the environment of the frontend's build: an API address that is not set falls back to the"
        " developer's.",
        ("a build without the variable", "a `.env.local` file that went into the build"),
    ),
    _rule(
        "frontend.calls-itself",
        "The frontend calls its own host for the API: {called}",
        "Registering looks as if it worked and shows a dashboard; login says 'Not Found', or nothing at all.",
        "Look at the environment of the frontend's build: a relative API address (`/api`) means the page's own host.",
        (
            "a build with a relative address",
            "a rewrite from the frontend's host to the backend that is missing",
        ),
    ),
    _rule(
        "frontend.plain-http",
        "The frontend is served over https and calls {called}",
        "Browsers block every call ('mixed content'); curl shows nothing wrong.",
        "Change the scheme of the API address in the environment of the frontend's build to `https`.",
        ("an address with the wrong scheme in the build's environment",),
    ),
    _rule(
        "frontend.another-backend",
        "The frontend calls another backend: {called}",
        "The page works, with another deployment's data, or its calls fail.",
        "Compare {called} with {calls}: a build of another environment, or an address from before a service"
        " was renamed.",
        (
            "a build that was made for another environment",
            "a backend that was renamed",
            "`frontend.calls` in {file} that is out of date",
        ),
    ),
)
