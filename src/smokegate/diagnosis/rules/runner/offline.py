"""The machine that runs the suite has no network: judged by control probes, never by the target alone."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import lines, names
from smokegate.diagnosis.wording import listed
from smokegate.observation.transport.causes import Stage, WireCause

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

ANSWERS = {WireCause.REFUSED, WireCause.PROXY}
"""A refused connection is an answer from the way there, also where the control hosts are blocked."""
ON_THE_WAY = tuple(cause for cause in WireCause if cause.stage in {Stage.NAME, Stage.CONNECT} and cause not in ANSWERS)


def judge(case: Case) -> Signs | None:
    """The target cannot be reached, and neither can any host that has nothing to do with it."""
    hits = tuple(hit for hit in case.wires(*ON_THE_WAY) if not hit.healed)
    control = case.observation.control
    if not hits or not control or any(probe.reached for probe in control) or _is_loopback(case):
        return None
    addresses = [f"`{probe.address}`" for probe in control]
    why = sorted({probe.cause.title for probe in control if probe.cause})
    words = f" ({listed(why)})" if why else ""
    return Signs(
        evidence=(f"control: {listed(addresses)} could not be reached either{words}", *lines(hits)),
        exchanges=names(hits),
        confidence=Confidence.CERTAIN if len(control) > 1 else Confidence.LIKELY,
    )


def _is_loopback(case: Case) -> bool:
    host = urlsplit(case.environment.backend.url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


RULES = (
    Rule(
        code="runner.offline",
        title="The machine that runs the suite has no network",
        level=Level.RUNNER,
        owner=Owner.RUNNER,
        symptom=("Nothing can be reached: the deployment cannot, and hosts that have nothing to do with it cannot."),
        reads=("the failure of the health check to resolve or connect", "the control probes"),
        judge=judge,
        steps=(
            "Do not conclude anything about {host}: nothing was learned of it.",
            ("On the machine that ran the suite, check its connection, its proxy settings and its name server."),
            "If that machine may reach {host} only, set `control` in {file} to hosts that it may reach.",
        ),
        competing=(
            "a firewall of the runner that lets neither the control hosts nor {host} through",
            "{host} being down at the same time",
        ),
    ),
)
