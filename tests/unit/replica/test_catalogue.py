"""The catalogue of faults is one that people can read and programs can rely on."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from smokegate.replica import FAULTS, KINDS, Fault
from smokegate.replica.catalogue import Verdict, Where, fault

EVERY = [entry for of_kind in FAULTS.values() for entry in of_kind.values()]


def test_every_kind_has_faults() -> None:
    assert tuple(FAULTS) == KINDS
    assert all(FAULTS.values())


@pytest.mark.parametrize("entry", EVERY, ids=lambda entry: f"{entry.kind}-{entry.name}")
def test_an_entry_is_complete(entry: Fault) -> None:
    assert FAULTS[entry.kind][entry.name] is entry
    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", entry.name)
    assert re.fullmatch(r"[A-Z][^\n]+[^.]", entry.title)
    assert entry.where in get_args(Where)
    assert entry.verdict in get_args(Verdict)
    assert entry.cause
    assert all(re.fullmatch(r"[a-z-]+\.[a-z-]+", code) for code in entry.cause)
    assert entry.caught_by


def test_a_title_is_one_fault_of_a_kind() -> None:
    for of_kind in FAULTS.values():
        titles = [entry.title for entry in of_kind.values()]
        assert len(set(titles)) == len(titles)


def test_the_catalogue_cannot_be_changed_by_its_readers() -> None:
    with pytest.raises(TypeError):
        FAULTS["tectonic"]["mine"] = EVERY[0]  # type: ignore[index] -- that is the point


def test_a_fault_cannot_be_entered_twice() -> None:
    def no_server(_: object) -> None:
        """Nothing runs."""

    with pytest.raises(ValueError, match="fault 'no-server' of replica 'tectonic' is entered twice"):
        fault("tectonic", where="edge", cause="render.no-server", caught_by="")(no_server)


def test_a_fault_without_a_title_is_refused() -> None:
    def untold(_: object) -> None: ...

    with pytest.raises(ValueError, match="fault 'untold' has no docstring"):
        fault("tectonic", where="edge", cause="render.no-server", caught_by="")(untold)
