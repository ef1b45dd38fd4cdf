"""Certificates of replicas: a throw-away authority, and leaves that are right or wrong in a known way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    import trustme

    from smokegate.replica.plan import Certificate, Plan, Site

_EXPIRING = timedelta(days=2)


def ca_file(plan: Plan) -> Path:
    """Where the certificate authority of a replica is written."""
    return plan.directory / "ca.pem"


def write(plan: Plan) -> None:
    """Write the authority, and a certificate with its key for each kind in the plan; nothing without TLS."""
    used = {site.certificate for site in (plan.backend, plan.frontend)}
    kinds: set[Certificate] = {kind for kind in used if kind is not None}
    if not kinds:
        return
    import trustme  # noqa: PLC0415 -- only where it runs

    authority = trustme.CA(organization_name="smokegate replica")
    authority.cert_pem.write_to_path(str(ca_file(plan)))
    for kind in kinds:
        path = str(_leaf(plan, kind))
        if kind == "self-signed":
            stranger = trustme.CA(organization_name="self-signed")
            stranger.private_key_pem.write_to_path(path)
            stranger.cert_pem.write_to_path(path, append=True)
        else:
            issuer = trustme.CA(organization_name="someone else") if kind == "untrusted" else authority
            _issue(issuer, kind).private_key_and_cert_chain_pem.write_to_path(path)


def context(plan: Plan, site: Site) -> ssl.SSLContext | None:
    """The server's side of TLS for a site; None for a plain one."""
    if site.certificate is None:
        return None
    import ssl  # noqa: PLC0415 -- only where it runs

    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(_leaf(plan, site.certificate))
    return made


def _issue(issuer: trustme.CA, kind: Certificate) -> trustme.LeafCert:
    now = datetime.now(UTC)
    names = ("another-service.invalid",) if kind == "wrong-host" else ("127.0.0.1", "localhost")
    ends = {"expired": now - timedelta(days=1), "expiring": now + _EXPIRING}.get(kind, now + timedelta(days=90))
    return issuer.issue_cert(*names, not_before=now - timedelta(days=30), not_after=ends)


def _leaf(plan: Plan, kind: Certificate) -> Path:
    return plan.directory / f"{kind}.pem"
