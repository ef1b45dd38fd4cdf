"""The reference of the environment file, `docs/environments.md`, made from its JSON schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from smokegate.environment.recipes import presets, recipes

NOTICE = "<!-- Written by `python -m smokegate.environment.document`: change the model, not this page. -->"

HEAD = """\
# Environment files

One file describes one deployment: `environments/staging.toml` is what `pytest --env=staging` checks. A
file is read whole before the first request. Whatever is wrong with it is reported at once, one line for each
mistake, with exit code 4.

The smallest file that is useful:

```toml
#:schema ./environment.schema.json
title = "My application, staging"

[backend]
url = "https://staging.example.com"
```

It expects `GET /health` to answer 200, five times out of five. Each further section is one more
thing that is checked; what a file does not mention is not checked, and every report lists it as not
covered. The `#:schema` line is for editors: with a TOML plug-in they complete keys and underline
mistakes; `smokegate environments --schema > environments/environment.schema.json` writes the file that it names.
To begin, let `smokegate init URL` write a file from the responses of your deployment.

## Values

| kind | is written | notes |
| --- | --- | --- |
| duration | `"500ms"`, `"2s"`, `"10m"`, `"1h"` | always with a unit |
| address | `"https://app.example.com"` | http or https, without credentials, query and fragment |
| path | `"/api/orders?limit=1"` | from the root of its host, which is why it starts with `/` |
| secret | `{ env = "NAME" }` | never a literal |
| severity | `"gate"` or `"advisory"` | a failed gate check fails the run, a failed advisory check warns |

### Variables and secrets

`{ env = "NAME" }` takes a value from an environment variable. A variable that is empty counts as not
set.

- Addresses and `server.ssh` may come from a variable. An address may have a default for when it is not
  set: `url = { env = "SMOKE_AWS_URL", default = "https://aws.example.com" }`.
- Request headers may: `send = { Authorization = { env = "API_TOKEN", prefix = "Bearer " } }`. A header
  whose name says that it is a credential (authorization, cookie, token, key …) must.
- The standing account of `[sign_in]` must.

What came from a variable into a header or a password is a secret of at least 6 characters: it is redacted
in everything that the run writes, in every encoding. The e-mail address of an account is not a secret. A variable
that is not set is a mistake, except for the two of the standing account: without them everything else is checked, and
the report says that sign-in could not be judged.

### Expectations about JSON bodies

`json` says key by key what the body must hold. A bare value must be equal; a table is either a rule or a
nested object.

```toml
[backend.health]
json = { status = "healthy", database = { latency_ms = { at_most = 50 } }, version = { matches = '^v\\d' } }
```

| rule | holds when |
| --- | --- |
"""

NESTING = """
Rules in one table must all hold: `{ at_least = 1, at_most = 9 }`. The keys of a table decide which of
the two it is: with the name of a rule among them it is a rule, and may hold nothing else. A key that is
nearly the name of a rule (`one_off`) is refused, because as a key of the body it would be an expectation
that no one intended. Where the body itself has keys of these names, mark them as keys: `{ holds = { type =
"premium" } }` is the object whose `type` is `"premium"`.
"""

TAIL = """
## Replacing a value for one run

`--set KEY=VALUE` replaces a value of the file, for example for a preview deployment:

```shell
pytest --env=render --set backend.url=https://tectonic-backend-pr-7.onrender.com
pytest --env=render,aws --set render:backend.timeout=90s --set aws:backend.endpoints.0.within=2s
```

- The key is written as in TOML, with dots between levels; the entries of an array are counted from 0.
- With several environments the key begins with the name of the one that is meant.
- A value that is TOML is taken as that (`5`, `true`, `["a", "b"]`, `{ env = "NAME" }`), every other as a
  text.
- It is checked as if it were in the file, and a message then names the `--set`. A secret is refused
  here too.
- A variable that the replaced value named need not be set.
- `backend.url` set on an environment with `[replica]` means: check that address instead, and start no
  replica.

## Selecting environments

`--env=NAME`, also repeated or with commas; `--env=all` is every file of the directory.
"""


def reference(schema: Mapping[str, Any]) -> str:
    """Return the whole page."""
    rule = schema["definitions"]["JsonRule"]["properties"]
    rows = "".join(f"| `{key}` | {_cell(each['description'])} |\n" for key, each in rule.items())
    tables = "".join(_tables(schema, schema, (), {}))
    return f"{NOTICE}\n\n{HEAD}{rows}{NESTING}\n## Sections\n{tables}{presets()}{recipes()}{TAIL}"


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
    head = "\n| key | holds | default, or an example | meaning |\n| --- | --- | --- | --- |\n"
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
