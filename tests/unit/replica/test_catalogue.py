"""The catalogue of faults is one that people can read and programs can rely on."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from importlib.resources import files
from typing import get_args

import pytest

from smokegate.replica import FAULTS, KINDS, Fault
from smokegate.replica.catalogue import PLACES, Verdict, Where, entries
from smokegate.replica.faults import shaping

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


def test_a_row_without_a_title_is_refused() -> None:
    """A title is the row's, or the docstring of the function that the fault has for itself."""
    row = {"kinds": ["tectonic"], "where": "app", "cause": ["app.error"], "caught_by": ["health.ok"], "by": "instead"}
    with pytest.raises(ValueError, match="fault 'untold' has no title"):
        list(entries(shaping, "untold", row))


@pytest.mark.parametrize("place", PLACES)
def test_every_function_of_a_place_breaks_something(place: str) -> None:
    """A function beside a file of faults that is not a fault of it, and that no row names, is dead."""
    rows = tomllib.loads((files("smokegate.replica.faults") / f"{place}.toml").read_text(encoding="utf-8"))
    named = {name.replace("-", "_") for name in rows} | {
        row["by"] for row in rows.values() if isinstance(row, dict) and "by" in row
    }
    module = import_module(f"smokegate.replica.faults.{place}")
    own = {name for name, each in vars(module).items() if getattr(each, "__module__", "") == module.__name__}
    assert {name for name in own if name.islower() and not name.startswith("_")} <= named
