"""What can be broken on purpose in the real stack: no mocks, each fault is done to real containers."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from smokegate.replica.catalogue import Fault, entries
from smokegate.replica.compose import breaking

if TYPE_CHECKING:
    from smokegate.replica.compose.stack import Stack


@dataclass(frozen=True)
class ComposeFault(Fault):
    """One deliberate defect of the real stack: `behaviour`, given the stack, brings it about and returns when it shows.

    `end` undoes what it did outside the stack's own containers, networks, volumes and directory. `heals`
    says whether starting, restarting or rebuilding services can fix it.
    """

    end: Callable[[Stack], None] = field(default=lambda _: None, repr=False, compare=False)
    heals: bool = False


def _faults() -> Iterator[ComposeFault]:
    table = tomllib.loads(Path(__file__).with_name("faults.toml").read_text(encoding="utf-8"))
    for name, row in table.items():
        (fault,) = entries([breaking], name, {"kinds": ["compose"], "where": "app", **row})
        more = {"end": getattr(breaking, row["end"])} if "end" in row else {}
        yield ComposeFault(**vars(fault), **more, heals=row.get("heals", False))


FAULTS: Mapping[str, ComposeFault] = MappingProxyType({each.name: each for each in _faults()})
"""Every fault by its name, in the order of the file."""
