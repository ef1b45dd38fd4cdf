"""The fields of a request's body: plain values, and credentials that come from variables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from smokegate.environment import variables
from smokegate.environment.errors import InvalidValueError
from smokegate.environment.headers import CREDENTIALS
from smokegate.environment.notes import Before, Kind
from smokegate.environment.wording import describe


def body_fields(value: Any, given: variables.Variables | None) -> Any:
    """Read the further fields of a body: plain values, and those that hold a credential from variables."""
    if not isinstance(value, Mapping):
        raise InvalidValueError("a table of field names and values", found=describe(value))
    return {name: _field(str(name), each, given) for name, each in value.items()}


def _field(name: str, value: Any, given: variables.Variables | None) -> Any:
    if isinstance(value, str | bool | int | float):
        if given is not None and isinstance(value, str) and CREDENTIALS.search(name):
            wanted = f"{describe(name)} as {variables.REFERENCE}: a secret is never written down"
            raise InvalidValueError(wanted, found="a literal value")
        return value
    text = variables.resolve(value, given, "text")
    if CREDENTIALS.search(name):
        variables.refuse_short(text, value["env"])
    if given is not None and variables.length_of(text) >= variables.SHORTEST:
        given.secrets.add(text)
    return variables.Hidden(text)


PLAIN: dict[str, Any] = {"type": ["string", "boolean", "number"]}
NAMED: dict[str, Any] = {
    "type": "object",
    "properties": {"env": {"type": "string"}},
    "required": ["env"],
    "additionalProperties": False,
}
Fields = Annotated[
    dict[str, Any],
    Before(body_fields),
    Kind(
        {"type": "object", "additionalProperties": {"anyOf": [PLAIN, NAMED]}},
        'table of: text, number, `true`, `false` or `{ env = "NAME" }`',
    ),
]
