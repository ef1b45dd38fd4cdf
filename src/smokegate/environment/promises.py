"""Promises about JSON bodies: typed data in the file, a flat list of paths and rules once loaded."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict

JsonType = Literal["string", "number", "integer", "boolean", "object", "array", "null"]


class Rule(BaseModel):
    """A promise about one JSON value; every key that is given must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    equals: Any = None
    """The value equals this; also written as the bare value."""
    one_of: tuple[Any, ...] | None = None
    """The value equals one of these."""
    not_one_of: tuple[Any, ...] | None = None
    """The value equals none of these."""
    at_least: float | None = None
    """The value is a number and not smaller."""
    at_most: float | None = None
    """The value is a number and not larger."""
    matches: str | None = None
    """The value is a string in which this regular expression is found."""
    contains: Any = None
    """The value is a string or an array that contains this."""
    type: JsonType | None = None
    """The value has this JSON type."""
    present: bool | None = None
    """`true`: the key is there, whatever its value; `false`: it is not."""


class JsonPromise(BaseModel):
    """A rule and the path of keys to the value that it is about."""

    model_config = ConfigDict(frozen=True)

    path: tuple[str, ...]
    rule: Rule

    @property
    def key(self) -> str:
        """The path with dots, as people write it."""
        return ".".join(self.path)


def flatten(table: object, path: tuple[str, ...] = ()) -> tuple[JsonPromise, ...]:
    """Turn the nested table of a file into a flat tuple of promises.

    Raises:
        ValueError: it is no table.
    """
    if isinstance(table, tuple):
        return table
    if not isinstance(table, dict):
        raise ValueError("expected a table of JSON keys and the values that they must have")
    found: list[JsonPromise] = []
    for key, value in table.items():
        here = (*path, key)
        if not isinstance(value, dict):
            found.append(JsonPromise(path=here, rule=Rule(equals=value)))
        elif value.keys() <= Rule.model_fields.keys():
            found.append(JsonPromise(path=here, rule=Rule(**value)))
        else:
            found.extend(flatten(value, here))
    return tuple(found)


JsonPromises = Annotated[tuple[JsonPromise, ...], BeforeValidator(flatten)]
