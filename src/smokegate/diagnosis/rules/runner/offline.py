"""The machine that runs the suite has no network: judged by control probes, never by the target alone."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from urllib.parse import urlsplit

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import lines, names
from smokegate.diagnosis.wording import listed
from smokegate.environment.addresses import is_loopback
from smokegate.observation.model import ControlProbe
from smokegate.observation.transport.causes import Stage, WireCause

ANSWERS = {WireCause.REFUSED, WireCause.PROXY}
"""A refused connection is an answer from the way there, also where the control hosts are blocked."""
ON_THE_WAY = tuple(cause for cause in WireCause if cause.stage in {Stage.NAME, Stage.CONNECT} and cause not in ANSWERS)


def judge(case: Case) -> Signs | None:
    """The target cannot be reached, and neither can any host that has nothing to do with it."""
    hits = tuple(hit for hit in case.wires(*ON_THE_WAY) if not hit.healed)
    here = is_loopback(urlsplit(case.environment.backend.url).hostname or "")
    away = tuple(probe for probe in case.observation.control if not probe.reached)
    filtered = _filtered(case.observation.control)
    if not hits or not away or here or not (filtered or len(away) == len(case.observation.control)):
        return None
    addresses = [f"`{probe.address}`" for probe in away]
    why = sorted({probe.cause.title for probe in away if probe.cause})
    words = f" ({listed(why)})" if why else ""
    return Signs(
        (f"control: {listed(addresses)} could not be reached either{words}", *lines(hits)),
        names(hits),
        Confidence.CERTAIN if len(away) > 1 and not filtered else Confidence.LIKELY,
        variant="filtered" if filtered else "",
    )


def _filtered(control: Sequence[ControlProbe]) -> bool:
    """Whether names are let through and plain addresses are not: a filter allows hosts by name."""
    plain = [probe.reached for probe in control if _is_address(probe.address.rpartition(":")[0].strip("[]"))]
    return bool(plain) and not any(plain) and any(probe.reached for probe in control)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


RULES = (Rule("runner.offline", Level.RUNNER, judge, after=()),)
