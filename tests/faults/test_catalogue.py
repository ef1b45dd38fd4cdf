"""Faults, rules and checks belong together: an orphan on any side is a promise that nobody has proven."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from smokegate.diagnosis.catalogue import all_rules
from smokegate.diagnosis.undetermined import CODE as UNDETERMINED
from smokegate.replica import Fault
from smokegate.replica.catalogue import KINDS, faults
from smokegate.replica.compose.faults import FAULTS as COMPOSE

SMOKE = Path(__file__).parents[1] / "smoke"
CODES = {rule.code for rule in all_rules()}
#: Fixtures that only environments with a server or containers have, and the rules about what is seen there:
#: those are proven by the tests of the real stack and of each view of a server.
INSIDE = {"compose", "server"}
#: What no embedded replica declares; `test_own_deployment.py` and the unit tests `test_sign_in_forms.py` prove it.
ELSEWHERE = {
    "test_sign_in.py::test_standing_account_signs_in",
    "test_sign_in.py::test_logout_ends_the_session",
    "test_sign_in.py::test_kept_account_still_signs_in",
}
#: Causes of a standing account, which no embedded replica has; the unit tests `test_sign_in_forms.py` prove them.
OF_STANDING = {"sign-in.standing-refused", "data.lost"}
SEEN_INSIDE = ("compose.", "container.", "postgres.", "server.")
EMBEDDED = [fault for kind in KINDS for fault in faults()[kind].values()]
EVERY = [*EMBEDDED, *COMPOSE.values()]


def _name(fault: Fault) -> str:
    return f"{fault.kind}-{fault.name}"


def _checks() -> Iterator[tuple[str, set[str]]]:
    """Yield the smoke tests, each with its fixtures."""
    for file in sorted(SMOKE.glob("test_*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield f"{file.name}::{node.name}", {argument.arg for argument in node.args.args}


CHECKS = dict(_checks())


def _names(fault: Fault) -> list[str]:
    return [check.removeprefix("tests/smoke/") for check in fault.caught_by]


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
    """Each check that a fault names is a smoke test, by its whole name: a file's name proves nothing."""
    assert [name for name in _names(fault) if name.split("[")[0] not in CHECKS] == []


def test_embedded_replicas_know_sixty_faults() -> None:
    """There are enough ways to break the replicas that a gap in the suite has somewhere to show."""
    assert len(EMBEDDED) >= 60


@pytest.mark.parametrize("code", sorted(code for code in CODES - OF_STANDING if not code.startswith(SEEN_INSIDE)))
def test_rule_has_a_fault(code: str) -> None:
    """Each rule about what can be seen from outside is the right diagnosis of at least one fault."""
    assert [fault.name for fault in EVERY if code in fault.cause] != []


@pytest.mark.parametrize(
    "check", sorted({name for name, fixtures in CHECKS.items() if not fixtures & INSIDE} - ELSEWHERE)
)
def test_check_has_a_fault(check: str) -> None:
    """Each smoke test goes red, or warns, because of at least one fault of the embedded replicas."""
    assert [fault.name for fault in EMBEDDED if check in _names(fault)] != []
