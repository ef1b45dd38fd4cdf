"""The environment file of a deployment that was discovered: what `check` runs and what `init` and `new` write.

Expected is only what is healthy, and what two answers had in common: never a version, a time, a count or a host.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smokegate.observation.discovery.found import Found, calls_elsewhere
from smokegate.observation.discovery.health import HealthCheck, knowledge

if TYPE_CHECKING:
    from jinja2 import Template

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def environment_text(found: Found, name: str, title: str = "") -> str:
    """Return the whole file, with comments that say what it can hold besides."""
    return template().render(
        found=found,
        name=name,
        title=title or name.capitalize(),
        upper=re.sub(r"[^A-Z0-9]", "_", name.upper()),
        health=found.health,
        expected=_expected(found.health) if found.health is not None else "",
        stand_in="/" if found.page or not found.api_description else found.api_description,
        has_scripts=found.scripts or bool(found.calls),  # without one there is nothing that a build could have wrong
        elsewhere=calls_elsewhere(found),
        version=found.version if found.version is not None and found.version.is_commit else None,
    )


@cache
def template() -> Template:
    """Return the compiled file; compiling takes a moment, which is better spent while a deployment answers."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - costs start-up time

    jinja = Environment(  # noqa: S701 - the text is TOML, quoted by its own filter
        trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined
    )
    jinja.filters["quoted"] = quoted
    return jinja.from_string(Path(__file__).with_name("environment.toml.jinja").read_text("utf-8"))


def name_for(url: str) -> str:
    """Return a name for an environment that is known by its address only."""
    host = urlsplit(url).hostname or "deployment"
    plain = re.sub(r"[^A-Za-z0-9]+", "-", host.removeprefix("www.")).strip("-")
    return plain[:60].strip("-") or "deployment"


def quoted(text: str) -> str:
    """Return a text as a TOML string: JSON's escapes are TOML's, too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _expected(check: HealthCheck) -> str:
    """Return what a healthy answer says: the word of now if it is one, else any of the words that are."""
    if isinstance(check.value, bool):
        return "true"
    value = str(check.value)
    if check.says_healthy:
        return quoted(value)
    words = [word.upper() if value.isupper() else word for word in knowledge()["well"]]
    return f"{{ one_of = [{', '.join(map(quoted, words))}] }}"
