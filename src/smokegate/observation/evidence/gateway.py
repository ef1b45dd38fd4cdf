"""Recognises unknown gateways by general signs.

A gateway's answer lacks an application's marks and body, and has typical wording (a bare status name, or words
about the upstream). None of this is proof: results are at most likely, and the application is never excluded.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from smokegate.knowledge.edge_files import SAYS
from smokegate.knowledge.gateway_words import words
from smokegate.observation.evidence.application_marks import has_mark, shows_program_error, visible
from smokegate.observation.evidence.edge import UNKNOWN, EdgeAnswer
from smokegate.observation.evidence.gateway_text import IN_MAINTENANCE, SHORT, Said, said_in_text
from smokegate.observation.evidence.health_parts import plain
from smokegate.observation.evidence.self_report import XML_STATUS, reports_itself
from smokegate.observation.exchange import Answer

REPORTED = {"down", "outofservice"}
"""A body of one such word is a health report: gateways say what is down."""
WALL = Said("kept-out", title="Requests to {target} are redirected to another host, to sign in there first")


def gateway_answer(answer: Answer) -> EdgeAnswer | None:
    """Return an unknown gateway's answer, or None if the answer looks like the application's."""
    if 300 <= answer.status < 400:
        return _redirected(answer)
    if has_mark(answer) or words("refused_host").search(answer.body.start[:20_000]):
        return None  # only the application checks its host name
    if answer.status in {500, 503} and shows_program_error(answer.body.start[:20_000]):
        return None
    if answer.body.is_json:
        said = said_in_json(answer)
        return _made(said, "the JSON body is small and speaks of what is behind a gateway") if said else None
    text = visible(answer.body.start)
    if XML_STATUS.match(answer.body.start) or plain(text) in REPORTED:
        return None
    said = said_in_text(answer, text) if len(text) <= SHORT else None
    return _made(said, _line(answer, text)) if said else None


def _made(said: Said, sign: str) -> EdgeAnswer:
    code = f"edge.{said.says}"
    return EdgeAnswer(code, sign, heals=SAYS[said.says], edge=UNKNOWN, certain=False, weak=said.weak, title=said.title)


def _line(answer: Answer, text: str) -> str:
    server = answer.headers.get("server", "").replace("`", "")
    who = f"names `{server}` as its server" if server else "names no server"
    what = "says nothing" if not text else "says what a gateway says"
    return f"the answer {who}, carries no mark of an application and {what}"


def _redirected(answer: Answer) -> EdgeAnswer | None:
    """A redirect to another host's sign-in page: a login wall in front of the application."""
    location = answer.headers.get("location", "")
    there, here = urlsplit(location), urlsplit(answer.url)
    if not there.netloc or there.netloc == here.netloc:
        return None
    if there.path == here.path and "www-authenticate" not in answer.headers:
        return None  # the same path elsewhere: the site has moved, or has another name
    if "www-authenticate" in answer.headers or words("sign_in").search(f"{there.netloc}{there.path}"):
        return _made(WALL, f"location: {location}")
    return None


STRONG = re.compile(
    r"\b(?:upstream|gateway|proxy|origin|back-?end|load ?balancer|server|application|app|instance|host)\b",
    re.IGNORECASE,
)
"""Names of an upstream; a health report names dependencies instead."""
LARGEST_JSON = 20_000
"""Maximum bytes of a gateway's JSON."""


def said_in_json(answer: Answer) -> Said | None:
    """Classify a gateway's JSON, which is small, flat and speaks of the upstream."""
    small = answer.status >= 400 and answer.body.size <= LARGEST_JSON
    text = _texts(answer.body.json) if small else None
    if text is None:
        return None
    if answer.status == 503 and reports_itself(answer.body.json) and not STRONG.search(text):
        return None
    behind = words("behind").search(text)
    if answer.status in {502, 503, 504} and (said := _unavailable_in_json(answer, text, behind=behind is not None)):
        return said
    if answer.status == 500 and re.search(r"\bprox(?:y|ying)\b", text, re.IGNORECASE) and behind:
        return Said("app-away")
    if answer.status in {404, 421, 503} and words("no_route").search(text):
        return Said("no-route")
    return Said("kept-out") if answer.status in {401, 403} and words("wants_key").search(text) else None


def _unavailable_in_json(answer: Answer, text: str, *, behind: bool) -> Said | None:
    if words("no_name").search(text):
        return Said("name-of-app")
    if words("maintenance").search(text):
        return IN_MAINTENANCE
    if answer.status == 503 and words("suspended").search(text):
        return Said("suspended")
    late = words("slow").search(text)
    if answer.status == 504 and (behind or late):
        return Said("app-slow")
    return Said("app-slow" if late else "app-away") if behind else None


def _texts(value: Any) -> str | None:
    """Return the texts of a small flat object; None if its shape is an application's."""
    if not isinstance(value, dict) or len(value) > 6 or set(value) == {"detail"}:
        return None
    inner = [each for each in value.values() if isinstance(each, dict)]
    if len(inner) > 1 or any(isinstance(each, list) and each for each in value.values()):
        return None
    texts = [*value.values(), *(inner[0].values() if inner else ())]
    # Codes such as NO_LIVE_INSTANCE or BackendUnavailable are split into words.
    spoken = " ".join(each for each in texts if isinstance(each, str))[:SHORT].replace("_", " ")
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", spoken)
