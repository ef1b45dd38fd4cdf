"""The certificate does not stand the check, or not for long."""

from __future__ import annotations

import re
from datetime import UTC

from msgspec.structs import replace

from smokegate.diagnosis.rule import Case, Confidence, Level, Rule, Signs
from smokegate.diagnosis.rule_helpers import by_wire, wire_signs
from smokegate.diagnosis.wording import seen
from smokegate.knowledge.causes import cause_text
from smokegate.knowledge.certificates import default_certificate
from smokegate.observation.exchange import NoAnswer
from smokegate.observation.transport.causes import WireCause

AFTER = (
    "runner",
    "net.name-not-found",
    "net.name-server",
    "net.refused",
    "net.unreachable",
    "net.connect-timeout",
)
DEFAULT = "tls.default-certificate"
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
NOT_DEFAULT = (DEFAULT,)
DAY = 86400.0
ALERTS = (
    (re.compile(r"unrecognized.name", re.IGNORECASE), Confidence.CERTAIN),
    (
        re.compile(r"alert (?:internal error|handshake failure|access denied|no certificate)", re.IGNORECASE),
        Confidence.LIKELY,
    ),
    (re.compile(r"reset by peer|EOF occurred|closed abruptly", re.IGNORECASE), Confidence.POSSIBLE),
)
"""How servers refuse a name that they have no certificate for: nginx and HAProxy with the alert of RFC 6066, Caddy with
an internal error, Cloudflare with a handshake failure, Envoy by closing."""
REFUSED = (WireCause.TLS_UNTRUSTED, WireCause.TLS_WRONG_HOST, WireCause.TLS_EXPIRED)


def _default(case: Case) -> Signs | None:
    for hit in case.wires(*REFUSED):
        shown = hit.outcome.detail if isinstance(hit.outcome, NoAnswer) else ""
        known = default_certificate(shown.rpartition("the certificate is ")[2])
        signs = wire_signs(case, (hit,))
        if known is not None and known.local and case.names["hostname"] in LOOPBACK:
            continue
        if known is not None and signs is not None:
            return replace(
                signs, names={**signs.names, "shows": known.owner}, steps=(known.step, *cause_text(DEFAULT).steps)
            )
    return None


def _refused(case: Case) -> Signs | None:
    for hit in case.wires(WireCause.TLS_HANDSHAKE):
        said = hit.outcome.detail if isinstance(hit.outcome, NoAnswer) else ""
        for words, confidence in ALERTS:
            if words.search(said):
                signs = wire_signs(case, (hit,), confidence)
                certain = confidence is Confidence.CERTAIN
                return replace(signs, competing=()) if signs is not None and certain else signs
    return None


def client_refused(case: Case) -> Signs | None:
    """The server's alert is about the client's certificate; or it closes every connection on which one was shown.

    In TLS 1.3 a server checks that certificate after the handshake, and not every server sends its alert.
    """
    alert = by_wire(WireCause.TLS_CLIENT)(case)
    if alert is not None or case.environment.backend.client_certificate is None:
        return alert
    closed = case.wires(WireCause.RESET, WireCause.CLOSED)
    answered = any(each.answer for each in case.backend)
    return None if answered else wire_signs(case, closed, Confidence.LIKELY)


def expiring(case: Case) -> Signs | None:
    """A certificate that answered expires sooner than the environment allows, counted from the start."""
    started = case.observation.started
    for exchange in case.observation.exchanges.values():
        certificate = exchange.answer.certificate if exchange.answer else None
        if certificate is None:
            continue
        expires = certificate.expires if certificate.expires.tzinfo else certificate.expires.replace(tzinfo=UTC)
        days = (expires - started).total_seconds() / DAY
        if days < case.environment.backend.certificate_days:
            line = (
                f"the certificate expires on {expires:%Y-%m-%d}, in {days:.0f} days;"
                f" it is for `{certificate.subject}` from `{certificate.issuer}`"
            )
            return Signs((seen(exchange, line),), (exchange.name,), names={"days": f"{days:.0f}"})
    return None


expired = by_wire(WireCause.TLS_EXPIRED, WireCause.TLS_NOT_YET_VALID)
wrong_host = by_wire(WireCause.TLS_WRONG_HOST)
untrusted = by_wire(WireCause.TLS_UNTRUSTED, confidence=Confidence.LIKELY)
RULES = (
    Rule("tls.no-certificate", Level.CERTIFICATE, _refused, after=AFTER),
    Rule(DEFAULT, Level.CERTIFICATE, _default, after=AFTER),
    Rule("tls.expired", Level.CERTIFICATE, expired, after=AFTER, unless=NOT_DEFAULT),
    Rule("tls.wrong-host", Level.CERTIFICATE, wrong_host, after=AFTER, unless=NOT_DEFAULT),
    Rule("tls.untrusted", Level.CERTIFICATE, untrusted, after=AFTER, unless=NOT_DEFAULT),
    Rule("tls.client-certificate", Level.CERTIFICATE, client_refused, after=AFTER, silences=("net.reset",)),
    Rule("tls.expiring", Level.ADVICE, expiring, after=(), advisory=True),
)
