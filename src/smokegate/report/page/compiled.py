"""How templates are read: compiled ones are kept as Python keeps compiled modules, and data is looked up as data."""

from __future__ import annotations

import os
import sys
import tempfile
from importlib.util import cache_from_source
from pathlib import Path
from pickle import PickleError
from typing import Any

from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket

from smokegate.project import VERSION

METHODS = frozenset(dir(dict))


class OfPlainData(Environment):
    """Reads `each.name` of a dictionary by its key first: tried as an attribute, each value costs an exception."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return a value by its name; the methods of a dictionary stay what they are."""
        if type(obj) is dict and attribute in obj and attribute not in METHODS:
            return obj[attribute]
        return super().getattr(obj, attribute)


class Compiled(BytecodeCache):
    """Files beside those of our modules; where none can be written, each run compiles, which takes a seventh of it."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what an earlier run compiled; the bucket itself checks that it fits the template."""
        try:
            with _file(bucket).open("rb") as file:
                bucket.load_bytecode(file)
        except (OSError, EOFError, PickleError):  # not there, or cut short
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write the compiled template, unless Python is told not to write bytecode."""
        if sys.dont_write_bytecode:
            return
        place = _file(bucket)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            descriptor, name = tempfile.mkstemp(dir=place.parent)
        except OSError:
            return
        try:
            with os.fdopen(descriptor, "wb") as file:
                bucket.write_bytecode(file)
            Path(name).replace(place)
        except OSError:
            Path(name).unlink(missing_ok=True)


def _file(bucket: Bucket) -> Path:
    # The version stands for how templates are compiled, which their text does not say.
    return Path(cache_from_source(str(Path(__file__).with_name(f"{bucket.key}-{VERSION}.py"))) + ".jinja")
