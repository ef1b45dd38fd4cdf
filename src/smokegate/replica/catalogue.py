"""The catalogue of faults: what can be broken on purpose, where, and what must then be noticed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from smokegate.replica.plan import Plan

KINDS = ("tectonic", "trading", "render")
"""The reference deployments that can be started."""
APPS = KINDS[:2]
"""Those that faults of an application are for; `render` is the first of them with its platform's API beside it."""

Where = Literal["edge", "app", "database", "frontend", "wire", "platform"]
Verdict = Literal["FAIL", "OUTAGE", "WARN", "UNKNOWN"]
Behaviour = Callable[["Plan"], None]

_PLACES = (
    *("wire", "tls", "render", "nginx", "app", "database", "sign_in", "frontend", "monitoring", "platform", "browser"),
)


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
    `tls` the replica speaks https whether asked to or not.
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


_found: dict[str, dict[str, Fault]] = {kind: {} for kind in KINDS}


def fault(  # noqa: PLR0913 -- a catalogue entry has this many columns
    *kinds: str,
    where: Where,
    cause: tuple[str, ...] | str,
    caught_by: tuple[str, ...] | str | Mapping[str, tuple[str, ...] | str],
    verdict: Verdict = "FAIL",
    needs: Literal["namespace", "browser"] | None = None,
    tls: bool = False,
) -> Callable[[Behaviour], Behaviour]:
    """Enter the decorated behaviour into the catalogue, once for each kind.

    The fault's name is the function's with dashes for underscores; its title is the function's docstring.
    `caught_by` may differ from kind to kind.

    Raises:
        ValueError: a kind already has a fault of this name, or the function has no docstring.
    """

    def enter(behaviour: Behaviour) -> Behaviour:
        name = behaviour.__name__.replace("_", "-")
        title = " ".join((behaviour.__doc__ or "").split()).removesuffix(".")
        if not title:
            raise ValueError(f"fault {name!r} has no docstring to take its title from")
        for kind in kinds:
            if name in _found[kind]:
                raise ValueError(f"fault {name!r} of replica {kind!r} is entered twice")
            checks = caught_by[kind] if isinstance(caught_by, Mapping) else caught_by
            _found[kind][name] = Fault(
                name, kind, where, title, _tuple(cause), _tuple(checks), verdict, needs, tls, behaviour
            )
        return behaviour

    return enter


def _tuple(value: tuple[str, ...] | str) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def faults() -> Mapping[str, Mapping[str, Fault]]:
    """Every fault, by kind and by name, in the order of the catalogue's files."""
    for place in _PLACES:
        import_module(f"smokegate.replica.faults.{place}")
    return MappingProxyType({kind: MappingProxyType(of_kind) for kind, of_kind in _found.items()})


def find_fault(kind: str, name: str) -> Fault:
    """The fault of that name.

    Raises:
        UnknownKindError: there is no such replica.
        UnknownFaultError: the replica has no such fault.
    """
    check_kind(kind)
    of_kind = faults()[kind]
    if name in of_kind:
        return of_kind[name]
    near = get_close_matches(name, of_kind, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(of_kind)}"
    raise UnknownFaultError(f"replica {kind!r} has no fault {name!r}: {hint}")


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
        near = get_close_matches(kind, KINDS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(KINDS)}"
        raise UnknownKindError(f"no replica of kind {kind!r}: {hint}")
