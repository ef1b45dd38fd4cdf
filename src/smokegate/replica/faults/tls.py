"""Faults of TLS: certificates that must not be trusted, or not for much longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.replica.catalogue import APPS, fault
from smokegate.replica.faults import checks

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan


@fault(*APPS, where="wire", cause="tls.expired", caught_by=checks.CERTIFICATE_IS_VALID, tls=True)
def tls_expired(plan: Plan) -> None:
    """The certificate ended yesterday."""
    plan.backend.certificate = "expired"


@fault(*APPS, where="wire", cause="tls.wrong-host", caught_by=checks.CERTIFICATE_IS_VALID, tls=True)
def tls_wrong_host(plan: Plan) -> None:
    """The certificate is another host's."""
    plan.backend.certificate = "wrong-host"


@fault(*APPS, where="wire", cause="tls.untrusted", caught_by=checks.CERTIFICATE_IS_VALID, tls=True)
def tls_untrusted(plan: Plan) -> None:
    """The certificate was issued by an authority that no one here trusts."""
    plan.backend.certificate = "untrusted"


@fault("tectonic", where="wire", cause="tls.untrusted", caught_by=checks.CERTIFICATE_IS_VALID, tls=True)
def tls_self_signed(plan: Plan) -> None:
    """The certificate is signed by itself."""
    plan.backend.certificate = "self-signed"


@fault(
    *APPS,
    where="wire",
    cause="tls.expiring",
    caught_by=checks.CERTIFICATE_IS_NOT_ABOUT_TO_EXPIRE,
    verdict="WARN",
    tls=True,
)
def tls_expiring(plan: Plan) -> None:
    """The certificate ends in two days."""
    plan.backend.certificate = "expiring"
