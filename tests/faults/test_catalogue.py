"""Faults, rules and checks belong together: an orphan on any side is a promise that no one has proven."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests_support.field.cases import all_cases
from tests_support.suite import checks

from smokegate.diagnosis.catalogue import all_rules
from smokegate.diagnosis.undetermined import CODE as UNDETERMINED
from smokegate.replica import Fault
from smokegate.replica.catalogue import KINDS, faults
from smokegate.replica.compose.faults import FAULTS as COMPOSE

TESTS = Path(__file__).parents[1]
CODES = {rule.code for rule in all_rules()}
#: Checks of what is seen from the server: the tests of the real stack and of each view of a server prove them.
INSIDE = ("containers.", "origin.")
#: What no embedded replica declares; `test_own_deployment.py` and the unit tests of sign-in, samples and the browser
#: prove it.
ELSEWHERE = {
    "sign-in.first-login",
    "sign-in.logout",
    "sign-in.kept-account",
    "sign-in.write",
    "endpoint.steady",
    "browser.started",
    "browser.no-errors",
    "browser.budget",
    "render.edge",
}
EMBEDDED = [fault for kind in KINDS for fault in faults()[kind].values()]
EVERY = [*EMBEDDED, *COMPOSE.values()]


def _name(fault: Fault) -> str:
    return f"{fault.kind}-{fault.name}"


CHECKS = set(checks())


def _proven() -> set[str]:
    """Return each cause that a fault, a field case or a state of a real proxy states as the only right one."""
    faults_ = {fault.cause[0] for fault in EVERY if len(fault.cause) == 1}
    cases = {case.expect["code"] for case in all_cases() if "code" in case.expect}
    recorded = [json.loads(file.read_text("utf-8")) for file in (TESTS / "edges/answers").glob("*.json")]
    return faults_ | cases | {state["cause"] for states in recorded for state in states.values()}


@pytest.mark.parametrize("fault", EVERY, ids=_name)
def test_fault_names_its_checks_and_its_cause(fault: Fault) -> None:
    """A fault says which checks must go red and which cause must be named; else it proves nothing."""
    assert fault.caught_by
    assert fault.cause
    assert fault.title


@pytest.mark.parametrize("fault", EVERY, ids=_name)
def test_fault_names_causes_that_a_rule_finds(fault: Fault) -> None:
    """Each cause that a fault names is the code of a rule."""
    assert set(fault.cause) <= CODES | {UNDETERMINED}


@pytest.mark.parametrize("fault", EVERY, ids=_name)
def test_fault_names_checks_that_there_are(fault: Fault) -> None:
    """Each check that a fault names is one of the suite, by its code."""
    assert {code for each in fault.caught_by for code in each.split("|")} - CHECKS == set()


def test_embedded_replicas_know_sixty_faults() -> None:
    """There are enough ways to break the replicas that a gap in the suite has somewhere to show."""
    assert len(EMBEDDED) >= 60


def test_every_cause_is_proven() -> None:
    """Each cause is the only right one of a fault, a field case or a real proxy's state, all of which are run."""
    assert CODES - _proven() == set()


@pytest.mark.parametrize("check", sorted(code for code in CHECKS - ELSEWHERE if not code.startswith(INSIDE)))
def test_check_has_a_fault(check: str) -> None:
    """Each smoke test fails, or warns, because of at least one fault of the embedded replicas."""
    assert [fault.name for fault in EMBEDDED if check in fault.caught_by] != []
