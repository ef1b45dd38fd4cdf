"""The catalogue of faults: what can be broken on purpose, where, and what must then be noticed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, partial
from importlib import import_module
from importlib.resources import files
from types import MappingProxyType, ModuleType
from typing import Any, Literal, TypeVar

KINDS = ("tectonic", "trading", "render")
"""The reference deployments that can be started."""

Where = Literal["edge", "app", "database", "frontend", "wire", "platform"]
Verdict = Literal["FAIL", "OUTAGE", "WARN", "UNKNOWN"]
Behaviour = Callable[[Any], None]
"""Breaks a replica before it starts: changes its `Plan`."""
AnyFault = TypeVar("AnyFault", bound="Fault")

PLACES = (
    *("wire", "tls", "render", "nginx", "app", "database", "sign_in", "frontend", "monitoring", "platform", "browser"),
)
"""The files of the catalogue, each beside the module with what breaks things."""


class UnknownFaultError(ValueError):
    """No fault of that name; the text says which one may have been meant."""


class UnknownKindError(ValueError):
    """No replica of that kind; the text lists those there are."""


@dataclass(frozen=True)
class Fault:
    """One deliberate defect of one kind of replica.

    `caught_by` are the checks that must fail, each by its code (`a|b`: one of the two), `cause` the codes any one
    of which is a right diagnosis, `verdict` what the run must end with. `needs` names what the fault can
    not do without: `namespace` for those that only `smokegate.replica.namespace` can bring about, `browser` for those
    that only a browser sees. With
    `tls` the replica always speaks https.
    """

    name: str
    kind: str
    where: Where
    title: str
    cause: tuple[str, ...]
    caught_by: tuple[str, ...] = ()
    verdict: Verdict = "FAIL"
    needs: Literal["namespace", "browser"] | None = None
    tls: bool = False
    behaviour: Behaviour = field(default=lambda _: None, repr=False, compare=False)
    place: str = field(default="", repr=False, compare=False)
    """The file of the catalogue that has it."""


@cache
def faults() -> Mapping[str, Mapping[str, Fault]]:
    """Every fault, by kind and by name, in the order of the catalogue's files.

    A file, such as `faults/app.toml`; `where` and `kinds` at its top are those of every fault that names none:

        [health-missing]
        cause = ["app.health-missing"]      # any one of them is a right diagnosis
        caught_by = ["health.ok"]           # or a table, where it differs from kind to kind
        title = "The health path is gone"   # left out: the docstring of the function that breaks it
        by = "instead"                      # that function, in the module beside the file or in `shaping.py`; left
                                            # out: the fault's name
        with = { path = "/health" }         # what it is given besides the plan

    Raises:
        ValueError: a kind has two faults of a name, or a fault has no title.
    """
    found: dict[str, dict[str, Fault]] = {kind: {} for kind in KINDS}
    for place in PLACES:
        table = tomllib.loads((files("smokegate.replica.faults") / f"{place}.toml").read_text(encoding="utf-8"))
        rows = {name: row for name, row in table.items() if isinstance(row, dict)}
        module = import_module(f"smokegate.replica.faults.{place}")
        for fault in (each for name, row in rows.items() for each in entries(module, name, {**table, **row})):
            if fault.name in found[fault.kind]:
                raise ValueError(f"fault {fault.name!r} of replica {fault.kind!r} is entered twice")
            found[fault.kind][fault.name] = fault
    return MappingProxyType({kind: MappingProxyType(of_kind) for kind, of_kind in found.items()})


def entries(module: ModuleType, name: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield one row of the catalogue as a fault, once for each kind.

    Raises:
        ValueError: neither the row nor the function has a title.
    """
    from smokegate.replica.faults import shaping  # noqa: PLC0415 -- images of containers have no faults

    by = row.get("by", name.replace("-", "_"))
    function = getattr(module, by, None) or getattr(shaping, by)
    title = row.get("title") or " ".join((function.__doc__ or "").split()).removesuffix(".")
    if not title or ("by" in row and "title" not in row):
        raise ValueError(f"fault {name!r} has no title")
    for kind in row["kinds"]:
        checks = row["caught_by"]
        yield Fault(
            name,
            kind,
            row["where"],
            title,
            tuple(row["cause"]),
            tuple(checks[kind] if isinstance(checks, dict) else checks),
            row.get("verdict", "FAIL"),
            row.get("needs"),
            row.get("tls", False),
            partial(function, **row.get("with", {})),
            module.__name__.rpartition(".")[2],
        )


def find_fault(kind: str, name: str) -> Fault:
    """The fault of that name.

    Raises:
        UnknownKindError: there is no such replica.
        UnknownFaultError: the replica has no such fault.
    """
    check_kind(kind)
    return known(name, kind, faults()[kind])


def known(name: str, kind: str, of_kind: Mapping[str, AnyFault]) -> AnyFault:
    """The fault of that name among those of a kind.

    Raises:
        UnknownFaultError: there is none.
    """
    if name not in of_kind:
        raise UnknownFaultError(f"replica {kind!r} has no fault {name!r}: {_hint(name, of_kind)}")
    return of_kind[name]


def find_faults(kind: str, names: str) -> tuple[Fault, ...]:
    """The faults of a name with `+` between them: a replica can have more than one.

    Raises:
        UnknownKindError: there is no such replica.
        UnknownFaultError: the replica has no such fault.
    """
    return tuple(find_fault(kind, name) for name in names.split("+"))


def check_kind(kind: str) -> None:
    """Refuse a kind that does not exist.

    Raises:
        UnknownKindError: there is no such replica.
    """
    if kind not in KINDS:
        raise UnknownKindError(f"no replica of kind {kind!r}: {_hint(kind, KINDS)}")


def _hint(name: str, there: Collection[str]) -> str:
    near = get_close_matches(name, there, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(there)}"
