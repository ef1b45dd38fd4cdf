"""The catalogue of faults is one that people can read and programs can rely on."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from importlib.resources import files
from typing import get_args

import pytest

from smokegate.replica import FAULTS, KINDS, Fault
from smokegate.replica.catalogue import MODULES, PLACES, Verdict, Where, entries
from smokegate.replica.faults import application

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
        list(entries([application], "untold", row))


#: What the functions that break things are made of.
SHARED = {"when", "stopwatch", "inside", "send_answer"}


@pytest.mark.parametrize("module", MODULES)
def test_every_function_breaks_something(module: str) -> None:
    """A function beside the files of faults that is not a fault, and that no row names, is dead."""
    named = set(SHARED)
    for place in PLACES:
        rows = tomllib.loads((files("smokegate.replica.faults") / f"{place}.toml").read_text(encoding="utf-8"))
        for name, row in rows.items():
            steps = row.get("steps", [row]) if isinstance(row, dict) else ()
            named |= {step.get("by", name.replace("-", "_")) for step in steps}
    found = import_module(f"smokegate.replica.faults.{module}")
    own = {name for name, each in vars(found).items() if getattr(each, "__module__", "") == found.__name__}
    assert {name for name in own if name.islower() and not name.startswith("_")} <= named
