"""Evaluates member access: `location.hostname`, `{api: "…"}.api`, with later assignments to an object."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from smokegate.observation.javascript.address_names import address_by_name
from smokegate.observation.javascript.api_names import ABSOLUTE
from smokegate.observation.javascript.clients import assignment_target
from smokegate.observation.javascript.function_places import class_body
from smokegate.observation.javascript.page_context import url_part
from smokegate.observation.javascript.scopes import Script
from smokegate.observation.javascript.tokens import ROOT, WORD
from smokegate.observation.javascript.values import (
    GLOBALS,
    UNDEFINED,
    UNKNOWN,
    Choice,
    Element,
    Literal,
    Undefined,
    Unknown,
    Value,
    choice,
)
from smokegate.observation.model import DYNAMIC

if TYPE_CHECKING:
    from smokegate.observation.javascript.evaluate import Evaluator

MAX_ASSIGNMENTS = 64
"""Maximum assignments to one property name that are evaluated."""
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
    if isinstance(value, str) and DYNAMIC not in value:  # a `URL` is represented by its text
        return float(len(value)) if name == "length" else url_part(value, name)
    return value if name == "href" else UNKNOWN


def of_element(value: Element, name: str) -> Value:
    """Return an element's attribute: `dataset.apiUrl` is `data-api-url`."""
    attributes = dict(value.attributes)
    if name == "dataset":
        return value
    dashed = "".join("-" + each.lower() if each.isupper() else each for each in name)
    return attributes.get(name, attributes.get(f"data-{dashed}", UNKNOWN))


def _of_unknown(evaluator: Evaluator, value: Unknown, name: str, place: Place | None) -> Value:
    context = evaluator.context
    found = Unknown((*value.path, name)[-6:])
    if found.path[-2:] == ("document", "body"):
        return context.element("body")
    if found.path[found.path[0] in GLOBALS | {"document"} :][:-1] == ("location",):
        return url_part(context.url, name)
    if value.path and value.path[-1] in GLOBALS:
        shared = [evaluator.value(*each) for each in context.shared(name)]
        if shared:
            return choice(*shared)
        if name in {"location", "document", "process", "navigator"} or name in GLOBALS:
            return Unknown((name,))
        return Undefined(name) if len(value.path) == 1 and _is_setting(name) else found
    if found.path[-3:] == ("import", "meta", "url") and place is not None:
        return place[0].url
    unset = context.build_setting(found.path)
    if unset is not None and (found.path[0] in {"process", "import"} or not any(context.assigned(name))):
        return unset
    if name in context.settings:
        return context.settings[name]
    address = address_by_name(evaluator, name)
    return found if address is None else address


def _is_setting(name: str) -> bool:
    """Return whether a global's name suggests run-time settings, so that it is undefined if no script sets it."""
    return any(each in name.lower() for each in ("env", "config", "setting", "runtime"))


def missing_member(name: str) -> Value:
    """Return the value of a member that is never set; a bundler's modules get their `exports` at run time."""
    return UNKNOWN if name == "exports" else Undefined(name)


def of_literal(evaluator: Evaluator, value: Literal, name: str) -> Value:
    """Return a member of an object, array or class literal."""
    tokens = value.script.tokens
    if tokens.word(value.at) == "[":
        known = evaluator.items(value.script, value.at)
        return known[int(name)] if name.isdecimal() and len(name) < 4 and int(name) < len(known) else UNKNOWN
    if tokens.word(value.at) == "class":
        return _of_class(evaluator, value, name)
    if tokens.word(value.at) != "{":
        return UNKNOWN
    return evaluator.once(_of_object, value, name, guard=UNKNOWN)


def _of_object(evaluator: Evaluator, value: Literal, name: str) -> Value:
    script, tokens, found = value.script, value.script.tokens, None
    places = script.properties.get(name, ())
    evaluator.context.steps += len(places) // 8
    for index in tokens.entries(value.at):
        entry = _entry(evaluator, value, index, name)
        if isinstance(entry, Unknown) and found is not None and tokens.is_punctuation(index, "..."):
            found = choice(found, entry)  # `{url: "…", ...window.settings}`: either may apply
        elif entry is not None:
            found = entry
        if evaluator.context.exhausted:
            return UNKNOWN
    if found is not None:
        return found
    later = [evaluator.value(script, at) for at in places if tokens.is_punctuation(at - 1, "=")]
    return choice(*later) if later and len(later) < 8 else missing_member(name)


def _entry(evaluator: Evaluator, value: Literal, index: int, name: str) -> Value | None:
    """Return the value that an object literal's entry at a token gives a name; None if it is for another name."""
    script, tokens = value.script, value.script.tokens
    evaluator.context.steps += index % 8 == 0
    if tokens.is_punctuation(index, "..."):
        spread = evaluator.value(script, index + 1)
        part = member(evaluator, spread, name) if spread != value else UNDEFINED  # `a = {...a, b: 1}` spreads itself
        return None if isinstance(part, Undefined) else part
    key = tokens.key(index)
    if key == name and tokens.is_punctuation(index + 1, ":"):
        return _with_assignments(evaluator, value, name, evaluator.value(script, index + 2))
    if key == name and tokens.kind(index) == WORD and tokens.is_punctuation(index + 1, ",", "}"):
        return evaluator.value(script, index)
    if key == "get" and tokens.word(index + 1) == name and tokens.is_punctuation(index + 2, "("):
        return evaluator.return_value(Literal(script, index + 1), [])
    return None


def _of_class(evaluator: Evaluator, value: Literal, name: str) -> Value:
    """Return a static field that is never reassigned, or the only address that any script gives that name."""
    script, tokens = value.script, value.script.tokens
    places = script.properties.get(name, ())[:MAX_ASSIGNMENTS]
    body = class_body(tokens, value.at)
    own = [at for at in places if tokens.word(at - 3) == "static" and tokens.parent[at] == body]
    assignments = islice(evaluator.context.assigned(name), MAX_ASSIGNMENTS)
    later = any(s.tokens.is_punctuation(at - 3, ".") and assignment_target(s, at) is not None for s, at in assignments)
    if len(own) == 1 and not later:
        return evaluator.value(script, own[0])
    return address_by_name(evaluator, name) or UNKNOWN


def _with_assignments(evaluator: Evaluator, value: Literal, name: str, first: Value) -> Value:
    """Return an object's address after assignments: `API.BASE = "…"` replaces the generator's default."""
    if not isinstance(first, str) or (first and not ABSOLUTE.match(first)):
        return first
    found: Value = first
    for script, at in islice(evaluator.context.assigned(name), MAX_ASSIGNMENTS):
        tokens, owner = script.tokens, assignment_target(script, at)
        if owner is None or tokens.kind(owner) != WORD or tokens.is_punctuation(owner - 1, "."):
            continue
        evaluator.context.steps += 1 + len(script.definitions.get(tokens.word(owner), ()))
        if evaluator.context.exhausted:
            return UNKNOWN
        self_assigned = tokens.word(at) == tokens.word(owner) and tokens.word(at + 2) == name
        if self_assigned or evaluator.name(script, tokens.word(owner), owner, {}) != value:
            continue
        around = tokens.parent[owner]
        around = tokens.parent[around] if tokens.is_punctuation(at - 1, ":") else around
        same_scope = around in {ROOT, value.script.tokens.parent[value.at]}
        found = evaluator.value(script, at) if same_scope else choice(found, evaluator.value(script, at))
    return found
