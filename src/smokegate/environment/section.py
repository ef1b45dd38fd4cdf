"""What all tables of an environment file have in common, and how their errors travel."""

from __future__ import annotations

import os
import threading
from collections.abc import Generator, Iterable
from contextlib import contextmanager

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, InitErrorDetails

PLUGINS_OFF = "PYDANTIC_DISABLE_PLUGINS"
"""pydantic's own switch; it is read as the validators of a model are built."""
ONE_AT_A_TIME = threading.RLock()
"""Held while the switch is set: of two threads the second would else find it set, and leave it so."""


class Section(BaseModel):
    """A table of the file: frozen, and strict about types and about keys that it does not know.

    A string after a field is its documentation: `docs/environments.md` and the JSON schema are made of them,
    read from the source when those are written. pydantic's `use_attribute_docstrings` costs a start 60 ms.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True)


def retold(errors: Iterable[ErrorDetails]) -> ValidationError:
    """Return errors that were found as one that a validator can raise."""
    details = [
        InitErrorDetails(type=each["type"], loc=each["loc"], input=each["input"], ctx=each.get("ctx", {}))
        for each in errors
    ]
    return ValidationError.from_exception_data("", details)


@contextmanager
def unobserved() -> Generator[None]:
    """Build and use sections without pydantic's plugins: a telemetry's (Logfire's, for one) would be given each secret.

    Looking for them takes time, too: pydantic reads the metadata of every package that is installed.
    """
    with ONE_AT_A_TIME:
        before = os.environ.get(PLUGINS_OFF)
        os.environ[PLUGINS_OFF] = "__all__"
        try:
            yield
        finally:
            if before is None:
                del os.environ[PLUGINS_OFF]
            else:
                os.environ[PLUGINS_OFF] = before
