"""The deployment is reachable: its name resolves, its port accepts, its certificate is valid, HTTP answers."""

from __future__ import annotations

from datetime import timedelta

from smokegate.api import Blocked, Deployment, NotApplicable, Response, Stage, check


@check("reach.name")
def test_name_resolves(deployment: Deployment) -> None:
    """The host name resolves to an address.

    Symptom: "could not resolve host", after a service was renamed or a domain was not renewed.
    """
    deployment.health.expect_past(Stage.NAME)


@check("reach.port", after=("reach.name",))
def test_port_accepts(deployment: Deployment) -> None:
    """The port accepts a connection.

    Symptom: "connection refused", or silence, because no process listens or a firewall drops the packets.
    """
    deployment.health.expect_past(Stage.CONNECT)


@check("reach.certificate", after=("reach.port",), needs=("backend.may_be_https",), reads=("health",))
def test_certificate_is_valid(deployment: Deployment) -> None:
    """The certificate is valid, trusted and made for this host.

    Symptom: browsers warn, every API client fails, and plain curl says "certificate has expired".
    """
    _over_https(deployment.health).expect_past(Stage.TLS)


@check(
    "reach.certificate-expiry",
    after=("reach.certificate",),
    needs=("backend.may_be_https",),
    reads=("health",),
    severity="advisory",
)
def test_certificate_is_not_about_to_expire(deployment: Deployment) -> None:
    """The certificate is good for the coming days.

    Symptom: the renewal has silently stopped, and the outage is already on the calendar.
    """
    health = _over_https(deployment.health)
    if health.certificate is None:
        raise Blocked("no certificate was seen: the health check was not answered")
    expires = health.certificate.expires
    left = expires - deployment.started
    days = deployment.environment.backend.certificate_days
    health.expect(
        left >= timedelta(days=days),
        f"a certificate that is good for {days} days more",
        f"it expires on {expires:%Y-%m-%d}, in {left / timedelta(days=1):.0f} days",
    )


@check("reach.http", after=("reach.port", "reach.certificate"))
def test_server_answers_http(deployment: Deployment) -> None:
    """The response is HTTP, complete and before the deadline.

    Symptom: "empty reply from server", "connection reset by peer", or a request hangs until it times out.
    """
    deployment.health.expect_past(Stage.EXCHANGE)


def _over_https(health: Response) -> Response:
    if not health.url.startswith("https:"):
        raise NotApplicable("plain http has no certificate")
    return health
