"""Evaluates member access: `location.hostname`, `{api: "…"}.api`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from smokegate.observation.javascript.address_names import address_by_name
from smokegate.observation.javascript.literals import missing_member, of_literal
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.values import (
    UNKNOWN,
    Choice,
    Element,
    Literal,
    Undefined,
    Unknown,
    Value,
    choice,
)
from smokegate.observation.javascript.world import GLOBALS, is_location, unknown_member
from smokegate.observation.model import DYNAMIC

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

Place = tuple[Script, int]


def member(evaluator: Evaluator, value: Value, name: str, place: Place | None = None) -> Value:
    """Return a member of a value."""
    if isinstance(value, Choice):
        found = [member(evaluator, each, name, place) for each in value.options]
        # `window.settings || {}`: whether the default applies is unknown while the left side is.
        unknown = any(isinstance(each, Unknown) for each in found)
        return choice(*(each for each in found if not (unknown and isinstance(each, Undefined))))
    if isinstance(value, Literal):
        return of_literal(evaluator, value, name)
    if isinstance(value, Element):
        return of_element(value, name)
    if isinstance(value, Unknown):
        return _of_unknown(evaluator, value, name, place)
    if isinstance(value, Undefined):
        # A member of undefined throws, which a working page does not do, so the value was misread: only a missing
        # setting is certain.
        return missing_member(name) if value.name else UNKNOWN
    if isinstance(value, str) and DYNAMIC not in value:
        return float(len(value)) if name == "length" else _of_text_or_url(value, name)
    return value if name == "href" else UNKNOWN


def _of_text_or_url(value: str, name: str) -> Value:
    """Return a text's member, or a part of a `URL`, which is represented by its text."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return UNKNOWN
    known = {
        "href": value,
        "origin": f"{parts.scheme}://{parts.netloc}" if parts.netloc else value,
        "protocol": f"{parts.scheme}:",
        "host": parts.netloc,
        "hostname": parts.hostname or "",
        "pathname": parts.path or "/",
    }
    return known[name] if name in known and (parts.netloc or name in {"href", "origin"}) else UNKNOWN


def of_element(value: Element, name: str) -> Value:
    """Return an element's attribute: `dataset.apiUrl` is `data-api-url`."""
    attributes = dict(value.attributes)
    if name == "dataset":
        return value
    dashed = "".join("-" + each.lower() if each.isupper() else each for each in name)
    return attributes.get(name, attributes.get(f"data-{dashed}", UNKNOWN))


def _of_unknown(evaluator: Evaluator, value: Unknown, name: str, place: Place | None) -> Value:
    world = evaluator.world
    found = unknown_member(value, name)
    if found.path[-2:] == ("document", "body"):
        return world.element("body")
    if is_location(found.path):
        return world.location(name)
    if value.path and value.path[-1] in GLOBALS:
        shared = [evaluator.value(*each) for each in world.shared(name)]
        if shared:
            return choice(*shared)
        if name in {"location", "document", "process", "navigator"} or name in GLOBALS:
            return Unknown((name,))
        return Undefined(name) if len(value.path) == 1 and _is_setting(name) else found
    if found.path[-3:] == ("import", "meta", "url") and place is not None:
        return place[0].url
    unset = world.build_setting(found.path)
    if unset is not None and (found.path[0] in {"process", "import"} or not any(world.assigned(name))):
        return unset
    if name in world.settings:
        return world.settings[name]
    address = address_by_name(evaluator, name)
    return found if address is None else address


def _is_setting(name: str) -> bool:
    """Return whether a global's name suggests run-time settings, so that it is undefined if no script sets it."""
    return any(each in name.lower() for each in ("env", "config", "setting", "runtime"))
