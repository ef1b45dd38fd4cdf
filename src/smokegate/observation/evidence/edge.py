"""Distinguishes an answer that something in front of the application made from one that the application gave.

What single platforms and proxies say is data in `smokegate/knowledge/edges/`; an edge that no file names is recognised
by general signs (`gateway`). An answer that is plainly the application's is recognised without reading any of it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from smokegate.observation.evidence.html import is_html
from smokegate.observation.exchange import Answer
from smokegate.observation.transport.limits import number

if TYPE_CHECKING:
    from smokegate.environment.model import Expectation
    from smokegate.knowledge.edge_files import EdgeFile, Sign

UNKNOWN = "A gateway that is not known"
"""The name of an edge that no file names."""
MARKS = ("x-render-routing", "ngrok-error-code", "cf-mitigated", "x-vercel-error", "x-amzn-waf-action")
"""Headers that stand on answers of an edge only, whatever their status and body."""
TITLES = re.compile(
    r"<title>[^<]*(?:welcome to|default (?:web ?)?(?:page|site)|it works|parked|for sale|coming soon|just a moment"
    r"|domain (?:name )?(?:has |is )?expired"
    r"|unavailable|suspended|not found|waking|starting|loading|warning|attention|sign in|error|no such|maintenance"
    r"|(?:will|.ll) be (?:right )?back|be right back|back soon|login[^<]*vercel"
    r"|(?:request|access) [^<]{0,20}(?:rejected|denied)"
    r"|blocked|web filter|captcha|robot challenge|security checkpoint|just a second|captive portal|iis windows server"
    r"|not a (?:ro)?bot|(?:a|you) human|human verif|checking your browser|one moment, please"
    r"|congratulations|container service|elastic beanstalk|new web ?server|up and running)"
    r"|welcome to render|service waking up|incoming http request detected|allocating compute resources"
    r"|run this repl|<h1>it works|_incapsula_resource|sgcaptcha|successfully installed tomcat"
    r"|[\"']/lander[\"']|window\.park\s*=|/cgi-sys/|is parked"
    r"|buy this domain|domain (?:name )?[\w.-]{0,80} ?is for sale|<h1>200 ok</h1>\s*service ready|guru meditation"
    r"|<h1>placeholder page</h1>"
    r"|<h1>[^<]{0,40}\b(?:be (?:right )?back|under maintenance|down for maintenance)\b",
)
"""In small letters: a page with 200 is worth a second look only where its title is none of an application's."""
STALE = 3600
"""Seconds after which a cached answer of a health check is worth nothing."""
LOOKED_AT = 20_000
"""So much of a body is looked at: pages of an edge are short, and say it early."""


class EdgeAnswer(Struct, frozen=True):
    """What an edge-made answer says."""

    code: str
    """The cause's code in the diagnosis."""
    sign: str
    """The line that proves it."""
    heals: bool
    """Whether waiting can heal it."""
    edge: str = UNKNOWN
    """Whose answer it is."""
    certain: bool = True
    """False where another answer could look the same."""
    weak: bool = False
    """True where the application itself may well answer so on a path that it does not have."""
    title: str | None = None
    """In place of the cause's own title."""
    steps: tuple[str, ...] = ()
    """What to do on this platform."""
    header: bool = False
    """Whether the sign is a header as it came."""


def edge_answer(answer: Answer, promise: Expectation | None = None) -> EdgeAnswer | None:
    """Return what the edge says of itself, or None where the application answered.

    Args:
        answer: the response.
        promise: what is expected of it: an answer that was promised as it is now is no one else's.
    """
    if promise is not None and _is_health(promise) and (cached := _cached(answer)) is not None:
        return cached
    if _plainly_the_apps(answer) or (promise is not None and _vouched(answer, promise)):
        return None
    known = _known(answer)
    if known is not None:
        return known
    from smokegate.observation.evidence.gateway import gateway_answer  # noqa: PLC0415 -- read where it is needed

    return gateway_answer(answer)


def _is_health(promise: Expectation) -> bool:
    from smokegate.environment.model import Health  # noqa: PLC0415 -- who holds a promise has loaded it

    return isinstance(promise, Health)


def _cached(answer: Answer) -> EdgeAnswer | None:
    """A health check that a cache answered says nothing of the application that is there now."""
    age = answer.headers.get("age", "")
    seconds = number(age)
    if seconds is None or seconds < STALE:
        return None
    return EdgeAnswer("edge.cached", f"age: {age}", heals=False, edge="A cache", header=True)


def is_marked(answer: Answer) -> bool:
    """Return whether an answer has a header that only an edge's own answers have."""
    return any(name in answer.headers for name in MARKS)


def _plainly_the_apps(answer: Answer) -> bool:
    if is_marked(answer):
        return False
    body = answer.body
    if not 200 <= answer.status < 300:
        return False
    if body.is_json:
        return True
    text = body.start[:LOOKED_AT]
    if is_html(answer) and text.strip():
        return not TITLES.search(text.lower())
    return bool(text.strip()) and "content-type" in answer.headers


def _vouched(answer: Answer, promise: Expectation) -> bool:
    """Return whether an answer is what was promised, where the promise says more than "a 200"."""
    from smokegate.observation.evidence.assertions import fits, unmet  # noqa: PLC0415 -- loads all of an environment file

    says_more = not fits(promise.status, 200) or promise.json_ or promise.text_rules or promise.headers
    return bool(says_more) and not unmet(promise, answer)


def _known(answer: Answer) -> EdgeAnswer | None:
    from smokegate.knowledge.edge_files import edge_files  # noqa: PLC0415 -- a green run reads none of it

    text = answer.body.start[:LOOKED_AT]
    headers = {name.lower(): value for name, value in answer.headers.items()}
    for file in edge_files():
        for sign in file.signs:
            if sign.likely and sign.body is None and answer.body.is_json:
                continue  # a sign that is not sure does not claim an answer of the application's form
            if _fits(sign, answer, headers, text) and not (_words_alone(sign, answer) and _has_mark(answer)):
                return _said(file, sign, answer)
    return None


def _words_alone(sign: Sign, answer: Answer) -> bool:
    """Whether nothing but words in a JSON says so: an application may choose the same ones."""
    return not sign.headers and answer.body.is_json


def _has_mark(answer: Answer) -> bool:
    from smokegate.observation.evidence.application_marks import has_mark  # noqa: PLC0415 -- read where it is needed

    return has_mark(answer)


def _fits(sign: Sign, answer: Answer, headers: dict[str, str], text: str) -> bool:
    if sign.status and answer.status not in sign.status:
        return False
    if sign.scheme and (sign.scheme == "https") != answer.url.startswith("https:"):
        return False
    if any(name in headers for name in sign.absent) or any(name not in headers for name in sign.headers):
        return False
    if not all(pattern.search(headers[name]) for name, pattern in sign.fields):
        return False
    return sign.text is None or sign.text.search(text.strip() if sign.body == "^$" else text) is not None


def _said(file: EdgeFile, sign: Sign, answer: Answer) -> EdgeAnswer:
    # The most specific header: the first one whose pattern says more than that it is there.
    header = next((name for name in sign.headers), None)
    what = "own page" if is_html(answer) or "<" in answer.body.start else "own"
    line = f"the body is {file.name}'s {what} for status {answer.status}"
    return EdgeAnswer(
        code=sign.code,
        sign=f"{header}: {answer.headers.get(header, '')}" if header else line,
        heals=sign.waits,
        edge=file.name,
        certain=not (sign.likely or sign.weak),
        weak=sign.weak,
        title=sign.title,
        steps=(*file.steps_for(sign.says), *([f"{file.name}'s own words for it: {file.link}"] if file.link else [])),
        header=header is not None,
    )
