"""Writes what is made from the model: `docs/environments.md` and `environments/environment.schema.json`.

`python -m smokegate.environment.document` writes both; with `--check` it only reports which are out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from smokegate.environment.presets import HOME, names, preset
from smokegate.environment.schema import schema

DOCUMENT = Path("docs/environments.md")
SCHEMA = Path("environments/environment.schema.json")
PAGE = Path(__file__).with_name("reference.md")
RECIPES = HOME.parent / "recipes.md"


def documents() -> dict[Path, str]:
    """Return each file that is made from the model, relative to the project's root, with its text."""
    made = schema()
    return {DOCUMENT: reference(made), SCHEMA: json.dumps(made, indent=2, ensure_ascii=False) + "\n"}


def stale(root: Path) -> tuple[Path, ...]:
    """Return the files under a project's root that are not what the model makes of them."""
    files = ((root / path, path, text) for path, text in documents().items())
    return tuple(path for file, path, text in files if not file.is_file() or file.read_text(encoding="utf-8") != text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the files, or check them; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m smokegate.environment.document", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file is out of date")
    parser.add_argument("--root", type=Path, default=Path(), help="the project's root (default: this directory)")
    chosen = parser.parse_args(arguments)
    out_of_date = stale(chosen.root)
    for path in out_of_date:
        if chosen.check:
            sys.stderr.write(f"{path} is out of date; run: python -m smokegate.environment.document\n")
        else:
            (chosen.root / path).parent.mkdir(parents=True, exist_ok=True)
            (chosen.root / path).write_text(documents()[path], encoding="utf-8")
            sys.stdout.write(f"{path} written\n")
    return 1 if chosen.check and out_of_date else 0


def reference(schema: Mapping[str, Any]) -> str:
    """Return the whole page."""
    rules = schema["definitions"]["JsonRule"]["properties"]
    parts = {
        "rules": "".join(f"| `{key}` | {_cell(each['description'])} |\n" for key, each in rules.items()),
        "sections": "".join(_tables(schema, schema, (), {})),
        "presets": "".join(f"| `{name}` | {preset(name)['about']} | {preset(name)['proven']} |\n" for name in names()),
        "recipes": RECIPES.read_text("utf-8"),
    }
    page = PAGE.read_text("utf-8")
    for name, text in parts.items():
        page = page.replace(f"<!-- {name} -->\n", text)
    return page


def _tables(
    schema: Mapping[str, Any], section: Mapping[str, Any], path: tuple[str, ...], shown: dict[str, str]
) -> Iterator[str]:
    """Yield a table for a section, then those of the sections within it, each where it is met first."""
    rows, inner = [], []
    here = f"[{'.'.join(path)}]" if path else "the top"
    again: dict[str, list[str]] = {}
    for key, each in section["properties"].items():
        target, many = _target(each)
        short = each.get("x-section")
        if short is not None:
            inner.append((".".join((*path, key)), (*path, key), short))
        if target is None:
            given = _default(each, required=key in section.get("required", ()))
            row = f"| `{key}` | {_kind(each)} | {given} | {_cell(each['description'])} |\n"
            first = shown.setdefault(row, here)
            if first == here:
                rows.append(row)
            else:
                again.setdefault(first, []).append(f"`{key}`")
        elif shown.setdefault(target, here) != here:
            again.setdefault(shown[target], []).append(f"`{key}`")
        else:
            inner.append(("".join((".".join((*path, key)), "[]" if many else "")), (*path, key), target))
    head = "\n| key | type | default or example | meaning |\n| --- | --- | --- | --- |\n"
    yield head + "".join(rows) if rows else ""
    yield "".join(f"\nAlso {', '.join(keys)}, as in `{first}`.\n" for first, keys in again.items())
    for name, below, target in inner:
        heading = f"[[{name[:-2]}]]" if name.endswith("[]") else f"[{name}]"
        definition = schema["definitions"][target]
        yield f"\n### `{heading}`\n\n{definition['description']}\n"
        yield from _tables(schema, definition, below, shown)


def _target(each: Mapping[str, Any]) -> tuple[str | None, bool]:
    """Return the section that a key holds, if it holds one, and whether it holds any number of them."""
    if any("items" in one and "$ref" in one["items"] for one in each.get("anyOf", ())):
        each = each["anyOf"][0]  # one, or several: both are shown as one
    many = "$ref" in each.get("items", {})
    reference = each["items"]["$ref"] if many else each.get("$ref", "")
    name = reference.rpartition("/")[2]
    return (None if name in {"", "Json"} else name), many


def _kind(each: Mapping[str, Any]) -> str:  # noqa: PLR0911 -- one for each kind
    if "x-section" in each:
        each = {"x-kind": "path, a table or `false`" if "False" in str(each["anyOf"]) else "path, or a table"}
    if "x-kind" in each:
        return str(each["x-kind"])
    if "enum" in each or "const" in each:
        return " or ".join(f"`{_toml(value)}`" for value in each.get("enum", [each.get("const")]))
    if "anyOf" in each:
        return " or ".join(_kind(one) for one in each["anyOf"])
    if each["type"] == "array":
        return f"array of: {_kind(each['items'])}"
    if each["type"] == "object":
        values = each.get("additionalProperties")
        return "table of: " + (_kind(values) if isinstance(values, dict) else "string")
    if each["type"] == "integer":
        limits = " to ".join(str(each[end]) for end in ("minimum", "maximum") if end in each)
        return f"number, {limits}" if limits else "number"
    return {"boolean": "`true` or `false`", "string": "string"}[each["type"]]


def _default(each: Mapping[str, Any], *, required: bool) -> str:
    if "default" in each:
        return f"`{_toml(each['default'])}`"
    example = f"such as `{_toml(each['examples'][0])}`" if "examples" in each else ""
    return ", ".join(part for part in ("required" if required else "", example) if part) or "none"


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.exit(main())
