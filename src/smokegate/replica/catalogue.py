"""The catalogue of faults: what can be broken on purpose, where, and what must then be noticed."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
"""The files of the catalogue, by what the faults are of."""
MODULES = ("edge", "wire", "application", "database", "sign_in", "platform")
"""The modules with what breaks things, by how they do it."""


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
        by = "instead"                      # that function, of one of the modules; left out: the fault's name
        with = { path = "/health" }         # what it is given besides the plan
        steps = [{ by = "…", path = "/" }]  # in the place of both: several functions, each with what it is given

    Raises:
        ValueError: a kind has two faults of a name, or a fault has no title.
    """
    modules = [import_module(f"smokegate.replica.faults.{each}") for each in MODULES]
    found: dict[str, dict[str, Fault]] = {kind: {} for kind in KINDS}
    for place in PLACES:
        table = tomllib.loads((files("smokegate.replica.faults") / f"{place}.toml").read_text(encoding="utf-8"))
        rows = {name: {"place": place, **table, **row} for name, row in table.items() if isinstance(row, dict)}
        for fault in (each for name, row in rows.items() for each in entries(modules, name, row)):
            if fault.name in found[fault.kind]:
                raise ValueError(f"fault {fault.name!r} of replica {fault.kind!r} is entered twice")
            found[fault.kind][fault.name] = fault
    return MappingProxyType({kind: MappingProxyType(of_kind) for kind, of_kind in found.items()})


def entries(modules: Sequence[ModuleType], name: str, row: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield one row of the catalogue as a fault, once for each kind; `ValueError` where it has no title."""
    steps = row.get("steps", [{"by": row.get("by", name.replace("-", "_")), **row.get("with", {})}])
    actions = [_action(modules, **step) for step in steps]
    own = {"by", "steps"}.isdisjoint(row)
    title = row.get("title") or (" ".join((actions[0].func.__doc__ or "").split()).removesuffix(".") if own else "")
    if not title:
        raise ValueError(f"fault {name!r} has no title")

    def behaviour(plan: Any) -> None:
        for action in actions:
            action(plan)

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
            behaviour,
            row.get("place", ""),
        )


def _action(modules: Sequence[ModuleType], by: str, **given: Any) -> partial[Any]:
    return partial(next(vars(each)[by] for each in modules if by in vars(each)), **given)


def known(name: str, kind: str, of_kind: Mapping[str, AnyFault]) -> AnyFault:
    """The fault of that name among those of a kind."""
    if name not in of_kind:
        raise UnknownFaultError(f"replica {kind!r} has no fault {name!r}: {_hint(name, of_kind)}")
    return of_kind[name]


def find_faults(kind: str, names: str) -> tuple[Fault, ...]:
    """The faults of a name with `+` between them: a replica can have more than one."""
    check_kind(kind)
    return tuple(known(name, kind, faults()[kind]) for name in names.split("+"))


def check_kind(kind: str) -> None:
    """Refuse a kind that does not exist."""
    if kind not in KINDS:
        raise UnknownKindError(f"no replica of kind {kind!r}: {_hint(kind, KINDS)}")


def _hint(name: str, there: Collection[str]) -> str:
    near = get_close_matches(name, there, n=1)
    return f"did you mean {near[0]!r}?" if near else f"there are {', '.join(there)}"
