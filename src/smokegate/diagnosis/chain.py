"""One cause, one red: which symptom up the chain is red already when an exchange fails.

The chain is: the name resolves, the port accepts, the certificate holds, HTTP comes back, a server is behind
the hostname, it is the right one, it is healthy; then everything else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from smokegate.diagnosis.broken import is_broken, monitoring_status
from smokegate.diagnosis.case import Case, host_of, is_sample, on_frontend
from smokegate.diagnosis.identity import strangers
from smokegate.observation.model import Answer, Exchange, NoAnswer, NotSent
from smokegate.observation.transport.causes import Stage

if TYPE_CHECKING:
    from smokegate.environment.model import Environment
    from smokegate.observation.model import Observation

ON_THE_WAY = {
    Stage.NAME: "test_reach.py::test_name_resolves",
    Stage.CONNECT: "test_reach.py::test_port_accepts",
    Stage.TLS: "test_reach.py::test_certificate_is_valid",
    Stage.EXCHANGE: "test_reach.py::test_server_answers_http",
}
"""The symptom of each stage at which a request can end without an answer."""
ROUTED = "test_routing.py::test_a_server_is_behind_the_hostname"
RIGHT_SERVICE = "test_routing.py::test_it_is_the_right_service"
HEALTHY = "test_health.py::test_health_is_ok"
STEADY = "test_health.py::test_health_is_steady"
SYMPTOMS = {
    "register": "test_sign_in.py::test_registering_creates_an_account",
    "login first": "test_sign_in.py::test_standing_account_signs_in",
    "account without token": "test_sign_in.py::test_account_is_closed_without_a_token",
    "logout": "test_sign_in.py::test_logout_ends_the_session",
    "account after logout": "test_sign_in.py::test_logout_ends_the_session",
    "login": "test_sign_in.py::test_login_after_logout_succeeds",
    "account again": "test_sign_in.py::test_new_token_opens_the_same_account",
    "wrong password": "test_sign_in.py::test_wrong_password_is_refused",
    "account after wrong password": "test_sign_in.py::test_wrong_password_is_refused",
    "kept account": "test_sign_in.py::test_kept_account_still_signs_in",
    "monitoring": "test_monitoring.py::test_monitoring_gives_a_known_status",
    "page": "test_frontend.py::test_frontend_is_served",
    "preflight": "test_frontend.py::test_backend_lets_the_frontend_call_it",
    "version": "test_version.py::test_expected_commit_answers",
}
"""The symptom of each exchange that is the first to fail."""


def blocked_by(observation: Observation, name: str, environment: Environment) -> str | None:
    """Return the smoke test that shows the symptom from which the failure of an exchange follows.

    That is a symptom further up the chain, or else the one that the exchange shows by itself, so that of
    several tests that read one broken exchange one is red. A test that is named here judges for itself. None
    where the exchange is as it should be, or where each test on it has something else to say.
    """
    case = Case(environment, observation)
    return _before(case, name) or _own(case, name)


def symptom_of(case: Case, name: str) -> str | None:
    """Return the smoke test that is red when this exchange is the first to fail."""
    if is_sample(name):
        return HEALTHY if name == "health" else STEADY
    if name == "account" or (name == "login first" and case.exchange("register")):
        return SYMPTOMS[_opener(case)]
    if name.startswith("csrf for "):
        return symptom_of(case, name.removeprefix("csrf for "))
    if name.startswith("endpoint "):
        return "test_endpoints.py::test_endpoint_keeps_its_promise"
    return SYMPTOMS.get(name)


def _opener(case: Case) -> str:
    sign_in = case.environment.sign_in
    return "register" if sign_in is None or (sign_in.creates_accounts and sign_in.register_) else "login first"


def _own(case: Case, name: str) -> str | None:
    exchange = case.exchange(name)
    if exchange is None or not is_broken(case, exchange):
        return None
    if name == "monitoring" and monitoring_status(case) is not None:
        return None  # a status that is known and not good has tests of its own
    return None if name in {"version", "preflight"} else symptom_of(case, name)


def _before(case: Case, name: str) -> str | None:
    exchange = case.exchange(name)
    if exchange is None:
        return None
    outcome = exchange.outcome
    if isinstance(outcome, NotSent):
        return _before(case, outcome.because) or symptom_of(case, outcome.because) or outcome.because
    if isinstance(outcome, NoAnswer):
        return _by_silence(case, exchange, outcome)
    return _by_answer(case, exchange, outcome) if is_broken(case, exchange) else None


def _by_silence(case: Case, exchange: Exchange, outcome: NoAnswer) -> str | None:
    root = case.wire("health")
    if root is not None and _shares_fate(case, exchange):
        return ON_THE_WAY[root.cause.stage]
    if on_frontend(exchange.name) or is_sample(exchange.name):
        return None
    same = [each for each in case.samples if each.no_answer and each.no_answer.cause is outcome.cause]
    return STEADY if same else None


def _shares_fate(case: Case, exchange: Exchange) -> bool:
    """Tell whether the exchange goes to the backend's host, or the runner reaches no host at all."""
    if not on_frontend(exchange.name) or host_of(exchange.request.url) == case.host:
        return True
    control = case.observation.control
    return bool(control) and not any(probe.reached for probe in control)


def _by_answer(case: Case, exchange: Exchange, answer: Answer) -> str | None:
    name, edge = exchange.name, case.edge_alone(exchange.name)
    if on_frontend(name) and host_of(exchange.request.url) != case.host:
        return None
    if edge is not None:
        return _by_edge(case, name, edge.code)
    health = case.app("health")
    if health is not None and strangers(case.environment.backend.health, health):
        return RIGHT_SERVICE
    if name == "health" or on_frontend(name):
        return None
    if health is not None and health.status >= 500 and answer.status == health.status:
        return HEALTHY
    return _by_twin(case, exchange, answer)


def _by_edge(case: Case, name: str, code: str) -> str | None:
    if name == "health" or case.edge_alone("health") is not None:
        return ROUTED
    health, answer = case.app("health"), case.answer(name)
    if health and answer and health.status >= 500 and is_broken(case, case.samples[0]):
        return HEALTHY
    edges = [case.edge_alone(each.name) for each in case.samples]
    return STEADY if not is_sample(name) and any(each and each.code == code for each in edges) else None


def _by_twin(case: Case, exchange: Exchange, answer: Answer) -> str | None:
    """Tell of a step what was told of the one it repeats: of the second token what was told of the first.

    Nobody can log in to an account that was not made, and a login that is not there refuses no password.
    """
    if exchange.name == "login" and case.opener and is_broken(case, case.opener):
        return _told_of(case, case.opener.name)
    if exchange.name in {"login", "account again"} and _is_broken(case, "account"):
        same = exchange.name == "login" or _status(case, "account") == answer.status
        return _told_of(case, "account") if same else None
    if exchange.name == "wrong password" and _is_broken(case, "login"):
        return _told_of(case, "login") if _status(case, "login") == answer.status else None
    return None


def _told_of(case: Case, name: str) -> str | None:
    return _before(case, name) or symptom_of(case, name)


def _is_broken(case: Case, name: str) -> bool:
    exchange = case.exchange(name)
    return exchange is not None and is_broken(case, exchange)


def _status(case: Case, name: str) -> int | None:
    answer = case.answer(name)
    return answer.status if answer else None
