"""How templates are read: compiled ones are kept as Python keeps compiled modules, and data is looked up as data."""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from pickle import PickleError
from typing import Any

from jinja2 import Environment, FileSystemBytecodeCache
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


class Compiled(FileSystemBytecodeCache):
    """Files beside those of our modules; where none can be written, each run compiles, which takes a seventh of it."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Read what an earlier run compiled; the bucket itself checks that it fits the template."""
        try:
            super().load_bytecode(bucket)
        except (OSError, EOFError, PickleError):  # cut short, or not to be read
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write the compiled template, unless Python is told not to write bytecode."""
        if not sys.dont_write_bytecode:
            with suppress(OSError):
                Path(self._get_cache_filename(bucket)).parent.mkdir(parents=True, exist_ok=True)
                super().dump_bytecode(bucket)

    def _get_cache_filename(self, bucket: Bucket) -> str:
        # The version stands for how templates are compiled, which their text does not say.
        return cache_from_source(str(Path(__file__).with_name(f"{bucket.key}-{VERSION}.py"))) + ".jinja"
