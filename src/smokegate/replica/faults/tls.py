"""Faults of TLS: certificates that must not be trusted, or not for much longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan


def tls_expired(plan: Plan) -> None:
    """The certificate ended yesterday."""
    plan.backend.certificate = "expired"


def tls_wrong_host(plan: Plan) -> None:
    """The certificate is another host's."""
    plan.backend.certificate = "wrong-host"


def tls_untrusted(plan: Plan) -> None:
    """The certificate was issued by an authority that no one here trusts."""
    plan.backend.certificate = "untrusted"


def tls_self_signed(plan: Plan) -> None:
    """The certificate is signed by itself."""
    plan.backend.certificate = "self-signed"


def tls_expiring(plan: Plan) -> None:
    """The certificate ends in two days."""
    plan.backend.certificate = "expiring"
