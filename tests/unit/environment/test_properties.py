"""Whatever is in a file, it loads or is told to be wrong in lines that name it; nothing else comes out."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from smokegate.environment.errors import EnvironmentErrors
from smokegate.environment.expectations import Rule
from smokegate.environment.load import load
from smokegate.environment.model import Environment
from smokegate.environment.schema import schema

SHIPPED = Path(__file__).parents[3] / "environments"
VARIABLES = {"SMOKE_AWS_URL": "https://aws.example.com", "EMAIL": "me@example.com", "PASSWORD": "hunter2"}
KEYS = sorted(
    {key for each in (schema(), *schema()["definitions"].values()) for key in each.get("properties", {})}
    | {"env", "default", "prefix", "holds", "name", "secrets", "missing", "", "é", "a.b", "\u202e"}
)
WORDS = ["/a", "2s", "https://x.example", "EMAIL", "gate", "GET", "tectonic", "database", "(", "\n", ""]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file that an example is written to."""
    return tmp_path_factory.mktemp("environments") / "app.toml"


def loads_or_tells(file: Path, content: bytes, overrides: tuple[str, ...] = ()) -> Environment | None:
    """Load the content; if it is wrong, check that every line says something about file or override."""
    file.write_bytes(content)
    try:
        (environment,) = load(["app"], directory=file.parent, variables=VARIABLES, overrides=overrides)
    except EnvironmentErrors as errors:
        caught = errors
    else:
        return environment
    assert caught.mistakes
    assert "hunter2" not in str(caught)
    for mistake in caught.mistakes:
        line, *excerpt = str(mistake).split("\n")
        place, _, rest = line.partition(": ")
        assert re.fullmatch(rf"{re.escape(str(file))}(:\d+)?|--set .*", place)
        assert len(excerpt) == (0 if mistake.location is None else 2)
        assert all(map(str.isprintable, excerpt))
        assert rest.strip()
        assert line.isprintable()
        assert "hunter2" not in line
    return None


def toml(value: Any) -> str:
    """Write a value as TOML, tables in line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)} = {toml(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return quoted(value) if isinstance(value, str) else repr(value)


def quoted(text: str) -> str:
    """Write a text as a TOML string, which is a JSON string but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def document(table: dict[str, Any]) -> bytes:
    """Write a table as a file."""
    return "\n".join(f"{quoted(key)} = {toml(each)}" for key, each in table.items()).encode()


texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=8)
plain = some.one_of(
    some.booleans(),
    some.integers(-(2**63), 2**63 - 1),
    some.floats(),
    some.sampled_from(WORDS),
    texts,
)
keys = some.one_of(some.sampled_from(KEYS), texts)
trees = some.recursive(
    plain,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
shipped = some.sampled_from(sorted(SHIPPED.glob("*.toml"))).map(Path.read_bytes)


@settings(deadline=None, max_examples=150)
@given(content=some.binary(max_size=200))
def test_any_bytes_load_or_are_reported_to_be_wrong(file: Path, content: bytes) -> None:
    """Most are not TOML, or not UTF-8."""
    loads_or_tells(file, content)


@settings(deadline=None, max_examples=300)
@given(table=some.dictionaries(keys, trees, min_size=1, max_size=6))
def test_any_table_loads_or_is_reported_to_be_wrong(file: Path, table: dict[str, Any]) -> None:
    """Keys of the model with values of any type."""
    loads_or_tells(file, document(table))


@settings(deadline=None, max_examples=300)
@given(data=some.data(), content=shipped)
def test_a_shipped_file_with_a_changed_value_loads_or_is_reported_to_be_wrong(
    file: Path, data: some.DataObject, content: bytes
) -> None:
    """One value anywhere is replaced, or one key is added or dropped."""
    table = tomllib.loads(content.decode())
    node: Any = table
    while True:
        key = data.draw(some.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(some.booleans()):
            break
        node = node[key]
    match data.draw(some.sampled_from(["replace", "drop", "add"])):
        case "drop":
            del node[key]
        case "add" if isinstance(node, dict):
            node[data.draw(keys)] = data.draw(trees)
        case _:
            node[key] = data.draw(trees)
    loads_or_tells(file, document(table))


@settings(deadline=None, max_examples=150)
@given(data=some.data(), content=shipped)
def test_a_shipped_file_with_a_changed_byte_loads_or_is_reported_to_be_wrong(
    file: Path, data: some.DataObject, content: bytes
) -> None:
    """One byte anywhere is replaced."""
    at = data.draw(some.integers(0, len(content) - 1))
    loads_or_tells(file, content[:at] + data.draw(some.binary(max_size=2)) + content[at + 1 :])


@settings(deadline=None, max_examples=200)
@given(path=some.lists(keys, min_size=1, max_size=4), value=some.one_of(trees.map(toml), texts), content=shipped)
def test_any_override_is_applied_or_told_to_be_wrong(file: Path, path: list[str], value: str, content: bytes) -> None:
    """Quoted keys, and values that are TOML or any text."""
    loads_or_tells(file, content, (f"{'.'.join(map(quoted, path))}={value}",))


@settings(deadline=None, max_examples=150)
@given(override=texts)
def test_any_text_is_an_override_or_told_to_be_none(file: Path, override: str) -> None:
    """What is not `KEY=VALUE` is reported by its own name."""
    loads_or_tells(file, b'title = "App"\nbackend.url = "https://app.example.com"', (override,))


paths = some.from_regex(r"/[a-z0-9/?=&.-]{0,12}", fullmatch=True)
urls = some.from_regex(r"https?://[a-z][a-z0-9]{0,8}\.example(:[1-9][0-9]{0,3})?(/[a-z]{1,4})?", fullmatch=True)
durations = some.from_regex(r"[1-9][0-9]{0,2}(\.[0-9])? ?(ms|s|m|h)", fullmatch=True)
fine = texts.filter(bool)
json_values = some.recursive(
    some.booleans() | some.integers(-(2**53), 2**53) | some.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: some.lists(inner, max_size=3),
    max_leaves=5,
)
rules = some.one_of(
    some.fixed_dictionaries({"one_of": some.lists(json_values, min_size=1, max_size=3)}),
    some.fixed_dictionaries({"at_least": some.integers(0, 9), "at_most": some.integers(9, 20)}),
    some.fixed_dictionaries({"matches": some.sampled_from(["^v", "[0-9]+"]), "type": some.just("string")}),
    some.fixed_dictionaries({"present": some.booleans()}),
    json_values,
)
promised = some.dictionaries(some.from_regex("[a-z]{12}", fullmatch=True), rules, max_size=3)
promise = {
    "status": some.integers(100, 599).filter(lambda status: status not in {204, 304}),
    "json": promised,
    "contains": texts,
    "headers": some.dictionaries(some.from_regex("x-[a-z]{1,5}", fullmatch=True), texts, max_size=2),
    "within": durations,
    "touches": some.sampled_from([[], ["database"]]),
}
severities = some.sampled_from(["gate", "advisory"])
files = some.fixed_dictionaries(
    {
        "title": fine,
        "backend": some.fixed_dictionaries(
            {"url": urls},
            optional={
                "wait": durations,
                "timeout": durations,
                "certificate_days": some.integers(0, 3650),
                "health": some.fixed_dictionaries(
                    {}, optional={**promise, "path": paths, "samples": some.integers(1, 50)}
                ),
                "endpoints": some.lists(
                    some.fixed_dictionaries({"path": paths}, optional={**promise, "severity": severities}),
                    max_size=3,
                    unique_by=lambda each: each["path"],
                ),
                "monitoring": some.fixed_dictionaries(
                    {"path": paths}, optional={"field": texts, "on_degraded": severities, "within": durations}
                ),
            },
        ),
    },
    optional={
        "frontend": some.fixed_dictionaries({"url": urls}, optional={"path": paths, "calls": urls}),
        "sign_in": some.fixed_dictionaries(
            {"login": paths, "account": paths, "register": paths},
            optional={"creates_accounts": some.booleans()},
        ),
        "version": some.fixed_dictionaries({"path": paths, "header": fine}),
    },
)


@settings(deadline=None, max_examples=200)
@given(table=files)
def test_every_valid_file_loads_as_it_is_written(file: Path, table: dict[str, Any]) -> None:
    """What the file says is in the model, whatever else is in it."""
    found = loads_or_tells(file, document(table))
    assert found is not None
    assert (found.name, found.title) == ("app", table["title"])
    assert found.backend.url == table["backend"]["url"].rstrip("/")
    written = table["backend"].get("endpoints", [])
    assert [each.path for each in found.backend.endpoints] == [each["path"] for each in written]
    assert [len(each.json_) for each in found.backend.endpoints] == [len(each.get("json", ())) for each in written]
    assert (found.frontend is None, found.version is None) == (
        "frontend" not in table,
        "version" not in table,
    )


def test_the_generated_keys_are_those_of_the_model() -> None:
    """Else the trees above would hardly ever reach a field."""
    assert {"backend", "samples", "touches", *Rule.__struct_fields__} <= set(KEYS)
