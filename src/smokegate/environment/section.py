"""What all tables of an environment file have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table of the file: frozen, and strict about types and about keys that it does not know.

    A string after a field is its documentation: `docs/environments.md` and the JSON schema are made of them. They are
    read from the source when those are written, because pydantic's `use_attribute_docstrings` would cost every start
    60 ms.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)
