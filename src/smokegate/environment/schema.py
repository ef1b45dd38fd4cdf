"""The JSON schema of an environment file, made from the model and the texts beside its fields."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pydantic import BaseModel

from smokegate.environment.answers import HeaderRule, TextRule
from smokegate.environment.browser import Element
from smokegate.environment.expectations import HOLDS, WORDS, Rule
from smokegate.environment.fields import spelt
from smokegate.environment.messages import section_of
from smokegate.environment.model import EnvironmentFile
from smokegate.environment.section import Section

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest draft that the TOML plug-ins of editors all read."""
OBJECT = "A nested object of the JSON body: its keys and the values that they must have."


def schema() -> dict[str, Any]:
    """Return the schema of a whole file."""
    raw = EnvironmentFile.model_json_schema(ref_template="#/definitions/{model}")
    definitions = raw.pop("$defs")
    models = {model.__name__: model for model in sections(EnvironmentFile)}
    top = _section(raw, EnvironmentFile)
    made: dict[str, Any] = {
        "$schema": DRAFT,
        "title": "smokegate environment",
        **top,
        "definitions": {
            **{name: _section(each, models[name]) for name, each in sorted(definitions.items())},
            **_promises(),
            **{rules.__name__: _section(rules.model_json_schema(), rules) for rules in (TextRule, HeaderRule, Element)},
        },
    }
    backend = made["properties"]["backend"]
    several = {"type": "array", "items": {"$ref": backend["$ref"]}, "minItems": 1}
    made["properties"]["backend"] = {
        "description": backend["description"],
        "anyOf": [{"$ref": backend["$ref"]}, several],
    }
    return {key: _resolved(each) for key, each in made.items()}


def _resolved(node: Any) -> Any:
    """Return a schema in which the rules for texts and headers are references to their definitions."""
    if isinstance(node, list):
        return [_resolved(each) for each in node]
    if not isinstance(node, dict):
        return node
    if "x-rules" in node:
        return {"$ref": f"#/definitions/{node['x-rules']}"}
    return {key: _resolved(each) for key, each in node.items()}


def sections(model: type[Section]) -> list[type[Section]]:
    """Return the sections that a section is made of, each once, itself first."""
    found = [model]
    for each in found:
        inner = dict.fromkeys(section_of(field.annotation) for field in each.model_fields.values())
        found.extend(one for one in inner if one and issubclass(one, Section) and one not in found)
    return found


def texts(model: type[BaseModel]) -> dict[str, str]:
    """Return the string that stands after each field of a class, by the field's name in the file."""
    found: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            body = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
            assert isinstance(body, ast.ClassDef)
            found.update(_strings(body.body))
    return {field.alias or name: found[name] for name, field in model.model_fields.items()}


def _strings(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    for field, after in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(after, ast.Expr):
            yield field.target.id, inspect.cleandoc(ast.literal_eval(after.value)).replace("\n", " ")


def _section(raw: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    described = texts(model)
    properties = {key: {**_property(each), "description": described[key]} for key, each in raw["properties"].items()}
    required = {"required": raw["required"]} if "required" in raw else {}
    return {
        "type": "object",
        "description": inspect.cleandoc(model.__doc__ or "").replace("\n\n", " ").replace("\n", " "),
        "properties": properties,
        **required,
        "additionalProperties": False,
    }


SHORT = "x-section"
"""Marks a key that takes a path as well as a section, and names the section."""


def _short(raw: dict[str, Any]) -> dict[str, Any]:
    """Spell out that a request may be written as its path alone."""
    if "x-short" not in raw:
        return raw
    kept = {key: value for key, value in raw.items() if key not in {"x-short", "$ref"}}
    path = {"type": "string", "pattern": "^/"}
    return {**kept, "anyOf": [path, {"$ref": raw["$ref"]}], SHORT: raw["$ref"].rpartition("/")[2]}


def _property(raw: dict[str, Any]) -> dict[str, Any]:
    """Drop what says nothing about a TOML file: generated titles, null, defaults that are nothing."""
    kept = {key: value for key, value in raw.items() if key not in {"title", "description"}}
    kept = _short(kept)
    alternatives = [each for each in map(_short, kept.get("anyOf", ())) if each != {"type": "null"}]
    alternatives = [each for one in alternatives for each in (one["anyOf"] if SHORT in one else [one])]
    if any("$ref" in each for each in alternatives) and len(alternatives) > 1:
        target = next(each["$ref"] for each in alternatives if "$ref" in each)
        kept = {**kept, "anyOf": alternatives, SHORT: target.rpartition("/")[2]}
    elif len(alternatives) == 1:
        del kept["anyOf"]
        kept = {**alternatives[0], **kept}
    elif alternatives:
        kept = {**kept, "anyOf": alternatives}
    if kept.get("default") in (None, "", []):
        kept.pop("default", None)
    if kept.get("x-kind") == "duration" and "default" in kept:
        kept["default"] = spelt(kept["default"])
    if kept.get("x-kind") == "JSON expectations":
        kept = {"$ref": "#/definitions/Json", "x-kind": "JSON expectations"}
    return kept


def _promises() -> dict[str, Any]:
    """Return the definitions of promises about JSON bodies."""
    value = {"$ref": "#/definitions/JsonValue"}
    keys = {"type": "object", "additionalProperties": value}
    rule = _section(Rule.model_json_schema(), Rule)
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
