"""Recognises unknown gateways by general signs.

A gateway's answer lacks an application's marks and body, and has typical wording (a bare status name, or words
about the upstream). None of this is proof: results are at most likely, and the application is never excluded.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from smokegate.knowledge.edge_files import SAYS
from smokegate.knowledge.gateway_words import words
from smokegate.observation.evidence.application_marks import has_mark, shows_program_error, visible
from smokegate.observation.evidence.edge import UNKNOWN, EdgeAnswer
from smokegate.observation.evidence.gateway_json import said_in_json
from smokegate.observation.evidence.gateway_text import SHORT, Said, said_in_text
from smokegate.observation.exchange import Answer

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
    if "www-authenticate" in answer.headers or words("sign_in").search(f"{there.netloc}{there.path}"):
        return _made(WALL, f"location: {location}")
    return None
