"""Faults of TLS: certificates that must not be trusted, or not for much longer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from smokegate.replica.plan import Certificate, Plan


def certificate(plan: Plan, kind: Certificate) -> None:
    """Have the backend show a certificate of this kind."""
    plan.backend.certificate = kind
