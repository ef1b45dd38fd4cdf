"""Accounts of the Tectonic backend: who exists, and who may come in."""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import jwt
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Engine,
    Integer,
    MetaData,
    Row,
    String,
    Table,
    create_engine,
    delete,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

metadata = MetaData()
users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("email", String(320), unique=True, nullable=False),
    Column("full_name", String(200), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

TokenUse = Literal["access", "refresh"]
_LIFETIMES: dict[TokenUse, timedelta] = {"access": timedelta(minutes=30), "refresh": timedelta(days=7)}


class EmailTakenError(Exception):
    """There is an account with this address already."""


@dataclass(frozen=True)
class Account:
    """One registered person."""

    id: int
    email: str
    full_name: str


class Accounts:
    """The accounts in a database. Every method raises SQLAlchemy's errors as they come."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def register(self, email: str, password: str, full_name: str) -> Account:
        """Create an account; an `EmailTakenError` where the address has one."""
        values = {
            "email": email,
            "full_name": full_name,
            "password_hash": hash_password(password),
            "created_at": datetime.now(UTC),
        }
        with self.engine.begin() as connection:
            if connection.execute(select(users.c.id).where(users.c.email == email)).first():
                raise EmailTakenError(email)
            try:
                inserted = connection.execute(insert(users).values(values))
            except IntegrityError as error:  # two at the same moment
                raise EmailTakenError(email) from error
        (key,) = inserted.inserted_primary_key or (0,)  # of one inserted row, there is always one
        return Account(key, email, full_name)

    def authenticate(self, email: str, password: str) -> Account | None:
        """The account of these credentials; None when there is none or the password is wrong."""
        row = self.row(users.c.email == email)
        return _account(row) if row is not None and verify_password(password, row.password_hash) else None

    def find(self, account_id: int) -> Account | None:
        """The account of this id."""
        row = self.row(users.c.id == account_id)
        return _account(row) if row is not None else None

    def remove(self, account_id: int) -> None:
        """Delete an account; quietly when there is none."""
        with self.engine.begin() as connection:
            connection.execute(delete(users).where(users.c.id == account_id))

    def row(self, condition: ColumnElement[bool]) -> Row[Any] | None:
        """What is stored of the account that meets this condition."""
        with self.engine.connect() as connection:
            return connection.execute(select(users).where(condition)).first()


def _account(row: Row[Any]) -> Account:
    return Account(row.id, row.email, row.full_name)


def open_accounts(database_url: str) -> Accounts:
    """Connect, and initialise the database on first run."""
    engine = create_engine(database_url, pool_pre_ping=True)
    metadata.create_all(engine)
    return Accounts(engine)


class Tokens:
    """Signed tokens. A key of another instance makes them worthless here."""

    def __init__(self, secret_key: str) -> None:
        # HMAC-SHA256 wants 32 bytes; a deployment's key may be any length.
        self._key = hashlib.sha256(secret_key.encode()).digest()

    def issue(self, account: Account, use: TokenUse) -> str:
        """A token for an account, good for 30 minutes (access) or 7 days (refresh)."""
        expires = datetime.now(UTC) + _LIFETIMES[use]
        claims = {"sub": str(account.id), "use": use, "exp": expires, "jti": os.urandom(8).hex()}
        return jwt.encode(claims, self._key, algorithm="HS256")

    def account_id(self, token: str) -> int | None:
        """Whose access token this is; None for any other text."""
        try:
            claims = jwt.decode(token, self._key, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return None
        return int(claims["sub"]) if claims.get("use") == "access" else None


def hash_password(password: str) -> str:
    """Salted scrypt; about 20 ms, a fraction of what the real backend spends."""
    salt = os.urandom(16)
    return f"{salt.hex()}${_scrypt(password, salt).hex()}"


def verify_password(password: str, stored: str) -> bool:
    """Whether a password is the one of this hash."""
    salt, _, digest = stored.partition("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)).hex(), digest)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=2**13, r=8, p=1)
