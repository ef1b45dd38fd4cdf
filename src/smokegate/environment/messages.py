"""Turns what validation found into mistakes that a person can fix."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from msgspec import Struct
from msgspec.structs import FieldInfo

from smokegate.environment.browser import Element
from smokegate.environment.errors import Mistake
from smokegate.environment.location import locate
from smokegate.environment.model import EnvironmentFile
from smokegate.environment.notes import Examples
from smokegate.environment.overrides import Override
from smokegate.environment.reading import shown, text_of
from smokegate.environment.section import Problem, Section, fields_of, section_of
from smokegate.environment.wording import describe, dotted, nearest


class MistakeReporter(Struct):
    """Reports what is wrong with one file."""

    file: Path
    written: Mapping[str, Any]
    """Its raw table."""
    table: Mapping[str, Any]
    """The same with the overrides in it."""
    overrides: Sequence[Override]
    """What was set from outside, so that it is blamed and not the file."""
    place: Callable[[tuple[str, ...]], tuple[str, ...]]
    """Returns where in the file a key stands."""

    def problem(self, problem: Problem) -> Mistake:
        """Report one thing that reading found."""
        return self.mistake(problem.path, _text(problem))

    def mistake(self, path: Sequence[str | int], text: str) -> Mistake:
        """Report what is wrong with a key, naming the endpoint where it is one of several."""
        keys = tuple(map(str, path))
        for override in self.overrides:
            if override.brought(keys, self.written):
                return Mistake(override.place, "" if override.path == keys else dotted(keys), text)
        location = locate(text_of(self.file), self.place(keys))
        return Mistake(shown(self.file), dotted(keys) + self._endpoint(path), text, location)

    def _endpoint(self, path: Sequence[str | int]) -> str:
        if tuple(path[:2]) != ("backend", "endpoints") or len(path) <= 3:
            return ""
        endpoint = self.table["backend"]["endpoints"][path[2]]
        name = endpoint.get("path") if isinstance(endpoint, Mapping) else None
        return f" ({name})" if isinstance(name, str) else ""


def _text(problem: Problem) -> str:
    if problem.what == "unknown":
        return _unknown(problem.path, problem.found)
    if problem.what == "missing":
        return f"is missing; expected {_example(problem.path)}"
    return str(problem.what) if problem.what.found else f"{problem.what}, found {describe(problem.found)}"


def _unknown(path: tuple[str | int, ...], value: Any) -> str:
    *above, key = path
    what = "unknown section" if isinstance(value, dict | list) else "unknown key"
    known = _fields(above)
    near = nearest(str(key), known)
    if near is not None:
        return f'{what}; did you mean "{near}"?'
    homes = [dotted(section) for section in _sections() if str(key) in _fields(section) and section != tuple(above)]
    if homes:
        where = " or ".join(f"[{home}]" if home else "the top of the file" for home in homes)
        return f"{what}; did you mean the one of {where}?"
    return f"{what}; known here: {', '.join(known)}"


def _fields(path: Sequence[str | int]) -> dict[str, FieldInfo]:
    """Return the fields of the section at a path, by the names that the file uses."""
    section: type[Section] | None = EnvironmentFile
    named = False
    for part in path:
        if isinstance(part, int) or section is None or named:
            named = named and isinstance(part, int)
            continue
        field = fields_of(section).get(part)
        section = section_of(field.type) if field is not None else None
        wanted = field.type if field is not None else None
        bare = get_args(wanted)[0] if get_origin(wanted) is Annotated else wanted
        named = get_origin(bare) is dict  # its keys are the file's own, such as the names of headers
    return fields_of(section) if section is not None else {}


def _sections(path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Return the path of every section of a file, the top first; a value that may be a table is none."""
    found = [path]
    for name, field in _fields(path).items():
        if section_of(field.type) not in {None, Element} and name != "json":
            found.extend(_sections((*path, name)))
    return found


def _example(path: tuple[str | int, ...]) -> str:
    *above, key = path
    field = _fields(above).get(str(key))
    examples = examples_of(field.type) if field is not None else ()
    if examples:
        value = examples[0]
        return f"{key} = {describe(value) if isinstance(value, str) else value}, for one"
    if field is not None and (choices := _words(field.type)):
        return f"{key} = one of {', '.join(choices)}"
    return f'{key} = "/…"' if key == "path" else f'{key} = {{ env = "NAME" }}'


def examples_of(wanted: Any) -> tuple[Any, ...]:
    """Return the examples that stand beside a type."""
    notes = wanted.__metadata__ if get_origin(wanted) is Annotated else ()
    return next((each.values for each in notes if isinstance(each, Examples)), ())


def _words(annotation: Any) -> list[str]:
    """Return the words that a key can hold, where they are few."""
    return [word for each in get_args(annotation) for word in ([each] if isinstance(each, str) else _words(each))]
