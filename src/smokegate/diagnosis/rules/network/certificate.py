"""The certificate does not stand the check."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from smokegate.diagnosis.model import Confidence, Owner
from smokegate.diagnosis.rule import Level, Rule, Signs, Step
from smokegate.diagnosis.rule_helpers import by_wire, wire_signs
from smokegate.knowledge.certificates import default_certificate
from smokegate.observation.model import NoAnswer
from smokegate.observation.transport.causes import WireCause

if TYPE_CHECKING:
    from smokegate.diagnosis.case import Case

AFTER = (
    "runner",
    "net.name-not-found",
    "net.name-server",
    "net.refused",
    "net.unreachable",
    "net.connect-timeout",
)
READS = ("the TLS handshake of every exchange with the backend",)
SHOW: Step = (
    "See which one is served: `openssl s_client -connect {where} -servername {hostname} </dev/null | openssl"
    " x509 -noout -subject -issuer -dates -ext subjectAltName`."
)
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
        if known is not None and signs is not None:
            return replace(signs, names={**signs.names, "shows": known.owner}, steps=(known.step, SHOW))
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


RULES = (
    Rule(
        code="tls.no-certificate",
        title="The TLS handshake for {hostname} is refused: no certificate is set up for this name",
        level=Level.CERTIFICATE,
        owner=Owner.CONFIGURATION,
        symptom="Browsers say `ERR_SSL_UNRECOGNIZED_NAME_ALERT`, `ERR_SSL_PROTOCOL_ERROR`, or 'connection reset'.",
        reads=READS,
        judge=_refused,
        steps=(
            (
                "Compare `{hostname}` with the names that the proxy or platform serves: the domain is not added there"
                " yet, its certificate is still being issued, or that failed."
            ),
            SHOW,
            "Read the log of whatever ends TLS at that moment: it names the host name that it does not know.",
        ),
        competing=(
            "a server that speaks no TLS on this port",
            "versions or ciphers of TLS that the two do not share",
            "a firewall that breaks the connection off",
        ),
        after=AFTER,
    ),
    Rule(
        code="tls.default-certificate",
        title="{hostname} has no certificate of its own: it shows a default one, made by {shows}",
        level=Level.CERTIFICATE,
        owner=Owner.CONFIGURATION,
        symptom="Browsers warn about the certificate; it is one that a proxy or a tool has made itself.",
        reads=READS,
        judge=_default,
        steps=(SHOW,),
        competing=("a host name that leads to another server",),
        after=AFTER,
    ),
    Rule(
        code="tls.expired",
        title="The certificate of {host} is not valid at this time",
        level=Level.CERTIFICATE,
        owner=Owner.CONFIGURATION,
        symptom="Browsers warn that the connection is not private: the certificate has expired.",
        reads=READS,
        judge=by_wire(WireCause.TLS_EXPIRED, WireCause.TLS_NOT_YET_VALID),
        steps=(
            SHOW,
            (
                "Renew it and check why renewal did not happen by itself: `certbot renew --dry-run`, or the"
                " domain's state in the platform's dashboard."
            ),
            "Reload the proxy (`nginx -s reload`): it keeps the old certificate until then.",
            "If the dates are right, correct the clock of the machine that ran the suite.",
        ),
        competing=("a renewed certificate that the proxy has not loaded yet", "a wrong clock on the runner"),
        after=AFTER,
        unless=("tls.default-certificate",),
    ),
    Rule(
        code="tls.wrong-host",
        title="The certificate served at {host} is for another host",
        level=Level.CERTIFICATE,
        owner=Owner.CONFIGURATION,
        symptom="Browsers warn that the certificate is for another name.",
        reads=READS,
        judge=by_wire(WireCause.TLS_WRONG_HOST),
        steps=(
            SHOW,
            (
                "If the name in {file} is an alias, use the name that the certificate holds, or have the"
                " alias added to it."
            ),
            (
                "If the name is right, check which server block or service answers for it: a default one"
                " answers for names that it does not know."
            ),
        ),
        competing=(
            "a host name that leads to another server",
            "a custom domain that the platform does not know yet",
        ),
        after=AFTER,
        unless=("tls.default-certificate",),
    ),
    Rule(
        code="tls.untrusted",
        title="The certificate of {host} is not from an authority that is trusted here",
        level=Level.CERTIFICATE,
        owner=Owner.CONFIGURATION,
        symptom=("Browsers warn that the issuer is unknown; clients say 'unable to get local issuer certificate'."),
        reads=READS,
        judge=by_wire(WireCause.TLS_UNTRUSTED, confidence=Confidence.LIKELY),
        steps=(
            SHOW,
            (
                "If the chain is incomplete, serve certificate and intermediates together (`fullchain.pem`,"
                " not `cert.pem`)."
            ),
            (
                "If it is self-signed or from an authority of your own, put that authority into `ca_file` of"
                " {file}; do not switch verification off."
            ),
        ),
        competing=(
            "a chain without its intermediate certificate",
            "a self-signed certificate",
            "a proxy of this network that opens TLS",
        ),
        after=AFTER,
        unless=("tls.default-certificate",),
    ),
    Rule(
        code="tls.client-certificate",
        title="{host} does not accept the client certificate of this run, or wants one that {file} does not name",
        level=Level.CERTIFICATE,
        owner=Owner.TEST_DATA,
        symptom="Browsers ask which certificate to show; other clients say 'certificate required'.",
        reads=READS,
        judge=client_refused,
        steps=(
            "Put the client's certificate and key into `client_certificate` of `[backend]` in {file}.",
            "If they are there, see whether they have expired: `openssl x509 -noout -subject -enddate -in FILE`.",
            "If they are valid, check which authority the server trusts for clients, and whether that changed.",
        ),
        competing=(
            "a server that trusts another authority for clients since this deploy",
            "where it only closes the connection: a server that crashes on every request",
        ),
        after=AFTER,
        silences=("net.reset",),
    ),
)
