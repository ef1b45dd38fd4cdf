"""What the sign-in API of the Tectonic backend takes and gives."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_RESERVED = frozenset({"test", "invalid", "local", "localhost", "onion", "arpa"})


def _address(value: str) -> str:
    """Refuse what the real backend's validator refuses: `user@host.test` as well as nonsense."""
    if not _ADDRESS.fullmatch(value):
        reason = "An email address must have an @-sign, and a period after it."
    elif value.rpartition(".")[2].lower() in _RESERVED:
        reason = "The part after the @-sign is a special-use or reserved name that cannot be used with email."
    else:
        return value.lower()
    raise PydanticCustomError("value_error", "value is not a valid email address: {reason}", {"reason": reason})


Address = Annotated[str, AfterValidator(_address)]


class Registration(BaseModel):
    """The body of `POST /api/auth/register`."""

    email: Address
    password: str = Field(min_length=8)
    full_name: str = Field(min_length=1)


class Credentials(BaseModel):
    """The body of `POST /api/auth/login`."""

    email: Address
    password: str


class AccountView(BaseModel):
    """The answer of `GET /api/auth/me`."""

    id: int
    email: str
    full_name: str


class Session(AccountView):
    """The answer of register and login."""

    access_token: str
    refresh_token: str
    token_type: str = "bearer"  # noqa: S105 -- the scheme's name
