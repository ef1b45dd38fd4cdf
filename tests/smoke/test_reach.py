"""The deployment is reachable: its name resolves, its port accepts, its certificate holds, HTTP answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from smokegate.diagnosis.chain import ON_THE_WAY
from smokegate.environment.model import Environment
from smokegate.observation.model import Certificate, Observation
from smokegate.observation.transport.causes import Stage
from smokegate.plugin.seen import Blocked, NotApplicable, Seen


def test_name_resolves(health: Seen) -> None:
    """The host name resolves to an address.

    Symptom: "could not resolve host", after a service was renamed or a domain was not renewed.
    """
    health.must_pass(Stage.NAME)


def test_port_accepts(health: Seen) -> None:
    """The port accepts a connection.

    Symptom: "connection refused", or silence, because no process listens or a firewall drops the packets.
    """
    health.must_pass(Stage.CONNECT)


@pytest.mark.needs("backend.may_be_https")
def test_certificate_is_valid(health: Seen) -> None:
    """The certificate is valid, trusted and made for this host.

    Symptom: browsers warn, every API client fails, and plain curl says "certificate has expired".
    """
    _over_https(health)
    health.must_pass(Stage.TLS)


@pytest.mark.advisory
@pytest.mark.needs("backend.may_be_https")
def test_certificate_is_not_about_to_expire(health: Seen, environment: Environment, observation: Observation) -> None:
    """The certificate is good for the coming days.

    Symptom: the renewal has silently stopped, and the outage is already on the calendar.
    """
    _over_https(health)
    certificate: Certificate | None = health.exchange.answer.certificate if health.exchange.answer else None
    if certificate is None:
        ended = health.exchange.no_answer
        raise Blocked(ON_THE_WAY[ended.cause.stage if ended else Stage.EXCHANGE])
    left = certificate.expires - observation.started
    days = environment.backend.certificate_days
    health.must(
        left >= timedelta(days=days),
        f"a certificate that is good for {days} days more",
        f"it expires on {certificate.expires:%Y-%m-%d}, in {left.days} days",
    )


def test_server_answers_http(health: Seen) -> None:
    """What comes back is an HTTP answer, whole and before the deadline.

    Symptom: "empty reply from server", "connection reset by peer", or a request hangs until it times out.
    """
    health.must_pass(Stage.EXCHANGE)


def _over_https(health: Seen) -> None:
    if not health.exchange.request.url.startswith("https:"):
        raise NotApplicable("plain http has no certificate")
