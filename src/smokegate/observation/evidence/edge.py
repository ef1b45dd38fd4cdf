"""Distinguishes answers of gateways and platforms from those of the application.

Known platforms and proxies are data in `smokegate/knowledge/edges/`; unknown ones are recognised by general signs
(`gateway`). Obvious application answers are recognised without loading these files.
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

UNKNOWN = "An unrecognized gateway"
"""The name of an unknown edge."""
MARKS = ("x-render-routing", "ngrok-error-code", "cf-mitigated", "x-vercel-error", "x-amzn-waf-action")
"""Headers that only an edge's own answers have, whatever the status and body."""
TITLES = re.compile(
    r"<title>[^<]*(?:welcome to|default (?:web ?)?(?:page|site)|it works|parked|for sale|coming soon|just a moment"
    r"|domain (?:name )?(?:has |is )?expired"
    r"|unavailable|suspended|not found|waking|starting|loading|warning|attention|sign in|error|no such|maintenance"
    r"|(?:will|.ll) be (?:right )?back|be right back|back soon|login[^<]*vercel"
    r"|(?:request|access) [^<]{0,20}(?:rejected|denied)"
    r"|blocked|web filter|captcha|robot challenge|security checkpoint|just a second|captive portal|iis windows server"
    r"|not a (?:ro)?bot|(?:a|you) human|human verif|checking your browser|one moment, please"
    r"|wartung|mantenimiento|manuten[zç]|site en (?:construction|maintenance)|en construc|im aufbau|维护|メンテナンス"
    r"|congratulations|container service|elastic beanstalk|new web ?server|test page|up and running)"
    r"|(?:app|site|content|project|page) will appear here"
    r"|welcome to render|service waking up|incoming http request detected|allocating compute resources"
    r"|run this repl|<h1>it works|_incapsula_resource|sgcaptcha|successfully installed tomcat"
    r"|[\"']/lander[\"']|window\.park\s*=|/cgi-sys/|is parked"
    r"|buy this domain|domain (?:name )?[\w.-]{0,80} ?is for sale|<h1>200 ok</h1>\s*service ready|guru meditation"
    r"|<h1>placeholder page</h1>"
    r"|<h1>[^<]{0,40}\b(?:be (?:right )?back|under maintenance|down for maintenance)\b",
)
"""Lower-case: a page with 200 is analysed further only if its title is not an application's."""
MAX_AGE = 3600
"""Maximum age in seconds of a cached health check."""
MAX_SEARCHED = 20_000
"""Maximum characters of a body that are searched: pages of an edge are short."""


class EdgeAnswer(Struct, frozen=True):
    """An answer made by an edge."""

    code: str
    """The cause's code in the diagnosis."""
    sign: str
    """The evidence."""
    heals: bool
    """Whether waiting can fix it."""
    edge: str = UNKNOWN
    """The edge's name."""
    certain: bool = True
    """False if another server's answer could look the same."""
    weak: bool = False
    """True if the application may give the same answer for a missing path."""
    files: bool = False
    """True if files that are missing or may not be read give the same page as a rule against the client."""
    title: str | None = None
    """Replaces the cause's title."""
    steps: tuple[str, ...] = ()
    """What to do on this platform."""
    link: str = ""
    """Its documentation."""
    header: bool = False
    """Whether the sign is a verbatim header."""


def edge_answer(answer: Answer, promise: Expectation | None = None) -> EdgeAnswer | None:
    """Return the edge's answer, or None if the application answered.

    An answer that meets a specific expectation (`promise`) is the application's.
    """
    if promise is not None:
        from smokegate.environment.model import Health  # noqa: PLC0415 -- already loaded by the caller

        if isinstance(promise, Health) and (cached := _cached(answer)) is not None:
            return cached
    if _is_obviously_application(answer) or (promise is not None and _meets_specific(answer, promise)):
        return None
    known = _known(answer)
    if known is not None:
        return known
    from smokegate.observation.evidence.gateway import gateway_answer  # noqa: PLC0415 -- read where it is needed

    return gateway_answer(answer)


def _cached(answer: Answer) -> EdgeAnswer | None:
    """A cached health check proves nothing about the running application."""
    age = answer.headers.get("age", "")
    seconds = number(age)
    if seconds is None or seconds < MAX_AGE:
        return None
    return EdgeAnswer("edge.cached", f"age: {age}", heals=False, edge="A cache", header=True)


def is_marked(answer: Answer) -> bool:
    """Return whether an answer has a header that only an edge's own answers have."""
    return any(name in answer.headers for name in MARKS)


def _is_obviously_application(answer: Answer) -> bool:
    if is_marked(answer):
        return False
    body = answer.body
    if not 200 <= answer.status < 300:
        return False
    if body.is_json:
        return True
    text = body.start[:MAX_SEARCHED]
    if is_html(answer) and text.strip():
        return not TITLES.search(text.lower())
    return bool(text.strip()) and "content-type" in answer.headers


def _meets_specific(answer: Answer, promise: Expectation) -> bool:
    """Return whether an answer meets an expectation that is more specific than "a 200"."""
    from smokegate.observation.evidence.assertions import fits, unmet  # noqa: PLC0415 -- loads all of an environment file

    says_more = not fits(promise.status, 200) or promise.json_ or promise.text_rules or promise.headers
    return bool(says_more) and not unmet(promise, answer)


def _known(answer: Answer) -> EdgeAnswer | None:
    from smokegate.knowledge.edge_files import edge_files  # noqa: PLC0415 -- a green run reads none of it
    from smokegate.observation.evidence.application_marks import has_mark  # noqa: PLC0415 -- see above

    text = answer.body.start[:MAX_SEARCHED]
    headers = {name.lower(): value for name, value in answer.headers.items()}
    for file in edge_files():
        for sign in file.signs:
            if sign.likely and sign.body is None and answer.body.is_json:
                continue  # an uncertain sign does not override a JSON body
            # If only the wording of a JSON body matches: an application may use the same words.
            only_wording = not sign.headers and answer.body.is_json
            if _fits(sign, answer, headers, text) and not (only_wording and has_mark(answer)):
                return _edge_answer(file, sign, answer)
    return None


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


def _edge_answer(file: EdgeFile, sign: Sign, answer: Answer) -> EdgeAnswer:
    # The first header is the most specific one.
    header = next((name for name in sign.headers), None)
    what = "own page" if is_html(answer) or "<" in answer.body.start else "own"
    line = f"the body is {file.name}'s {what} for status {answer.status}"
    # An application may quote a gateway's words in its JSON.
    only_quoted = header is None and answer.body.is_json and '"' not in (sign.body or '"')
    return EdgeAnswer(
        code=sign.code,
        sign=f"{header}: {answer.headers.get(header, '')}" if header else line,
        heals=sign.waits,
        edge=file.name,
        certain=not (sign.likely or sign.weak or only_quoted),
        files=sign.files,
        weak=sign.weak,
        title=sign.title,
        steps=file.steps_for(sign.says),
        link=file.link,
        header=header is not None,
    )
