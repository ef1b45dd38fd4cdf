"""A service does not run, and its log does not say why: a cause for each way in which its container stands."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from smokegate.diagnosis.rule import Case, Level, Rule, Signs
from smokegate.diagnosis.server_evidence import KILLED, expected, role, unexplained
from smokegate.diagnosis.server_rule_helpers import EDGE, by_state
from smokegate.observation.server.service import ServiceView

FACING_USERS, BACKGROUND = ("backend", "proxy"), ("worker",)
ON_REQUEST = {0, 143}
"""How a program ends when someone stops it: by itself, or by signal 15."""


def looping(case: Case) -> Iterator[ServiceView]:
    """Services in a crash loop."""
    return (each for each in unexplained(case) if each.crash_looping)


def paused(case: Case) -> Iterator[ServiceView]:
    """Services whose processes are frozen: they accept connections and never answer."""
    return (each for each in expected(case) if each.state == "paused")


def stopped(case: Case) -> Iterator[ServiceView]:
    """Services that users meet, ended as if they had been stopped."""
    ended = _in_state(case, FACING_USERS, "exited", "removing")
    return (each for each in ended if each.exit_code in ON_REQUEST)


def failed(case: Case) -> Iterator[ServiceView]:
    """Services that users meet, ended with an error and not restarted."""
    ended = _in_state(case, FACING_USERS, "exited", "created", "dead")
    return (each for each in ended if each.state == "dead" or each.exit_code not in ON_REQUEST)


def in_background(case: Case) -> Iterator[ServiceView]:
    """Services that no user meets, ended and not restarted while the web is up."""
    return _in_state(case, BACKGROUND, "exited", "created", "dead", "removing")


def _in_state(case: Case, roles: tuple[str, ...], *states: str) -> Iterator[ServiceView]:
    for each in unexplained(case):
        if each.exists and each.state in states and role(case, each) in roles:
            yield each


def exited(case: Case) -> Signs | None:
    """Whatever a program wrote last, a signal from outside ended the one that was killed."""
    signs = by_state(failed, says="exited-says")(case)
    return replace(signs, variant="killed") if signs and _all_ended(failed(case), KILLED) else signs


def crash_loop(case: Case) -> Signs | None:
    """A program that is killed again and again, or comes to its end without an error, does not crash."""
    signs = by_state(looping, says="crash-loop-says")(case)
    if signs and _all_ended(looping(case), KILLED):
        return replace(signs, variant="killed-repeatedly")
    return replace(signs, variant="finishes") if signs and _all_ended(looping(case), 0) else signs


def _all_ended(services: Iterator[ServiceView], exit_code: int) -> bool:
    return all(each.exit_code == exit_code and not each.running for each in services)


RULES = (
    Rule("container.crash-loop", Level.SERVER, crash_loop, after=(), silences=EDGE),
    Rule("container.exited", Level.SERVER, exited, after=(), silences=EDGE),
    Rule("container.paused", Level.SERVER, by_state(paused), after=(), silences=EDGE),
    Rule("container.stopped", Level.SERVER, by_state(stopped), after=(), silences=EDGE),
    Rule("container.worker-down", Level.SERVER, by_state(in_background), after=()),
)
