"""Certificates that proxies and platforms show where none is set up for a name are recognised by their names."""

from __future__ import annotations

import pytest
from tests_support.diagnosis import an_environment, judged, silent_everywhere

from smokegate.knowledge.certificates import default_certificate
from smokegate.observation.transport.causes import WireCause

ALONE = {"sign_in": None, "frontend": None, "version": None}
SELF_SIGNED = "SSLCertVerificationError: certificate verify failed: self-signed certificate; the certificate is "
SHOWN = [
    ("for CN=TRAEFIK DEFAULT CERT, issued by CN=TRAEFIK DEFAULT CERT", "Traefik"),
    ("for O=Acme Co, CN=Kubernetes Ingress Controller Fake Certificate, issued by O=Acme Co", "ingress-nginx"),
    ("for no name, issued by CN=Caddy Local Authority - ECC Intermediate", "Caddy"),
    ("for O=Plesk, CN=Plesk, issued by O=Plesk, CN=Plesk", "Plesk"),
    ("for O=CloudFlare, Inc., CN=CloudFlare Origin Certificate, issued by O=CloudFlare, Inc.", "Cloudflare's"),
    ("for CN=shop.example, issued by O=(STAGING) Let's Encrypt, CN=(STAGING) Counterfeit Cashew R10", "staging"),
    ("for CN=*.herokuapp.com, issued by O=Amazon, CN=Amazon RSA 2048 M02", "platform"),
    ("for O=Internet Widgits Pty Ltd, issued by O=Internet Widgits Pty Ltd", "installation"),
]


@pytest.mark.parametrize(("names", "owner"), SHOWN, ids=[owner for _, owner in SHOWN])
def test_default_certificate_is_the_cause(names: str, owner: str) -> None:
    """The first cause is `tls.default-certificate`, its title names whose it is, and nothing else is said of it."""
    diagnosis = judged(*silent_everywhere(WireCause.TLS_UNTRUSTED, SELF_SIGNED + names))

    assert diagnosis.headline is not None
    assert diagnosis.headline.code == "tls.default-certificate"
    assert owner in diagnosis.headline.title
    assert [finding.code for finding in diagnosis.findings if finding.code.startswith("tls.")] == [
        "tls.default-certificate"
    ]


@pytest.mark.parametrize(
    "names",
    [
        "for CN=shop.example, issued by O=Let's Encrypt, CN=R11",
        "for CN=shop.example, issued by O=Acme Bank, CN=Acme Bank Internal CA",
        "for CN=traefik.shop.example, issued by O=Let's Encrypt, CN=R11",
        "for CN=example.com.shop.example, issued by CN=Shop Root",
        "",
    ],
)
def test_certificate_of_a_deployment_is_no_default(names: str) -> None:
    """A certificate that someone had issued for a name stays what it is: expired, for another host, not trusted."""
    assert default_certificate(names) is None

    diagnosis = judged(*silent_everywhere(WireCause.TLS_UNTRUSTED, SELF_SIGNED + names))

    assert diagnosis.headline is not None
    assert diagnosis.headline.code == "tls.untrusted"


def test_certificate_for_localhost_is_no_default_where_localhost_is_checked() -> None:
    """It is for the right name: what counts is that it has expired, or whose authority it is from."""
    environment = an_environment(**{**ALONE, "backend": {"url": "https://localhost:8443"}})
    shown = "certificate has expired; the certificate is for CN=localhost, issued by CN=Shop Root"
    diagnosis = judged(*silent_everywhere(WireCause.TLS_EXPIRED, shown), environment=environment)

    assert diagnosis.headline is not None
    assert diagnosis.headline.code == "tls.expired"
