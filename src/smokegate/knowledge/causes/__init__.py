"""What is said of each cause: its title, owner, symptom and steps. How a cause is found is code in `diagnosis`.

A code is `family.name`: the cause is the table `name` of `family.toml`. A file is read when a cause of its family is
found. It looks so:

    reads = ["…"]                       # which evidence shows it, where a cause of this file names none
    [steps]                             # steps that several causes share: "@restart" stands for one
    restart = "Restart it: …"
    [name]
    title = "{host} does not …"         # one line; `{names}` are filled in
    owner = "app"                       # one of `smokegate.diagnosis.model.Owner`
    symptom = "…"                       # what a person sees
    steps = ["@restart", ["…", "…"]]    # in order; a pair is a step, and what replaces it where a name is not known
    competing = ["…"]                   # causes that the evidence cannot exclude
    [variants.other]                    # what a cause says instead where its rule names this variant
    title = "…"
"""

from __future__ import annotations

from functools import cache
from typing import Any

from msgspec import Struct

from smokegate.knowledge import table as file

Step = str | tuple[str, str]
"""A step with `{names}` in it; a pair is the step, and what stands in its place where a name is not known."""


class CauseText(Struct, frozen=True):
    """What is said of one cause."""

    title: str
    owner: str
    symptom: str
    reads: tuple[str, ...]
    steps: tuple[Step, ...]
    competing: tuple[str, ...] = ()


@cache
def cause_text(code: str, variant: str = "") -> CauseText:
    """Return what is said of a cause, or of a variant of it.

    Raises:
        KeyError: no file has it; the message names the file and what is missing.
    """
    family, _, name = code.partition(".")
    table = file("causes", f"{family}.toml")
    try:
        row = {**table[name], **(table["variants"][variant] if variant else {})}
        return CauseText(
            title=row["title"],
            owner=row["owner"],
            symptom=row["symptom"],
            reads=tuple(row.get("reads") or table["reads"]),
            steps=tuple(_step(each, table.get("steps", {})) for each in row["steps"]),
            competing=tuple(row.get("competing", ())),
        )
    except KeyError as error:
        raise KeyError(f"smokegate/knowledge/causes/{family}.toml: {name}: {error} is missing") from error


def cause_file(family: str) -> dict[str, Any]:
    """Return the file of a family as it stands."""
    return file("causes", f"{family}.toml")


def _step(written: str | list[str], shared: dict[str, str | list[str]]) -> Step:
    found = shared[written[1:]] if isinstance(written, str) and written.startswith("@") else written
    return found if isinstance(found, str) else (found[0], found[1])
