"""What the server's vantage says of each service: which are in trouble, in what role, and for which reason."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from smokegate.diagnosis.service_state import depends_on, trouble
from smokegate.diagnosis.wording import plain, quote
from smokegate.observation.server.model import ServerView
from smokegate.observation.server.service import LogLine, ServiceView

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case
    from smokegate.diagnosis.log_reasons import Reason

PROXY = re.compile(r"(?:^|[/-])(?:nginx|caddy|traefik|haproxy|envoy|httpd|apache)\b", re.IGNORECASE)
LINES_AT_MOST = 3
PASSING = ("refused", "unknown-host", "timed-out", "too-many-clients")
"""Reasons that pass by themselves: a program that ran on had overcome them."""
KILLED = 137
"""Signal 9: nothing that the program wrote before is why it ended, unless it wrote of its memory."""
ENDED = {0, KILLED, 143}
"""How a program ends that was stopped: by itself, or by signal 9 or 15."""
NATIVE = {132: "SIGILL", 134: "SIGABRT", 135: "SIGBUS", 136: "SIGFPE", 139: "SIGSEGV"}
"""How a program ends that crashes outside its language: a signal that its own code caused."""


def view_of(case: Case) -> ServerView | None:
    """Return what was seen from the server, None where it was not checked."""
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
    """Whether a service does not do its work: its container is in trouble, or the backend fails."""
    compose, view = case.environment.compose, view_of(case)
    if compose is None or view is None:
        return False
    if trouble(service, compose, view) is not None:
        return True
    checked = view.origin if service.running and service.name == compose.backend else ()
    return any(_failed(each.status) for each in checked)


def any_troubled(case: Case) -> bool:
    """Whether any service that must run is in trouble, so that its log is read."""
    return any(troubled(case, each) for each in expected(case))


def reason_of(case: Case, service: ServiceView) -> Reason | None:
    """Return why a service is in trouble, as far as the engine or its own log says."""
    found = _reason(case, service)
    return None if found is None or _follows(case, service, found) else found


def _reason(case: Case, service: ServiceView) -> Reason | None:
    """Return what the engine or its own log says of a service in trouble; worked out once for each."""
    known: dict[str, Reason | None] = case.memo.setdefault("reasons", {})
    key = service.id or service.container or service.name
    if key not in known:
        known[key] = _read(case, service) if service.exists and troubled(case, service) else None
    return known[key]


def _read(case: Case, service: ServiceView) -> Reason | None:
    from smokegate.diagnosis.log_reasons import (  # noqa: PLC0415 -- a green run reads no log
        Reason,
        engine_reason,
        reason_in,
    )
    from smokegate.diagnosis.log_targets import Target, server_kind, target  # noqa: PLC0415

    if service.oom_killed:
        return Reason("container.out-of-memory", ("the engine says `OOMKilled: true`", *_exit(service)))

    def target_of(text: str, context: str) -> Target:
        return target(text, context, view_of(case), case.environment.compose)

    if service.error:
        return engine_reason(service.error, target_of)
    server = server_kind(service) is not None or role(case, service) == "database"
    running = service.running and not service.crash_looping
    log = [line.text for line in _relevant(service)]
    found = reason_in(log, target_of, server=server, serving=server and running, running=running)
    if found is None and service.exit_code in NATIVE:
        ended = f"it ended with exit code `{service.exit_code}`, which is the signal `{NATIVE[service.exit_code]}`"
        last = last_said(service)
        return Reason("container.native-crash", (*([quote(last)] if last else []), ended), sure=False)
    if found is None or (_was_ended(service) and found.code != "container.out-of-memory"):
        return None
    return None if found.code.endswith(PASSING) and _has_recovered(service, found) else found


def _was_ended(service: ServiceView) -> bool:
    """Whether someone ended it: what it logged while it ran is not why it is away."""
    return service.exit_code == KILLED or (service.state == "exited" and service.exit_code in ENDED)


def _has_recovered(service: ServiceView, reason: Reason) -> bool:
    """Whether a program has said since that it works: it had to wait for what it needs.

    In a crash loop that may be the next start, which has not come to the same place yet.
    """
    if service.crash_looping:
        return False
    from smokegate.knowledge.logs import words  # noqa: PLC0415

    said = [plain(line.text) for line in service.log_since_start]
    head = reason.lines[0].strip("`…").strip()[:40]
    last = max((at for at, line in enumerate(said) if head in line), default=-1)
    return any(words("works").search(line) for line in said[last + 1 :])


def _follows(case: Case, service: ServiceView, reason: Reason) -> bool:
    """Whether a reason follows from another service that is itself in trouble: that one is the cause."""
    view = view_of(case)
    if view is None or reason.target is None or not reason.code.endswith(PASSING):
        return False
    if reason.target.family in {"postgres", "database"} and role(case, service) != "database" and database_away(case):
        return True
    other = view.service(reason.target.service) if reason.target.service else None
    return other is not None and other.name != service.name and troubled(case, other)


def reasons(case: Case, code: str) -> Iterator[tuple[ServiceView, Reason]]:
    """Yield the services that are in trouble for a reason."""
    for service in expected(case):
        reason = reason_of(case, service)
        if reason is not None and reason.code == code:
            yield service, reason


def unexplained(case: Case) -> Iterator[ServiceView]:
    """Yield the services in trouble whose logs do not say why, without those that wait for another one."""
    for service in expected(case):
        if troubled(case, service) and _reason(case, service) is None and not waits(case, service):
            yield service


def waits(case: Case, service: ServiceView) -> bool:
    """Whether a service was made and never started because of another one that is in trouble."""
    view = view_of(case)
    if view is None or service.state != "created" or service.error or service.exit_code:
        return False
    named = [each for each in view.services if each.name in depends_on(service)]
    others = named or [each for each in expected(case) if each.exists and each.name != service.name]
    return any(each.state != "created" and troubled(case, each) for each in others)


def database_away(case: Case) -> bool:
    """Whether the database's container itself does not serve."""
    view, compose = view_of(case), case.environment.compose
    if view is None or compose is None or compose.database is None:
        return False
    service = view.service(compose.database)
    away = service is None or not service.exists or not service.running or service.crash_looping
    return away or bool(view.database and not view.database.ready)


def last_words(service: ServiceView) -> tuple[str, ...]:
    """Return the last lines of a service's log that say something, quoted."""
    lines = [line.text for line in _relevant(service) if re.search(r"\w", line.text)]
    excerpt = last_said(service) if lines else ""
    shown = [*([excerpt] if excerpt else []), *(text for text in lines[-LINES_AT_MOST:] if excerpt not in text)]
    return tuple(f"log of {service.name}: {quote(text)}" for text in shown)


def last_said(service: ServiceView) -> str:
    """Return what a title says of how a service's log ends, empty where it says nothing."""
    from smokegate.diagnosis.log_reasons import last_error_line  # noqa: PLC0415

    return last_error_line([line.text for line in _relevant(service)])


def _relevant(service: ServiceView) -> tuple[LogLine, ...]:
    """Return the log of the last run; after restarts all of it, since this try may have said nothing yet."""
    tried_before = service.running and service.restart_count > 0
    return service.log if service.crash_looping or tried_before else service.log_since_start


def _exit(service: ServiceView) -> tuple[str, ...]:
    return (f"it ended with exit code `{service.exit_code}`",) if service.exit_code else ()


def _failed(status: int | None) -> bool:
    return status is None or status >= 500
