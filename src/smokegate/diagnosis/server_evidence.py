"""What the server's vantage tells of each service: which are in trouble, in what role, and for which reason.

Texts are those that gunicorn, uvicorn, Python, PostgreSQL and the docker engine write, as measured (gunicorn
27, uvicorn 0.54, psycopg 3.3 and psycopg2 2.9, asyncpg 0.32, PostgreSQL 15, docker engine 20.10 and 28).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from smokegate.diagnosis.service_state import trouble
from smokegate.diagnosis.wording import LIMIT, around, plain, quote
from smokegate.observation.server.model import LogLine, ServerView, ServiceView

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.environment.model import Compose

PROXY = re.compile(r"(?:^|[/-])(?:nginx|caddy|traefik|haproxy|envoy|httpd|apache)\b", re.IGNORECASE)
LINES_AT_MOST = 3
RECOVERS = {"postgres.refused", "postgres.unknown-host", "postgres.too-many-clients"}
"""Reasons that pass by themselves: a service that is well has overcome them since."""
ENDED = {0, 137, 143}
"""How a program ends that was told to: by itself, or by signal 9 or 15."""

#: Reason → the texts that tell it; what is more particular stands first, the first match of a service counts.
TEXTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("container.out-of-memory", re.compile(r"was sent SIGKILL! Perhaps out of memory\?|\bMemoryError\b")),
    ("container.disk-full", re.compile(r"No space left on device|\[Errno 28\]")),
    (
        "container.port-taken",
        re.compile(
            r"address already in use|port is already allocated|Connection in use: \(|\[Errno 98\]"
            r"|failed to bind host port for"
        ),
    ),
    (
        "postgres.auth-failed",
        re.compile(r"password authentication failed for user|no pg_hba\.conf entry for"),
    ),
    ("postgres.no-database", re.compile(r'database "[^"]+" does not exist')),
    (
        "postgres.too-many-clients",
        re.compile(r"sorry, too many clients already|remaining connection slots are"),
    ),
    (
        "postgres.unknown-host",
        re.compile(
            r"could not translate host name|failed to resolve host|socket\.gaierror: \[Errno -[0-9]+\]"
            r"|Temporary failure in name resolution"
        ),
    ),
    (
        "postgres.refused",
        re.compile(
            r'connection to server at "[^"]*"[^\n]*(?:Connection refused|timeout expired|No route to host)'
            r"|Is the server running on that host and accepting|ConnectionRefusedError: .*Connect call failed"
            r"|the database system is (?:starting up|shutting down)"
        ),
    ),
    (
        "container.missing-variable",
        re.compile(
            r"environment variables? (?:are|is) not set|required environment variable"
            r"|\bKeyError: '(?P<key>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)'"
            r"|\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b.{0,40}\b(?:not set|is required|must be set|is missing)"
            r"|validation errors? for Settings"
        ),
    ),
    ("container.import-error", re.compile(r"\b(?:ModuleNotFoundError|ImportError): |No module named '")),
    (
        "container.wrong-attribute",
        re.compile(r'Error loading ASGI app\. Attribute "[^"]*" not found|Failed to find attribute .* in'),
    ),
    (
        "container.lifespan-failure",
        re.compile(r"Application startup failed\. Exiting\.|Application failed to start"),
    ),
)


@dataclass(frozen=True)
class Reason:
    """Why a service is in trouble, and the lines that tell."""

    code: str
    lines: tuple[str, ...]


def view_of(case: Case) -> ServerView | None:
    """Return what was seen from the server, None where it was not looked at."""
    found = case.observation.server
    return found if isinstance(found, ServerView) else None


def expected(case: Case) -> tuple[ServiceView, ...]:
    """Return the services that must run, as they were seen."""
    view = view_of(case)
    return tuple(each for each in view.services if each.expected) if view else ()


def role(case: Case, service: ServiceView) -> str:
    """Return `backend`, `database`, `proxy` (it publishes a port and is a web server) or `worker`."""
    compose = case.environment.compose
    if compose and service.name == compose.backend:
        return "backend"
    if compose and service.name == compose.database:
        return "database"
    publishes = bool(service.ports) or not service.running
    return "proxy" if publishes and PROXY.search(service.image) else "worker"


def troubled(case: Case, service: ServiceView) -> bool:
    """Tell whether a service does not do its work: its container is in trouble, or the backend fails."""
    compose, view = case.environment.compose, view_of(case)
    if compose is None or view is None:
        return False
    if trouble(service, compose) is not None:
        return True
    asked = view.origin if service.running and service.name == compose.backend else ()
    return any(_failed(each.status) for each in asked)


def reason_of(case: Case, service: ServiceView) -> Reason | None:
    """Return why a service is in trouble, as far as the engine or its own log tells."""
    if not service.exists or not troubled(case, service):
        return None
    if service.oom_killed:
        return Reason("container.out-of-memory", ("the engine says `OOMKilled: true`", *_exit(service)))
    found = _by_text((service.error,)) or _by_text([line.text for line in _relevant(service)])
    if found is None or (found.code in {"postgres.refused", "postgres.unknown-host"} and database_away(case)):
        return None
    return None if found.code in RECOVERS and _was_ended(service) else found


def _was_ended(service: ServiceView) -> bool:
    """Tell whether somebody ended it: what passed by itself while it ran is not why it is away."""
    return service.state == "exited" and service.exit_code in ENDED


def reasons(case: Case, code: str) -> Iterator[tuple[ServiceView, Reason]]:
    """Yield the services that are in trouble for a reason."""
    for service in expected(case):
        reason = reason_of(case, service)
        if reason is not None and reason.code == code:
            yield service, reason


def unexplained(case: Case) -> Iterator[ServiceView]:
    """Yield the services in trouble whose logs do not tell why, without those that wait for the database."""
    for service in expected(case):
        if troubled(case, service) and reason_of(case, service) is None:
            waiting = database_away(case) and role(case, service) != "database" and _lacks_database(service)
            if not waiting:
                yield service


def database_away(case: Case) -> bool:
    """Tell whether the database's container itself does not serve."""
    view, compose = view_of(case), case.environment.compose
    if view is None or compose is None or compose.database is None:
        return False
    service = view.service(compose.database)
    away = service is None or not service.exists or not service.running or service.crash_looping
    return away or bool(view.database and not view.database.ready)


def state(service: ServiceView) -> str:
    """Return the line that tells how a service stands, quoted."""
    if not service.exists:
        return f"service {service.name} has no container"
    words = [f"state: {service.state}"]
    if service.health:
        words.append(f"health: {service.health}")
    if not service.running or service.exit_code:
        words.append(f"exit code: {service.exit_code}")
    if service.restart_count:
        words.append(f"restarts: {service.restart_count}")
    return f"container {service.container}: {quote(', '.join(words))}"


def start_up_errors(service: ServiceView, compose: Compose) -> tuple[str, ...]:
    """Return the lines since a service's last start that tell of a start that failed, in whole or in part.

    A database that logs whom it refused tells of the trouble of others.
    """
    refuses = service.name == compose.database
    patterns = [
        pattern for code, pattern in TEXTS if code not in RECOVERS and not (refuses and code.startswith("postgres."))
    ]
    lines = [line.text for line in service.log_since_start]
    return tuple(dict.fromkeys(plain(text) for text in lines if any(each.search(text) for each in patterns)))


def last_words(service: ServiceView) -> tuple[str, ...]:
    """Return the last lines of a service's log that say something, quoted."""
    lines = [line.text for line in _relevant(service) if line.text.strip()]
    return tuple(f"log of {service.name}: {quote(text)}" for text in lines[-LINES_AT_MOST:])


def _relevant(service: ServiceView) -> tuple[LogLine, ...]:
    """Return the log of the last run; after restarts all of it, since this try may have said nothing yet."""
    tried_before = service.running and service.restart_count > 0
    return service.log if service.crash_looping or tried_before else service.log_since_start


def _by_text(lines: tuple[str, ...] | list[str]) -> Reason | None:
    for code, pattern in TEXTS:
        told = tuple(dict.fromkeys(plain(line) for line in reversed(lines) if pattern.search(line)))
        if told:
            return Reason(code, tuple(_telling(each, pattern) for each in told[:LINES_AT_MOST]))
    return None


def _telling(line: str, pattern: re.Pattern[str]) -> str:
    """Return a line, or the place that tells where it is a long one, quoted."""
    place = pattern.search(line)
    return around(line, *place.span()) if place and len(line) > LIMIT else quote(line)


def _lacks_database(service: ServiceView) -> bool:
    found = _by_text([line.text for line in _relevant(service)])
    return found is not None and found.code.startswith("postgres.")


def _exit(service: ServiceView) -> tuple[str, ...]:
    return (f"it ended with exit code `{service.exit_code}`",) if service.exit_code else ()


def _failed(status: int | None) -> bool:
    return status is None or status >= 500
