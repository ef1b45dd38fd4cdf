"""What all tables of an environment file have in common: how they are read, and how their mistakes travel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Self, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta, Struct, field
from msgspec.structs import FieldInfo, fields

from smokegate.environment.errors import InvalidValueError
from smokegate.environment.notes import After, Around, Before
from smokegate.environment.plain_values import plain
from smokegate.environment.variables import Variables

Key = str | int


class Problem(Struct, frozen=True, eq=False):
    """One thing that is wrong with a value: where in it, what was found there, and what is wrong with that."""

    path: tuple[Key, ...]
    found: Any
    what: InvalidValueError | Literal["missing", "unknown"]


class SectionError(ValueError):
    """Everything that is wrong with a value."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{'.'.join(map(str, each.path))}: {each.what}" for each in self.problems))


class Section(Struct, frozen=True, kw_only=True):
    """A table of the file: frozen, and strict about types and about keys that it does not know.

    A string after a field is its documentation: `docs/environments.md` and the JSON schema are made of them,
    read from the source when those are written. An `InvalidValueError` of `__post_init__` is a mistake in the table.
    """

    @classmethod
    def prepared(cls, table: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the table as it is read: a section may fill in what it leaves out."""
        return table

    @classmethod
    def read(cls, table: object, given: Variables | None = None) -> Self:
        """Make one from a table of a file, or of the same shape by hand, where there are no variables.

        A `SectionError` holds all that is wrong with it.
        """
        if isinstance(table, cls):
            return table
        if not isinstance(table, Mapping):
            raise SectionError([Problem((), table, InvalidValueError("a table of keys"))])
        known, values, problems = fields_of(cls), {}, []
        raw = cls.prepared(table)
        for key, one in known.items():
            if key in raw:
                try:
                    values[one.name] = read(one.type, raw[key], given)
                except SectionError as error:
                    problems += below(key, error)
            elif one.required:
                problems.append(Problem((key,), raw, "missing"))
        problems += [Problem((key,), value, "unknown") for key, value in raw.items() if key not in known]
        if problems:
            raise SectionError(problems)
        try:
            return cls(**values)
        except InvalidValueError as error:
            raise SectionError([Problem((), table, error)]) from None

    @property
    def given(self) -> dict[str, Any]:
        """The keys that have a value, such as the rules that are given, by name."""
        every = ((name, getattr(self, name)) for name in self.__struct_fields__)
        return {name: value for name, value in every if value is not None}


def named(key: str, default: Any = NODEFAULT) -> Any:
    """Return the field of a section that the file calls something else."""
    return field(name=key, default=default)


@cache
def fields_of(section: type[Section]) -> dict[str, FieldInfo]:
    """Return the fields of a section, by the names that the file uses."""
    return {one.encode_name: one for one in fields(section)}


def section_of(wanted: Any) -> type[Section] | None:
    """Return the section that a field holds, alone, in an array or among alternatives."""
    if isinstance(wanted, type) and issubclass(wanted, Section):
        return wanted
    return next((found for each in get_args(wanted) if (found := section_of(each))), None)


def below(key: Key, error: SectionError) -> list[Problem]:
    """Return what is wrong with the value of a key, as seen from the table that it is in."""
    return [Problem((key, *each.path), each.found, each.what) for each in error.problems]


def read(wanted: Any, value: object, given: Variables | None) -> Any:
    """Read a value of this type, notes and all; a `SectionError` holds all that is wrong with it."""
    origin = get_origin(wanted)
    try:
        if origin is Annotated:
            return _annotated(wanted, value, given)
        if origin is Union or origin is UnionType:
            return _one_of(get_args(wanted), value, given)
        if origin is tuple:
            return _array(get_args(wanted)[0], value, given)
        if origin is dict:
            return _table(get_args(wanted), value, given)
        if section_of(wanted) is not None:
            return wanted.read(value, given)
        return plain(wanted, value)
    except InvalidValueError as error:
        raise SectionError([Problem((), value, error)]) from None


def _annotated(wanted: Any, value: object, given: Variables | None) -> Any:
    limits = tuple(each for each in wanted.__metadata__ if isinstance(each, Meta))
    inner = Annotated[(wanted.__origin__, *limits)] if limits else wanted.__origin__
    make: Callable[[Any], Any] = (lambda one: plain(inner, one)) if limits else (lambda one: read(inner, one, given))
    for note in wanted.__metadata__:
        if isinstance(note, Before | After | Around):
            make = note.around(make, given)
    return make(value)


def _one_of(wanted: Sequence[Any], value: object, given: Variables | None) -> Any:
    """Read a value as the first alternative that it fits; where it fits none, a table is wrong as a section is."""
    if value is None and NoneType in wanted:
        return None
    if isinstance(value, Mapping):
        wanted = [each for each in wanted if section_of(each) is not None] or wanted
    errors = []
    for each in (one for one in wanted if one is not NoneType):
        try:
            return read(each, value, given)
        except SectionError as error:
            errors.append(error)
    raise errors[0]


def _array(item: Any, value: object, given: Variables | None) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise InvalidValueError("an array")
    made, problems = [], []
    for index, each in enumerate(value):
        try:
            made.append(read(item, each, given))
        except SectionError as error:
            problems += below(index, error)
    if problems:
        raise SectionError(problems)
    return tuple(made)


def _table(wanted: Sequence[Any], value: object, given: Variables | None) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise InvalidValueError("a table")
    made, problems = {}, []
    for name, each in value.items():
        for kind, one in zip(wanted, (name, each), strict=True):
            try:
                made[name] = read(kind, one, given)
            except SectionError as error:
                problems += below(name, error)
    if problems:
        raise SectionError(problems)
    return made
