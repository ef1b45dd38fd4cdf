"""Classifies a gateway's page or plain text by its status and wording."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from smokegate.knowledge.gateway_words import words
from smokegate.observation.evidence.application_marks import visible
from smokegate.observation.evidence.html import is_html
from smokegate.observation.exchange import Answer

OWN_SCHEMES = re.compile(r"\b(?:basic|digest|negotiate|ntlm|key|cloudflare-access|apikey)\b", re.IGNORECASE)
"""Authentication schemes that proxies use; "bearer" is an application's."""
SHORT = 1500
"""Maximum visible characters of an edge's page."""
GATEWAY = frozenset({502, 504, *range(520, 531), 598, 599})
"""Statuses that applications rarely send."""
OWN_PAGES = re.compile(r"<a\b[^>]{0,400}?\bhref=[\"']?(/[\w~][^\"'\s>#?]*)", re.IGNORECASE)
SEVERAL = 4
"""Minimum links of an application's page: a waiting page links to its imprint and a contact, too."""
TOO_LATE = frozenset({504, 522, 524, 598, 599})
BARE_404 = frozenset({"", "404", "not found", "404 not found", "404 page not found", "404 not found 404 not found"})
"""The text of a bare "not found"; frameworks send it for a path, too."""


class Said(NamedTuple):
    """An answer's meaning, one of the keys of `SAYS`."""

    says: str
    weak: bool = False
    """Whether the application may give the same answer for a missing path."""
    title: str | None = None
    """Replaces the cause's title."""


MAINTENANCE = Said("suspended", title="A maintenance page answers for {target}, not the application")
IN_MAINTENANCE = Said("suspended", title="{target} reports that it is in maintenance")
WAITS = {"suspended": Said("suspended"), "maintenance": MAINTENANCE, "starting": Said("app-starting")}
"""What the title or first words of a page with 200 mean, in order of precedence."""
MEANT = {
    "crashed": "function-crashed",
    "limited": "rate-limited",
    "nothing": "nothing-here",
    "starting": "app-starting",
}
"""What lists of words mean that have another name."""


def said_in_text(answer: Answer, text: str) -> Said | None:
    """Classify an answer's visible text."""
    if 200 <= answer.status < 300:
        return _page(answer, text)
    judge = BY_STATUS.get(answer.status)
    if not callable(judge):
        return judge
    return None if _has_more(answer.body.start) else judge(answer, text)


def _limited(_: Answer, text: str) -> Said | None:
    return Said("rate-limited", weak=True) if len(text) < 300 else None


def _failed(_: Answer, text: str) -> Said | None:
    """A 500 is the application's, unless it speaks of an upstream."""
    if words("crashed").search(text):
        return Said("function-crashed")
    behind = words("behind").search(text)
    return Said("app-away") if behind and behind[0].lower() != "application error" else None


def _unusual(answer: Answer, text: str) -> Said | None:
    """A status that no standard knows, to which some platforms give a meaning of their own."""
    return Said("kept-out") if words("kept_out").search(text) else _failed(answer, text)


def _refused(answer: Answer, text: str) -> Said | None:
    if answer.status in {407, 511}:
        return Said("kept-out")
    if answer.status == 401:
        own = OWN_SCHEMES.search(answer.headers.get("www-authenticate", ""))
        return Said("kept-out") if own or is_html(answer) or not text else None
    if re.search(r"csrf|blocked host|allowed ?hosts", text, re.IGNORECASE):
        return None
    if words("nothing").search(text):
        return Said("nothing-here")
    if words("suspended").search(text):
        return Said("suspended")
    return Said("kept-out") if not text or words("kept_out").search(text) or is_html(answer) else None


def _unavailable(answer: Answer, text: str) -> Said | None:
    """A gateway's own status, or 503 in a gateway's words, which say which state it is."""
    if answer.status in TOO_LATE:
        return Said("app-slow")
    if answer.status in {525, 526} or words("no_tls").search(text):
        return Said("tls-to-app")
    if words("maintenance").search(text) or words("no_name").search(text):
        return MAINTENANCE if words("maintenance").search(text) else Said("name-of-app")
    behind = words("behind").search(text)
    for says in ("crashed", "limited", "suspended", "starting", "nothing"):
        if words(says).search(text) and not (behind and says == "nothing"):
            return Said(MEANT.get(says, says))
    if (behind or answer.status in GATEWAY) and words("slow").search(text):
        return Said("app-slow")
    short = len(text) < 400 and words("down").search(text)
    return Said("app-away") if answer.status in GATEWAY or behind or short or words("bare").match(text) else None


def _nothing(answer: Answer, text: str) -> Said | None:
    """No such site; a bare "not found" is weak, since applications send it for a path, too."""
    if words("suspended").search(text) and answer.status != 400:
        return Said("suspended")
    if words("nothing").search(text):
        return Said("nothing-here")
    if answer.status == 421:
        return Said("no-route")
    bare = re.sub(r"\W+", " ", text).strip().lower()
    return Said("no-route", weak=True) if answer.status == 404 and bare in BARE_404 else None


def _page(answer: Answer, text: str) -> Said | None:
    """A page with 200 that is not an application's: a default page, a waiting page, a login wall."""
    if not is_html(answer):
        return None
    found = re.search(r"(?i)<title\b[^>]{0,200}>([^<]*)</title>", answer.body.start[:20_000])
    title = found[1] if found else ""
    shell = words("spa_shell").search(answer.body.start) is not None
    if (shell and text == visible(title)) or _has_more(answer.body.start):
        return None
    if words("nothing").search(title or text[:200]) or (len(text) < 200 and words("nothing").search(text)):
        return Said("nothing-here")
    for name, said in WAITS.items():
        if words(name).search(f"{title} {text[:200]}"):
            return said
    own = shell or "password" in answer.body.start
    return Said("kept-out") if words("kept_out").search(title) and not own else None


def _has_more(page: str) -> bool:
    """Return whether a page has what only an application's has: a form token, or other pages."""
    return len(set(OWN_PAGES.findall(page))) >= SEVERAL or words("own_form").search(page) is not None


BY_STATUS: dict[int, Said | Callable[[Answer, str], Said | None]] = {
    **dict.fromkeys(range(512, 600), _unusual),
    **dict.fromkeys((401, 403, 407, 511), _refused),
    429: _limited,
    **dict.fromkeys((413, 414, 431), Said("too-large")),
    **dict.fromkeys((402, 451, 509), Said("suspended")),
    **dict.fromkeys((503, *GATEWAY), _unavailable),
    **dict.fromkeys((400, 404, 410, 421), _nothing),
    500: _failed,
}
"""The meaning of each status, or its classifier; any other status is the application's."""
