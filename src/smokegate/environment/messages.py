"""Turns what validation found into mistakes that a person can fix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from smokegate.environment.browser import Element
from smokegate.environment.errors import InvalidValueError, Mistake
from smokegate.environment.location import locate
from smokegate.environment.model import EnvironmentFile
from smokegate.environment.overrides import Override
from smokegate.environment.wording import describe, did_you_mean, dotted, nearest

EXPECTED = {
    "string_type": "a string",
    "string_too_short": "a text",
    "string_pattern_mismatch": "a text that matches {pattern}",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "tuple_type": "an array",
    "dict_type": "a table",
    "model_type": "a table of keys",
    "model_attributes_type": "a table of keys",
    "greater_than_equal": "a number of at least {ge}",
    "less_than_equal": "a number of at most {le}",
    "literal_error": "{expected}",
}
"""What a key holds, by pydantic's type of error."""


class MistakeReporter:
    """Reports what is wrong with one file.

    Args:
        file: what messages call it.
        written: its raw table.
        table: the same with the overrides in it.
        overrides: what was set from outside, so that it is blamed and not the file.
        text: returns the file's text, for the lines that are shown.
        place: returns where in the file a key stands.
    """

    def __init__(  # noqa: PLR0913, PLR0917 -- a value each, given once
        self,
        file: str,
        written: Mapping[str, Any],
        table: Mapping[str, Any],
        overrides: Sequence[Override],
        text: Callable[[], str],
        place: Callable[[tuple[str, ...]], tuple[str, ...]] = lambda path: path,
    ) -> None:
        self.file = file
        self.written = written
        self.table = table
        self.overrides = overrides
        self._source = text
        self._place = place

    def validation(self, error: ValidationError) -> list[Mistake]:
        """Report everything that validation found."""
        return [self.one(each) for each in error.errors(include_url=False)]

    def one(self, error: Mapping[str, Any]) -> Mistake:
        """Report one of pydantic's errors."""
        path = tuple(each for each in error["loc"] if each != "[key]")
        return self.mistake(path, _text(error, path))

    def mistake(self, path: Sequence[str | int], text: str) -> Mistake:
        """Report what is wrong with a key, naming the endpoint where it is one of several."""
        keys = tuple(map(str, path))
        for override in self.overrides:
            if override.brought(keys, self.written):
                return Mistake(override.place, "" if override.path == keys else dotted(keys), text)
        return Mistake(self.file, dotted(keys) + self._endpoint(path), text, locate(self._source(), self._place(keys)))

    def _endpoint(self, path: Sequence[str | int]) -> str:
        if tuple(path[:2]) != ("backend", "endpoints") or len(path) <= 3:
            return ""
        endpoint = self.table["backend"]["endpoints"][path[2]]
        name = endpoint.get("path") if isinstance(endpoint, Mapping) else None
        return f" ({name})" if isinstance(name, str) else ""


def _text(error: Mapping[str, Any], path: tuple[str | int, ...]) -> str:
    kind, value = error["type"], error["input"]
    if kind == "extra_forbidden":
        return _unknown(path, value)
    if kind == "missing":
        return f"is missing; expected {_example(path)}"
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, InvalidValueError):
        return str(cause) if cause.found else f"expected {cause.expected}, found {describe(value)}"
    expected = EXPECTED.get(kind)
    if expected is None:
        return f"{error['msg']}, found {describe(value)}"
    ctx = error.get("ctx", {})
    hint = did_you_mean(value, _choices(path)) if kind == "literal_error" and isinstance(value, str) else ""
    return f"expected {expected.format(**ctx)}, found {describe(value)}{hint}"


def _unknown(path: tuple[str | int, ...], value: Any) -> str:
    *above, key = path
    what = "unknown section" if isinstance(value, dict | list) else "unknown key"
    known = _keys(above)
    near = nearest(str(key), known)
    if near is not None:
        return f'{what}; did you mean "{near}"?'
    homes = [dotted(section) for section in _sections() if str(key) in _keys(section) and section != tuple(above)]
    if homes:
        where = " or ".join(f"[{home}]" if home else "the top of the file" for home in homes)
        return f"{what}; did you mean the one of {where}?"
    return f"{what}; known here: {', '.join(known)}"


def section_of(annotation: Any) -> type[BaseModel] | None:
    """Return the section that a field holds, alone, in an array or among alternatives."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := section_of(each))), None)


def _fields(path: Sequence[str | int]) -> dict[str, Any]:
    """Return the fields of the section at a path, by the names that the file uses."""
    model: type[BaseModel] | None = EnvironmentFile
    for part in path:
        if isinstance(part, int) or model is None:
            continue
        field = _named(model).get(part)
        model = section_of(field.annotation) if field is not None else None
    return _named(model) if model is not None else {}


def _named(model: type[BaseModel]) -> dict[str, Any]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _keys(path: Sequence[str | int]) -> tuple[str, ...]:
    return tuple(_fields(path))


def _sections(path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the path of every section of a file, the top first; a value that may be a table is none."""
    found = [path]
    for name, field in _fields(path).items():
        if section_of(field.annotation) not in {None, Element} and name != "json":
            found.extend(_sections((*path, name)))
    return found


def _example(path: tuple[str | int, ...]) -> str:
    *above, key = path
    field = _fields(above).get(str(key))
    examples = (field.examples if field is not None else None) or ()
    if examples:
        value = examples[0]
        return f"{key} = {describe(value) if isinstance(value, str) else value}, for one"
    choices = _choices(path)
    return f"{key} = one of {', '.join(choices)}" if choices else f'{key} = {{ env = "NAME" }}'


def _choices(path: tuple[str | int, ...]) -> list[str]:
    """Return the words that a key can hold, where they are few."""
    parts = [each for each in path if not isinstance(each, int)]
    field = _fields(parts[:-1]).get(str(parts[-1])) if parts else None
    return list(_words(field.annotation)) if field is not None else []


def _words(annotation: Any) -> list[str]:
    return [word for each in get_args(annotation) for word in ([each] if isinstance(each, str) else _words(each))]
