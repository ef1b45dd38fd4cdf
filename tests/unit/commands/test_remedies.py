"""What may be done about which cause: every cause is decided, and nothing forbidden is ever among it."""

from __future__ import annotations

import pytest

from smokegate.commands.fix.remedies import Kind, Refusal, Remedy, remedies, remedy_of
from smokegate.diagnosis.catalogue import all_rules
from smokegate.diagnosis.undetermined import CODE as UNDETERMINED
from smokegate.replica.compose.faults import FAULTS

CODES = sorted({*(rule.code for rule in all_rules()), UNDETERMINED})
FAMILIES = {code.partition(".")[0] for code in CODES}


@pytest.mark.parametrize("code", CODES)
def test_every_cause_is_decided(code: str) -> None:
    """A cause of the catalogue has a row of its own or of its family: none was forgotten."""
    assert code in remedies() or code.partition(".")[0] in remedies()


@pytest.mark.parametrize("code", sorted(remedies()))
def test_every_row_is_about_a_cause_that_there_is(code: str) -> None:
    """No row is left over from a cause that was renamed."""
    assert code in CODES or code in FAMILIES


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_says_why(code: str) -> None:
    """A refusal has a reason in words; a remedy has something to do."""
    found = remedy_of(code)
    assert len(found.reason.split()) > 4 if isinstance(found, Refusal) else found.kinds


def test_what_is_not_known_is_refused() -> None:
    """A code that the table does not know is refused, and named."""
    found = remedy_of("brand.new")
    assert isinstance(found, Refusal)
    assert "brand.new" in found.reason


@pytest.mark.parametrize("code", [code for code, remedy in remedies().items() if isinstance(remedy, Remedy)])
def test_the_gentlest_comes_first(code: str) -> None:
    """Start or restart, then rebuild, then restart all: never the other way round."""
    remedy = remedies()[code]
    assert isinstance(remedy, Remedy)
    order = list(Kind)
    assert [*remedy.kinds] == sorted(remedy.kinds, key=order.index)


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault.heals])
def test_what_the_replica_says_can_be_healed_is_tried(name: str) -> None:
    """The real stack's faults that starting a service heals all lead to an action."""
    assert all(isinstance(remedy_of(code), Remedy) for code in FAULTS[name].cause)


@pytest.mark.parametrize(
    "code",
    ["postgres.auth-failed", "container.import-error", "container.disk-full", "container.missing-variable"],
)
def test_what_comes_back_after_a_restart_is_refused(code: str) -> None:
    """A wrong password, an import error, a full disk or a missing variable is nothing for a restart."""
    assert isinstance(remedy_of(code), Refusal)
