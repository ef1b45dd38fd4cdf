"""The recipes and the presets on the page of the environment file."""

from __future__ import annotations

from smokegate.environment.presets import HOME, names, preset

TEXT = HOME.parent / "recipes.md"
HEAD = """
## Presets of `[sign_in]`

A preset provides what the section leaves out. A key of the file takes precedence, level by level; `false` drops a
request that the preset names. "Proven against" is the framework itself, or a stand-in made from its documentation.

| preset | is | proven against |
| --- | --- | --- |
"""


def recipes() -> str:
    """Return the section with a recipe for each kind of application; a test loads each."""
    return "\n" + TEXT.read_text(encoding="utf-8")


def presets() -> str:
    """Return the section with every preset and how it is proven."""
    presets = {name: preset(name) for name in names()}
    return HEAD + "".join(f"| `{name}` | {each['about']} | {each['proven']} |\n" for name, each in presets.items())
