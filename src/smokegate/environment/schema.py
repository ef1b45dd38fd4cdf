"""The JSON schema of an environment file, made from its sections, the notes beside their keys and the texts below."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import NODEFAULT, Meta
from msgspec.structs import FieldInfo

from smokegate.environment.answers import HeaderRule, TextRule
from smokegate.environment.browser import Element
from smokegate.environment.calls import Called
from smokegate.environment.expectations import HOLDS, WORDS, Rule
from smokegate.environment.fields import spelt
from smokegate.environment.model import EnvironmentFile
from smokegate.environment.notes import Before, Examples, Kind
from smokegate.environment.section import Section, fields_of, section_of

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest draft that the TOML plug-ins of editors all read."""
OBJECT = "A nested object of the JSON body: its keys and the values that they must have."
SHORT = "x-section"
"""Marks a key that takes a path as well as a section, and names the section."""
PATH_ALONE = next(each for each in get_args(Called) if isinstance(each, Before))
TYPES = {str: "string", bool: "boolean", int: "integer", float: "number"}
LIMITS = {"ge": "minimum", "le": "maximum", "min_length": "minLength", "pattern": "pattern"}
"""The names that JSON schema gives to the limits of a value."""


def schema() -> dict[str, Any]:
    """Return the schema of a whole file."""
    named = {each.__name__: each for each in sections(EnvironmentFile) if each is not EnvironmentFile}
    rules = {each.__name__: each for each in (TextRule, HeaderRule, Element)}
    made: dict[str, Any] = {
        "$schema": DRAFT,
        "title": "smokegate environment",
        **_section(EnvironmentFile),
        "definitions": {
            **{name: _section(named[name]) for name in sorted(named.keys() - rules)},
            **_promises(),
            **{name: _section(each) for name, each in rules.items()},
        },
    }
    backend = made["properties"]["backend"]
    several = {"type": "array", "items": {"$ref": backend["$ref"]}, "minItems": 1}
    made["properties"]["backend"] = {
        "description": backend["description"],
        "anyOf": [{"$ref": backend["$ref"]}, several],
    }
    return made


def sections(section: type[Section]) -> list[type[Section]]:
    """Return the sections that a section is made of, each once, itself first."""
    found = [section]
    for each in found:
        inner = dict.fromkeys(section_of(field.type) for field in fields_of(each).values())
        found.extend(one for one in inner if one is not None and one not in found)
    return found


def texts(section: type[Section]) -> dict[str, str]:
    """Return the string that stands after each field of a class, by the field's name in the file."""
    found: dict[str, str] = {}
    for base in reversed(section.__mro__):
        if issubclass(base, Section) and base is not Section:
            body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
            assert isinstance(body, ast.ClassDef)
            found.update(_strings(body.body))
    return {key: found[field.name] for key, field in fields_of(section).items()}


def _strings(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, after in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
            yield field.target.id, inspect.cleandoc(ast.literal_eval(after.value)).replace("\n", " ")


def _section(section: type[Section]) -> dict[str, Any]:
    described, known = texts(section), fields_of(section)
    required = [key for key, field in known.items() if field.required]
    return {
        "type": "object",
        "description": inspect.cleandoc(section.__doc__ or "").replace("\n\n", " ").replace("\n", " "),
        "properties": {key: {**_property(field), "description": described[key]} for key, field in known.items()},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _property(field: FieldInfo) -> dict[str, Any]:
    """Return the schema of a key, with its default where that says something about a TOML file."""
    found = _value(field.type)
    default = field.default
    if default is NODEFAULT or default in (None, "", ()) or isinstance(default, Section):
        return found
    if found.get("x-kind") == "duration":
        default = spelt(default)
    return {**found, "default": [*default] if isinstance(default, tuple) else default}


def _value(wanted: Any) -> dict[str, Any]:  # noqa: PLR0911 -- one for each kind of type
    """Return the schema of a type."""
    origin, arguments = get_origin(wanted), get_args(wanted)
    if origin is Annotated:
        return _annotated(arguments[0], arguments[1:])
    if origin is Union or origin is UnionType:
        return _any_of([_value(each) for each in arguments if each is not NoneType])
    if origin is tuple:
        return {"type": "array", "items": _value(arguments[0])}
    if origin is dict:
        return _table(*map(_value, arguments))
    if origin is Literal:
        choices = {"enum": [*arguments]} if len(arguments) > 1 else {"const": arguments[0]}
        return {"type": TYPES[type(arguments[0])], **choices}
    if isinstance(wanted, type) and issubclass(wanted, Section):
        return {"$ref": f"#/definitions/{wanted.__name__}"}
    return {} if wanted is Any else {"type": TYPES[wanted]}


def _annotated(wanted: Any, notes: tuple[Any, ...]) -> dict[str, Any]:
    kind = next((each for each in notes if isinstance(each, Kind)), None)
    found = _value(wanted) if kind is None else dict(kind.schema)
    for note in notes:
        if isinstance(note, Kind) and note.name is not None:
            found["x-kind"] = note.name
        elif isinstance(note, Examples):
            found["examples"] = [*note.values]
        elif isinstance(note, Meta):
            limits = {name: getattr(note, attribute) for attribute, name in LIMITS.items()}
            found |= {name: limit for name, limit in limits.items() if limit is not None}
        elif note is PATH_ALONE:
            found = {"anyOf": [{"type": "string", "pattern": "^/"}, found], SHORT: found["$ref"].rpartition("/")[2]}
    return found


def _any_of(alternatives: list[dict[str, Any]]) -> dict[str, Any]:
    if len(alternatives) == 1:
        return alternatives[0]
    short = next((each[SHORT] for each in alternatives if SHORT in each), None)
    if short is None:
        return {"anyOf": alternatives}
    flat = [one for each in alternatives for one in (each["anyOf"] if SHORT in each else [each])]
    return {"anyOf": flat, SHORT: short}


def _table(key: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
    if "pattern" in key:
        return {"type": "object", "patternProperties": {key["pattern"]: value}}
    return {"type": "object", "additionalProperties": value}


def _promises() -> dict[str, Any]:
    """Return the definitions of promises about JSON bodies."""
    value = {"$ref": "#/definitions/JsonValue"}
    keys = {"type": "object", "additionalProperties": value}
    rule = _section(Rule)
    plain = {"type": ["string", "number", "boolean", "array"], "description": "The value equals this."}
    nested = {
        "description": OBJECT,
        "not": {"anyOf": [{"required": [word]} for word in WORDS]},
        "minProperties": 1,
    }
    explicit = {
        "type": "object",
        "description": OBJECT,
        "properties": {HOLDS: {**keys, "minProperties": 1}},
        "required": [HOLDS],
        "additionalProperties": False,
    }
    return {
        "Json": keys,
        "JsonRule": {**rule, "minProperties": 1},
        "JsonValue": {"anyOf": [plain, {"$ref": "#/definitions/JsonRule"}, explicit, {**keys, **nested}]},
    }
