"""The name resolves, and no connection comes about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import beyond_runner, by_wire, wire_signs
from smokegate.observation.transport.causes import WireCause

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

AFTER = ("runner", "net.name-not-found", "net.name-server")


def unreachable(case: Case) -> Signs | None:
    """There is no route: on the runner's side of the way or on the server's."""
    return beyond_runner(case, wire_signs(case, case.wires(WireCause.UNREACHABLE)))


RULES = (
    Rule(
        code="net.refused",
        title="Connections to {where} are refused: nothing accepts them there",
        level=Level.CONNECT,
        owner=Owner.APP,
        symptom="Every request fails at once with 'connection refused'.",
        reads=("the connection of every exchange with the backend",),
        judge=by_wire(WireCause.REFUSED),
        steps=(
            (
                "On the server, in `{directory}`: `{compose} ps`; a service that is not 'Up' is the cause.",
                "On the host, check whether the process runs and which address it listens on (`ss -ltnp`).",
            ),
            (
                "Read why it ended: `{compose} logs --tail 100 {service}`.",
                "Read why it ended in its log; a process that died at start-up says so in its last lines.",
            ),
            (
                (
                    "Start it: `{compose} restart {service}`; if that does not hold, `{compose} up -d --build"
                    " {service}`."
                ),
                ("Start it again; it must listen on 0.0.0.0 and on the port that the proxy or the platform expects."),
            ),
        ),
        competing=(
            "a process that listens on another port or on loopback only",
            "a firewall that rejects instead of dropping",
        ),
        after=AFTER,
    ),
    Rule(
        code="net.unreachable",
        title="There is no route to {where}",
        level=Level.CONNECT,
        owner=Owner.NETWORK,
        symptom="Requests fail with 'no route to host' or 'network is unreachable'.",
        reads=("the connection of every exchange with the backend", "the control probes"),
        judge=unreachable,
        steps=(
            (
                "Check that the address that {hostname} resolves to is still the server's: `dig +short"
                " {hostname}` against the console of its provider."
            ),
            "Check that the server is running and its network interface is attached.",
            (
                "Repeat from another network: `curl -sS -i {url}{health}`; if that works, the way from here"
                " is the cause."
            ),
        ),
        competing=(
            "an address of the other IP family without a route from here",
            "a server that is switched off",
        ),
        after=AFTER,
    ),
    Rule(
        code="net.connect-timeout",
        title="Nothing answers the attempt to connect to {where}",
        level=Level.CONNECT,
        owner=Owner.CONFIGURATION,
        symptom="Every request hangs until its time-out; no connection comes about.",
        reads=("the connection of every exchange with the backend", "the control probes"),
        judge=by_wire(WireCause.CONNECT_TIMEOUT, confidence=Confidence.LIKELY),
        steps=(
            (
                "Check the firewall or security group in front of {where}: packets that are dropped, not"
                " refused, are its handwriting."
            ),
            "Check that the server is running; one that is stopped or out of memory looks the same.",
            "Check that {hostname} resolves to the server's current address: `dig +short {hostname}`.",
        ),
        competing=(
            "a firewall or security group that drops",
            "a server that is stopped or hangs",
            "an address that belongs to no one",
        ),
        after=AFTER,
    ),
)
