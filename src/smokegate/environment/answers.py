"""What a file can say of an answer besides its JSON: its status, its text and its headers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from smokegate.environment.errors import InvalidValueError
from smokegate.environment.fields import HeaderName, Many
from smokegate.environment.notes import After, Before, Kind
from smokegate.environment.patterns import checked
from smokegate.environment.section import Section
from smokegate.environment.variables import Variables
from smokegate.environment.wording import describe

CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")
Status = int | str
StatusRule = Status | tuple[Status, ...]
"""A status, a class of statuses, or several of both."""


def statuses(value: object, _given: Variables | None) -> StatusRule:
    """Read a status, a class such as `"2xx"`, or an array of them."""
    if isinstance(value, list | tuple):
        if not value:
            raise InvalidValueError("at least one status", found="an empty array")
        return tuple(_status(each) for each in value)
    return _status(value)


def _status(value: object) -> Status:
    if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:
        return value
    if isinstance(value, str) and value.lower() in CLASSES:
        return value.lower()
    raise InvalidValueError(
        'a status from 100 to 599, a class such as "2xx", or an array of them', found=describe(value)
    )


def allows(rule: StatusRule, first: str) -> bool:
    """Return whether a rule allows a status of a class, by its first digit."""
    several = rule if isinstance(rule, tuple) else (rule,)
    return any(str(each)[0] == first for each in several)


ONE = {"anyOf": [{"type": "integer", "minimum": 100, "maximum": 599}, {"enum": list(CLASSES)}]}
StatusField = Annotated[
    Any,
    Before(statuses),
    Kind(
        {"anyOf": [*ONE["anyOf"], {"type": "array", "items": ONE, "minItems": 1}]},
        'status, `"2xx"`, or an array of them',
    ),
]
Pattern = Annotated[str, After(checked)]


class TextRule(Section, frozen=True, kw_only=True):
    """Rules for a text; all that are given must hold."""

    equals: str | None = None
    """The whole text, without surrounding white space."""
    contains: str | None = None
    """It contains this. The opposite ("unhealthy", "not ready") does not count."""
    not_contains: str | None = None
    """It does not contain this."""
    matches: Pattern | None = None
    """This regular expression matches somewhere in it (in the first 14,000 characters, if the pattern has repeats)."""


class HeaderRule(TextRule, frozen=True, kw_only=True):
    """Rules for a response header; all that are given must hold."""

    one_of: Many[str] | None = None
    """Its value is one of these."""
    present: bool | None = None
    """`true`: the header exists, with any value; `false`: it does not."""


def text_rule(value: object, _given: Variables | None) -> object:
    """Read a bare text as the whole text that is wanted."""
    if value is None:
        return None
    if isinstance(value, str):
        return TextRule(equals=value)
    return _rules(value, 'a text such as "OK", or a table of rules such as { contains = "OK" }')


def header_rule(value: object, _given: Variables | None) -> object:
    """Read a header's value as it is, or the rules for it."""
    return value if isinstance(value, str) else _rules(value, "a text, or a table of rules")


def _rules(value: object, expected: str) -> object:
    if isinstance(value, Mapping):
        if not value:
            raise InvalidValueError("at least one rule", found="an empty table")
        for only in ("equals", "present"):
            if only in value and len(value) > 1:
                others = " and ".join(key for key in value if key != only)
                raise InvalidValueError(f'"{only}" to be the only rule', found=others)
        if {"contains", "not_contains"} <= value.keys() and str(value["not_contains"]) in str(value["contains"]):
            raise InvalidValueError("contains and not_contains that a text can keep together")
        return value
    if isinstance(value, Section):
        return value
    raise InvalidValueError(expected, found=describe(value))


TextField = Annotated[
    TextRule | None,
    Before(text_rule),
    Kind({"anyOf": [{"type": "string"}, {"$ref": "#/definitions/TextRule"}]}, "text, or a table of rules"),
]
HeaderRules = Annotated[
    dict[HeaderName, Annotated[str | HeaderRule, Before(header_rule)]],
    Kind(
        {
            "type": "object",
            "additionalProperties": {"anyOf": [{"type": "string"}, {"$ref": "#/definitions/HeaderRule"}]},
        },
        "table of: text, or a table of rules",
    ),
]
