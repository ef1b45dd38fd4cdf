"""Whether what answers is the service that was meant, judged by the keys with which a service names itself."""

from __future__ import annotations

import re

from smokegate.environment.model import Health
from smokegate.observation.evidence.assertions import Unmet, fits, unmet_json
from smokegate.observation.exchange import Answer

NAMING_KEYS = frozenset({"service", "source", "app", "name", "path"})
"""The keys of a health check's body that say who answers, not how it is."""


SIGN_IN = "a page to sign in"
SHELL = "the page of a single-page application, which answers any path"
LISTING = "a list of files"
ERROR_PAGE = "the page of an error, under a status of success"
SOURCE = "the source of a program, which is not run"
PROTOCOL = "another protocol's words"
BINARY = "bytes that are not text"
KINDS = (SIGN_IN, SHELL, LISTING, ERROR_PAGE, SOURCE, PROTOCOL, BINARY)
"""What may answer in an application's place; `app.wrong-service` has a title for each."""
LIST_OF_FILES = re.compile(r"<title>\s*(?:Index of|Directory listing for|listing directory) ?/", re.IGNORECASE)
TITLE_OF_ERROR = re.compile(
    r"<title>\s*(?:(?:error )?[45]\d\d\b|[^<]*\b(?:page (?:could )?not (?:be )?found|internal server error"
    r"|database error|bad gateway|service unavailable|something went wrong)\b)",
    re.IGNORECASE,
)
"""The titles of pages that frameworks and servers give an error; no page of a health check has one."""
OTHER_PROTOCOL = re.compile(
    r"\s*(?:SSH-[12]\.\d+-|RFB 00\d\.|AMQP\b|\* OK \S*IMAP|220[ -].*(?:SMTP|FTP)|-(?:ERR|DENIED|NOAUTH|LOADING) "
    r"|It looks like you are trying to access MongoDB over HTTP|This is not an? HTTP port"
    r"|.{0,120}(?:caching_sha2|mysql_native)_password|Client sent an HTTP request to an HTTPS server)",
    re.IGNORECASE | re.DOTALL,
)
"""What SSH, VNC, a broker, mail, FTP, Redis, MongoDB, Elasticsearch's and MySQL's ports say to a request of HTTP."""
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
OCTETS = "application/octet-stream"
LOOKED_AT = 2000


def strangers(health: Health, answer: Answer) -> tuple[Unmet, ...]:
    """Return the promises about the service's name that an answer with the promised status does not keep.

    A web page in the place of the JSON that was promised is a stranger's, whether or not the service names
    itself.
    """
    if not fits(health.status, answer.status):
        return ()
    kind = answer.headers.get("content-type", "")
    if not health.text_rules and (thing := not_http(answer)):
        return (Unmet("body", "the application's own answer", thing),)
    if health.json_ and "text/html" in kind and not answer.body.is_json:
        return (Unmet("body", "the application's JSON", f"a web page ({kind})"),)
    if not health.json_ and not health.text_rules and "text/html" in kind and (page := kind_of_page(answer)):
        own = health.path == "/" and page in {SIGN_IN, SHELL}  # its first page, and no page for every path
        return () if own else (Unmet("body", "the application's own answer", page),)
    return unmet_json(tuple(each for each in health.json_ if each.key in NAMING_KEYS), answer)


def not_http(answer: Answer) -> str | None:
    """Return what was passed on that is not an answer of an application, None where it may be one."""
    text, kind = answer.body.start[:LOOKED_AT], answer.headers.get("content-type", "").partition(";")[0].lower()
    if answer.body.is_json or not text:
        return None
    if OTHER_PROTOCOL.match(text):
        return PROTOCOL
    if text.lstrip().startswith(("<?php", "#!/")):
        return SOURCE
    return BINARY if kind in {"", OCTETS} and CONTROL.search(text) else None


def is_unidentified(answer: Answer) -> bool:
    """Return whether an answer is of no particular kind, as a web server's own, and has no mark of an application."""
    from smokegate.observation.evidence.application_marks import has_mark  # noqa: PLC0415 -- only where a kind is missing

    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == OCTETS and not answer.body.is_json and bool(answer.body.start.strip()) and not has_mark(answer)


def kind_of_page(answer: Answer) -> str | None:
    """Return what a page is where it is none that a health check has, None where it may be one.

    Nothing needs to be promised of the body for this: a page to sign in, a list of files, an error's page, or the
    shell of a single-page application that a static host serves for every path, says nothing of how an application is.
    """
    from smokegate.knowledge.gateway_words import words  # noqa: PLC0415 -- read only where a page came

    text = answer.body.start
    if LIST_OF_FILES.search(text[:LOOKED_AT]):
        return LISTING
    if TITLE_OF_ERROR.search(text[:LOOKED_AT]):
        return ERROR_PAGE
    if words("sign_in_page").search(text) or any(words("sign_in").search(each.url) for each in answer.redirects):
        return SIGN_IN
    index = "index.html" in answer.headers.get("content-disposition", "")
    return SHELL if index or words("spa_shell").search(text) else None
