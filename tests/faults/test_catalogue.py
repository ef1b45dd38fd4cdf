"""Faults, rules and checks belong together: an orphan on any side is a promise that no one has proven."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests_support.suite import checks

import smokegate.knowledge
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
SEEN_INSIDE = ("database.", "dependency.", "compose.", "container.", "postgres.", "server.")
EMBEDDED = [fault for kind in KINDS for fault in faults()[kind].values()]
EVERY = [*EMBEDDED, *COMPOSE.values()]


def _name(fault: Fault) -> str:
    return f"{fault.kind}-{fault.name}"


CHECKS = set(checks())


def _of_data(code: str) -> bool:
    """Whether a row of the data about logs and edges names the cause: each row is proven by tests of its own."""
    knowledge = Path(smokegate.knowledge.__file__).parent
    kind = code.removeprefix("edge.")
    texts = [file.read_text(encoding="utf-8") for file in knowledge.rglob("*.toml")]
    return any(f'code = "{code}"' in text or f'says = "{kind}"' in text for text in texts)


def _named_in_a_test(code: str) -> bool:
    """Whether a test of what edges, clients and applications answer names the cause."""
    folders = (TESTS / "unit/diagnosis", TESTS / "unit/knowledge", TESTS / "unit/observation", TESTS / "edges")
    files = (file for folder in folders for file in folder.rglob("*.py"))
    return any(f'"{code}"' in file.read_text(encoding="utf-8") for file in files)


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


@pytest.mark.parametrize("code", sorted(code for code in CODES if not code.startswith(SEEN_INSIDE)))
def test_rule_has_a_fault(code: str) -> None:
    """Each rule about what can be seen from outside is the right diagnosis of a fault, or of an answer in a test."""
    assert any(code in fault.cause for fault in EVERY) or _of_data(code) or _named_in_a_test(code)


@pytest.mark.parametrize("check", sorted(code for code in CHECKS - ELSEWHERE if not code.startswith(INSIDE)))
def test_check_has_a_fault(check: str) -> None:
    """Each smoke test fails, or warns, because of at least one fault of the embedded replicas."""
    assert [fault.name for fault in EMBEDDED if check in fault.caught_by] != []
